/** The machine of a scenario that names no key: what tests change one or two keys of. */
import { Place } from '../harness/operations/usage-error.js';
import { machineFrom } from '../harness/scenario/parse.js';
import type { Machine } from '../models/contract/machine.js';

export const DEFAULT_MACHINE: Machine = machineFrom({}, new Place('default machine', '$'));
