/** What the two words beside an observation are: a model leaves them in `valueHi` and `valueLo`, a trace keeps them. */
import { EAGAIN, ERROR, NOT_APPLICABLE, type Observation, OK, outcomeOf, refused } from '../../models/contract/observation.js';
import { DETAIL_MASK, OUTCOME_MASK } from '../../models/contract/observation.js';
import type { Operation } from '../../models/contract/operation.js';
import { specOf } from './registry.js';

export interface Beside {
  /** The register value that was read, the PAT index of a `request`, the first offending frame of a conversion. */
  readonly kind: 'value' | 'index' | 'offset';
  readonly hi: number;
  readonly lo: number;
}

/** Outcome and errno of an observation; of EAGAIN the offset stands beside it. */
export const ANSWER = OUTCOME_MASK | DETAIL_MASK;
export const AGAIN = refused(EAGAIN, 0) & ANSWER;
/** Both halves, where an external model left out an index or an offset, which agrees with any. */
export const LEFT_OUT = -1;

/** What stands beside the answer to a step; null: nothing. @param hi, lo the halves, signed or not */
export function besideOf(step: Operation, observation: Observation, hi: number, lo: number): Beside | null {
  const kind = kindOf(step, observation);
  const isThere = kind !== null && (kind === 'value' || (hi | 0) !== LEFT_OUT || (lo | 0) !== LEFT_OUT);
  return isThere ? { kind, hi: hi >>> 0, lo: lo >>> 0 } : null;
}

function kindOf(step: Operation, observation: Observation): Beside['kind'] | null {
  const outcome = outcomeOf(observation);
  if ((observation & ANSWER) === AGAIN) return 'offset';
  const { beside, besideUnless } = specOf(step.op);
  if (beside === 'index') return outcome === ERROR || outcome === NOT_APPLICABLE ? null : beside;
  if (outcome !== OK || beside === undefined) return null;
  const isSet = besideUnless !== undefined && (step as unknown as Record<string, unknown>)[besideUnless] !== null;
  return isSet ? null : beside;
}
