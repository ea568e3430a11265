/** Who agrees with whom at one step, in one lens. */
import type { Observation } from '../../models/contract/observation.js';
import { abstains, agree, besideDiffers, type Lens, pairMask } from './lens.js';
import type { Seat } from './panel.js';

export interface Answered {
  readonly observation: Observation;
  /** What stands beside the observation; 0 where nothing does. */
  readonly hi: number;
  readonly lo: number;
}

export interface Partition {
  /** Seats by index; each group in the panel's order, groups in the order of their first member. */
  readonly groups: readonly (readonly number[])[];
  /** Seats that answered `undefined` or `n/a`. */
  readonly abstaining: readonly number[];
}

export function partitionOf(seats: readonly Seat[], answers: readonly Answered[], lens: Lens): Partition {
  const indices = seats.map((_, index) => index);
  const abstaining = indices.filter((index) => abstains(answers[index].observation));
  const voting = indices.filter((index) => !abstaining.includes(index));
  const groups: number[][] = [];
  // Those with all fields first: one that lacks a field would agree with groups that differ in it.
  for (const index of [...voting.filter((seat) => seats[seat].hasLeaf), ...voting.filter((seat) => !seats[seat].hasLeaf)]) {
    const group = groups.find(([first]) => same(seats[first], answers[first], seats[index], answers[index], lens));
    if (group === undefined) groups.push([index]);
    else group.push(index);
  }
  for (const group of groups) group.sort((a, b) => a - b);
  return { groups: groups.sort((a, b) => a[0] - b[0]), abstaining };
}

function same(a: Seat, answerA: Answered, b: Seat, answerB: Answered, lens: Lens): boolean {
  if (!agree(answerA.observation, answerB.observation, pairMask(lens, a, b))) return false;
  if (!lens.values) return true;
  return !besideDiffers(answerA.observation, answerB.observation, answerA.hi, answerA.lo, answerB.hi, answerB.lo);
}

/** `[intel-ept/6.16, amd-npt/gpat] vs [xen-hvm/ept-4.21]`. */
export function partitionText(groups: readonly (readonly string[])[]): string {
  return groups.map((group) => `[${group.join(', ')}]`).join(' vs ');
}
