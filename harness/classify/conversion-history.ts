/** Whether a conversion of memory attributes is under way at a step, as the scenario has it: a model may have returned early. */
import { NO_PAUSE } from '../../models/contract/operation.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { codeOf } from '../operations/registry.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import { type Circumstances, CONVERTING, PRIVATE_MEMORY } from './circumstances.js';
import { frameClassAt } from './frame-history.js';

const SET_ATTRIBUTES = codeOf('set-attributes');
/** Word of a `set-attributes` step that holds `pauseAfter`. */
const PAUSE_WORD = 6;
/** Host operations complete a paused conversion, but for those that run meanwhile; another conversion begins anew. */
const COMPLETING: ReadonlySet<number> = new Set(
  (['attach-device', 'detach-device', 'set-backing', 'save-restore', 'set-attributes', 'resume-attributes'] as const).map(codeOf),
);

/** Whether a conversion is paused before step `step` runs. */
export function isConvertingAt({ words }: EncodedScenario, step: number): boolean {
  for (let earlier = step - 1, at = earlier * STEP_WORDS; earlier >= 0; earlier--, at -= STEP_WORDS) {
    if (COMPLETING.has(words[at])) return words[at] === SET_ATTRIBUTES && words[at + PAUSE_WORD] !== NO_PAUSE;
  }
  return false;
}

/** What the severity of a divergence at step `step` depends on. */
export function circumstancesAt(scenario: EncodedScenario, step: number): Circumstances {
  const frame = frameClassAt(scenario, step);
  if (!scenario.machine.privateMemory) return frame;
  return frame | PRIVATE_MEMORY | (isConvertingAt(scenario, step) ? CONVERTING : 0);
}
