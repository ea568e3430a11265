import { profiles } from '../../../models/bhyve/versions.js';
import { describeVectors } from '../../vectors.js';

describeVectors('other-hypervisors.jsonl', profiles);
