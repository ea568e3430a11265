/** The partition of a step as one short key, fast enough to be taken of every divergent step. */
import { DETAIL_MASK } from '../../models/contract/observation.js';
import type { Trace } from '../run/trace.js';
import { abstains, agree, besideDiffers, type Lens, pairMask } from './lens.js';
import type { Seat } from './panel.js';

/** A number while groups of all seats fit one exactly, else text. */
export type Signature = number | string;

/** Up to 17 seats a signature is a number: the n-th seat has n + 1 possible groups, and 18! is below 2 ** 53. Up to 11 it is a small one. */
const NUMERIC_SEATS = 17;

export class SignatureTaker {
  /** By pair of seats: the bits compared between them. */
  private readonly masks: Int32Array;
  /** Group of each seat at the step looked at: 0 abstains, groups from 1 in the order of their first member. */
  private readonly groups: Int32Array;
  /** By group: its first member, who speaks for it, and what it said. */
  private readonly speakers: Int32Array;
  private readonly said: Int32Array;
  /** Bits that every pair of seats compares in which no two answers agree but equal ones; 0 if pairs compare different bits. */
  private readonly mask: number;
  /** Those with all fields first: one that lacks a field would agree with groups that differ in it. */
  private readonly order: Int32Array;

  constructor(
    private readonly seats: readonly Seat[],
    private readonly lens: Lens,
  ) {
    const count = seats.length;
    this.masks = Int32Array.from({ length: count * count }, (_, pair) =>
      pairMask(lens, seats[Math.floor(pair / count)], seats[pair % count]),
    );
    this.groups = new Int32Array(count);
    this.speakers = new Int32Array(count + 1);
    this.said = new Int32Array(count + 1);
    const isPlain = this.masks.every((mask) => mask === lens.mask) && (lens.mask & DETAIL_MASK) === 0;
    this.mask = isPlain && !lens.values ? lens.mask : 0;
    const indices = seats.map((_, seat) => seat);
    this.order = Int32Array.from([
      ...indices.filter((seat) => seats[seat].hasLeaf),
      ...indices.filter((seat) => !seats[seat].hasLeaf),
    ]);
  }

  /** Signature of a step. */
  take(step: number, traces: readonly Trace[]): Signature {
    if (this.mask !== 0) this.groupEqual(step, traces);
    else this.groupAgreeing(step, traces);
    return this.groups.length <= NUMERIC_SEATS ? this.asNumber() : String.fromCharCode(...this.groups.map((group) => group + 48));
  }

  /** Groups of equal answers. */
  private groupEqual(step: number, traces: readonly Trace[]): void {
    const { groups, order, said, mask } = this;
    let known = 0;
    for (let place = 0; place < order.length; place++) {
      const seat = order[place];
      const observation = traces[seat].observations[step];
      let group = 0;
      if (!abstains(observation)) {
        const answer = observation & mask;
        for (group = 1; group <= known && said[group] !== answer; ) group++;
        if (group > known) said[++known] = answer;
      }
      groups[seat] = group;
    }
  }

  /** Groups by what each pair of seats compares. */
  private groupAgreeing(step: number, traces: readonly Trace[]): void {
    const { groups, order, speakers } = this;
    let known = 0;
    for (let place = 0; place < order.length; place++) {
      const seat = order[place];
      const trace = traces[seat];
      if (abstains(trace.observations[step])) {
        groups[seat] = 0;
        continue;
      }
      let group = 1;
      while (group <= known && !this.agree(speakers[group], seat, step, traces)) group++;
      groups[seat] = group;
      if (group <= known) continue;
      known = group;
      speakers[group] = seat;
    }
  }

  /** Whether the seat agrees with the one that speaks for a group. */
  private agree(speaker: number, seat: number, step: number, traces: readonly Trace[]): boolean {
    const theirs = traces[speaker];
    const own = traces[seat];
    const mask = this.masks[speaker * this.groups.length + seat];
    if (!agree(own.observations[step], theirs.observations[step], mask)) return false;
    if (!this.lens.values) return true;
    const at = 2 * step;
    return !besideDiffers(
      own.observations[step],
      theirs.observations[step],
      own.values[at],
      own.values[at + 1],
      theirs.values[at],
      theirs.values[at + 1],
    );
  }

  private asNumber(): number {
    const { groups, order } = this;
    let signature = 0;
    for (let place = 0; place < order.length; place++) signature = signature * (place + 2) + groups[order[place]];
    return signature;
  }

  /** Names of the groups of a signature, in the panel's order; who abstained is left out. */
  read(signature: Signature): string[][] {
    const groups =
      typeof signature === 'string' ? [...signature].map((letter) => letter.charCodeAt(0) - 48) : this.groupsOf(signature);
    const numbers = [...new Set(groups.filter((group) => group > 0))];
    return numbers.map((number) => this.seats.filter((_, seat) => groups[seat] === number).map(({ name }) => name));
  }

  /** By seat. */
  private groupsOf(signature: number): number[] {
    const groups: number[] = [];
    for (let place = this.order.length - 1, rest = signature; place >= 0; place--) {
      groups[this.order[place]] = rest % (place + 2);
      rest = Math.floor(rest / (place + 2));
    }
    return groups;
  }
}
