import { profiles } from '../../../models/jailhouse/versions.js';
import { describeVectors } from '../../vectors.js';

describeVectors('other-hypervisors.jsonl', profiles);
