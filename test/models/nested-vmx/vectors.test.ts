import { profiles } from '../../../models/nested-vmx/versions.js';
import { describeVectors } from '../../vectors.js';

describeVectors('nested.jsonl', profiles);
