import { profiles } from '../../../models/xen-hvm/versions.js';
import { describeVectors } from '../../vectors.js';

describeVectors('xen-ept.jsonl', profiles);
describeVectors('xen-mtrr.jsonl', profiles);
