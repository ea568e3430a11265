/** Pass: variable-range pairs renumbered from 0. */
import { PHYSBASE0 } from '../../models/contract/msr.js';
import type { Operation } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Search, Trial } from './search.js';

export function* lowPairs(search: Search): Trial<boolean> {
  return yield* search.adopt(renumberedPairs(search.scenario));
}

/** The pairs in use become pairs 0, 1, 2 and so on, in their order: an absent pair (8 and above) stays an absent one. */
function renumberedPairs(scenario: Scenario): Scenario {
  const used = [...new Set(scenario.steps.flatMap((step) => pairOf(step) ?? []))].sort((a, b) => a - b);
  const present = used.filter((pair) => pair < 8);
  const absent = used.filter((pair) => pair >= 8);
  const number = (pair: number) => (pair < 8 ? present.indexOf(pair) : 8 + absent.indexOf(pair));
  return { ...scenario, steps: scenario.steps.map((step) => renumbered(step, number)) };
}

/** Number of the variable range that a step reads or writes, absent ones (8 to 15) included, or null. */
export function pairOf(step: Operation): number | null {
  return 'msr' in step && step.msr >= 0x200 && step.msr <= 0x21f ? (step.msr - PHYSBASE0) >> 1 : null;
}

/** Whether an access to a register of a variable range is one to its mask. */
export function isPhysMask({ msr }: { readonly msr: number }): boolean {
  return msr % 2 === 1;
}

function renumbered(step: Operation, number: (pair: number) => number): Operation {
  const pair = pairOf(step);
  if (pair === null || !('msr' in step) || number(pair) === pair) return step;
  return { ...step, msr: PHYSBASE0 + 2 * number(pair) + (step.msr % 2) };
}
