/** Answers of an independent reading of the same sources, replayed on every profile of which there are any. */
import { PROFILES } from '../../../models/registry.js';
import { describeVectors } from '../../vectors.js';

describeVectors('guest-os.jsonl', PROFILES);
