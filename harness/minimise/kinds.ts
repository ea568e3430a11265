/** Pass: drop every step of a kind at once. A kind is an operation, and of register writes a register or a group of them. */
import { DEF_TYPE, PAT } from '../../models/contract/msr.js';
import type { Operation } from '../../models/contract/operation.js';
import { adoptMost } from './adoption.js';
import type { Search, Trial } from './search.js';
import { withoutSteps } from './steps.js';

export function* dropKinds(search: Search): Trial<void> {
  const kinds = new Map<string, Operation[]>();
  for (const step of search.scenario.steps.slice(0, -1)) {
    const kind = kindOf(step);
    kinds.set(kind, [...(kinds.get(kind) ?? []), step]);
  }
  yield* adoptMost(search, [...kinds.values()], (scenario, chosen) => withoutSteps(scenario, chosen.flat()));
}

function kindOf(step: Operation): string {
  return step.op === 'write-msr' ? `write-msr ${registerOf(step.msr)}` : step.op;
}

/** Base and mask of a pair go together; fixed ranges are one register in eleven parts. */
function registerOf(msr: number): string {
  if (msr >= 0x200 && msr <= 0x21f) return `pair ${msr >> 1}`;
  return msr === PAT ? 'PAT' : msr === DEF_TYPE ? 'default type' : 'fixed';
}
