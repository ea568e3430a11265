/** Pass: the PAT entry that the last step selects becomes entry 0. */
import { PAT } from '../../models/contract/msr.js';
import type { Operation } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Search, Trial } from './search.js';
import { swapBytes } from './value-bits.js';

export function* firstPatEntry(search: Search): Trial<boolean> {
  return yield* search.adopt(withFirstEntry(search.scenario));
}

/** Entry 0 and the selected one change places in every write of PAT and in every access. */
function withFirstEntry(scenario: Scenario): Scenario {
  const target = scenario.steps[scenario.steps.length - 1];
  const writesPat = scenario.steps.some((step) => step.op === 'write-msr' && step.msr === PAT);
  if (!('pat' in target) || !writesPat) return scenario;
  return { ...scenario, steps: scenario.steps.map((step) => exchanged(step, target.pat)) };
}

function exchanged(step: Operation, entry: number): Operation {
  if (step.op === 'write-msr' && step.msr === PAT) return { ...step, value: swapBytes(step.value, 0, entry) };
  if ('pat' in step && step.pat === entry) return { ...step, pat: 0 };
  if ('pat' in step && step.pat === 0) return { ...step, pat: entry };
  return step;
}
