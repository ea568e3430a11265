/** Kinds of divergence seen before, answer for answer: nearly every divergence of a campaign is of one of them. */
import type { Observation } from '../../models/contract/observation.js';
import type { DivergenceKind } from './divergence-kind.js';

/** Words of a record: place, expected answer, answer got, then what is counted of the kind. A power of two: records share no cache line. */
const RECORD_WORDS = 8;
/** Steps counted since `settle`. */
const STEPS = 3;
/** The case in which it was seen last, counted from 1: 0 in a free record. */
const LAST_CASE = 4;
/** 1: nothing more of the kind in that case can matter. */
const IS_DONE = 5;

/** What `count` returns where nothing more is to be done. */
export const MORE_OF_THE_SAME = -1;

/**
 * A hash table in one array, linear probing: one look-up a divergence, the hottest of a campaign, touches one record. Kinds themselves
 * stand beside it and are needed only once a case.
 */
export class KnownKinds {
  private kinds: (DivergenceKind | null)[];
  private records: Int32Array;
  private size = 0;

  /** @param room records to begin with, a power of two; more are made when half are taken */
  constructor(room = 256) {
    this.kinds = new Array(room).fill(null);
    this.records = new Int32Array(room * RECORD_WORDS);
  }

  /**
   * Counts a step of a kind. Returns its slot, or MORE_OF_THE_SAME if the kind is done with in this case.
   * @param place a small number for lens, edge and operation
   * @param index of the case
   */
  count(place: number, expected: Observation, got: Observation, index: number): number {
    const slot = this.slotOf(place, expected, got);
    const { records } = this;
    const at = slot * RECORD_WORDS;
    if (records[at + LAST_CASE] === 0) {
      records[at] = place;
      records[at + 1] = expected;
      records[at + 2] = got;
    }
    records[at + STEPS]++;
    if (records[at + LAST_CASE] === index + 1 && records[at + IS_DONE] === 1) return MORE_OF_THE_SAME;
    records[at + LAST_CASE] = index + 1;
    return slot;
  }

  /** The kind of a slot that `count` returned, null if it is new: `keep` it before the next is counted. */
  at(slot: number): DivergenceKind | null {
    return this.kinds[slot];
  }

  /** Whether the kind of this slot can matter any more in the case that it was counted in. */
  setDone(slot: number, isDone: boolean): void {
    this.records[slot * RECORD_WORDS + IS_DONE] = isDone ? 1 : 0;
  }

  /** Makes the new kind that was counted last known. Returns its slot of now. */
  keep(slot: number, kind: DivergenceKind): number {
    this.kinds[slot] = kind;
    this.size++;
    if (2 * this.size < this.kinds.length) return slot;
    const place = this.records[slot * RECORD_WORDS];
    this.grow();
    return this.slotOf(place, kind.expected, kind.got);
  }

  /** Adds what was counted to the kinds' pairs of answers. */
  settle(): void {
    if (this.size === 0) return;
    for (let slot = 0; slot < this.kinds.length; slot++) {
      const at = slot * RECORD_WORDS + STEPS;
      const kind = this.kinds[slot];
      if (kind !== null) kind.pair.steps += this.records[at];
      this.records[at] = 0;
    }
  }

  /** The slot of the key, or the free one where it belongs. */
  private slotOf(place: number, expected: Observation, got: Observation): number {
    const { records } = this;
    const last = this.kinds.length - 1;
    for (let slot = hashOf(place, expected, got) & last; ; slot = (slot + 1) & last) {
      const at = slot * RECORD_WORDS;
      if (records[at + LAST_CASE] === 0) return slot;
      if (records[at] === place && records[at + 1] === expected && records[at + 2] === got) return slot;
    }
  }

  private grow(): void {
    const { kinds, records } = this;
    this.kinds = new Array(2 * kinds.length).fill(null);
    this.records = new Int32Array(this.kinds.length * RECORD_WORDS);
    kinds.forEach((kind, from) => {
      if (kind === null) return;
      const record = records.subarray(from * RECORD_WORDS, (from + 1) * RECORD_WORDS);
      const slot = this.slotOf(record[0], record[1], record[2]);
      this.kinds[slot] = kind;
      this.records.set(record, slot * RECORD_WORDS);
    });
  }
}

/** High bits, where rules stand, are folded into the low ones. */
function hashOf(place: number, expected: Observation, got: Observation): number {
  const mixed = Math.imul(place, 0x9e3779b1) ^ Math.imul(expected, 0x85ebca6b) ^ Math.imul(got, 0xc2b2ae35);
  return mixed ^ (mixed >>> 15);
}
