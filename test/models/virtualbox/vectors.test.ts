import { profiles } from '../../../models/virtualbox/versions.js';
import { describeVectors } from '../../vectors.js';

describeVectors('other-hypervisors.jsonl', profiles, 'an independent reading of the same sources');
