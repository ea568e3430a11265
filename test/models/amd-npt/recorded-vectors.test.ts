import { profiles } from '../../../models/amd-npt/versions.js';
import { describeVectors } from '../../vectors.js';

describeVectors('kvm-npt.jsonl', profiles);
