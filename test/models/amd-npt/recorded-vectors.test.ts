import { profiles } from '../../../models/amd-npt/profiles.js';
import { describeVectors } from '../../vectors.js';

describeVectors('kvm-npt.jsonl', profiles);
