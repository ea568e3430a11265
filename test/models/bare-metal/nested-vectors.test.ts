import { profiles } from '../../../models/bare-metal/versions.js';
import { describeVectors } from '../../vectors.js';

describeVectors('nested.jsonl', profiles);
