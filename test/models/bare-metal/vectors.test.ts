import { profiles } from '../../../models/bare-metal/profiles.js';
import { describeVectors } from '../../vectors.js';

describeVectors('bare-mtrr.jsonl', profiles);
