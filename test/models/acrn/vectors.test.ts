import { profiles } from '../../../models/acrn/versions.js';
import { describeVectors } from '../../vectors.js';

describeVectors('other-hypervisors.jsonl', profiles);
