import { profiles } from '../../../models/virtualbox/versions.js';
import { describeVectors } from '../../vectors.js';

describeVectors('other-hypervisors.jsonl', profiles);
