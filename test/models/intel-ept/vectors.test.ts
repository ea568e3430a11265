import { profiles } from '../../../models/intel-ept/versions.js';
import { describeVectors } from '../../vectors.js';

describeVectors('kvm-ept.jsonl', profiles);
describeVectors('kvm-msr.jsonl', profiles);
