import { profiles } from '../../../models/nested-svm/versions.js';
import { describeVectors } from '../../vectors.js';

describeVectors('nested.jsonl', profiles);
