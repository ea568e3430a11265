/** A scenario as data: a machine and the steps on it. */
import type { Machine } from '../../models/contract/machine.js';
import type { Operation } from '../../models/contract/operation.js';

export const SCENARIO_FORMAT = 'emtdiff-scenario/1';

export interface Scenario {
  readonly name?: string;
  /** Where it came from: `seed nightly-2026-11-21 case 1823`, a document, a mail. */
  readonly origin?: string;
  readonly machine: Machine;
  readonly steps: readonly Operation[];
}
