/** Pass: register writes in the order in which firmware sets the registers up. */
import { DEF_TYPE, PAT } from '../../models/contract/msr.js';
import type { Operation, OperationOf } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Search, Trial } from './search.js';

export function* usualOrder(search: Search): Trial<boolean> {
  return yield* search.adopt(inUsualOrder(search.scenario));
}

/** Neighbouring register writes sorted by vCPU and register; other steps stay where they are. */
function inUsualOrder(scenario: Scenario): Scenario {
  const sorted: Operation[] = [];
  let run: OperationOf<'write-msr'>[] = [];
  for (const step of scenario.steps.slice(0, -1)) {
    if (step.op === 'write-msr') {
      run.push(step);
      continue;
    }
    sorted.push(...run.sort(byRegister), step);
    run = [];
  }
  return { ...scenario, steps: [...sorted, ...run.sort(byRegister), ...scenario.steps.slice(-1)] };
}

function byRegister(a: OperationOf<'write-msr'>, b: OperationOf<'write-msr'>): number {
  return a.vcpu - b.vcpu || placeOf(a.msr) - placeOf(b.msr);
}

/** PAT, fixed ranges, pairs, and last the default type, which enables them. */
function placeOf(msr: number): number {
  if (msr === PAT) return 0;
  return msr === DEF_TYPE ? 0x1000 : msr >= 0x250 ? msr - 0x200 : msr + 0x100;
}
