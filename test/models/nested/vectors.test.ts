import { profiles } from '../../../models/nested/versions.js';
import { describeVectors } from '../../vectors.js';

describeVectors('nested.jsonl', profiles);
