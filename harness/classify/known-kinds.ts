/** Kinds of divergence seen before, answer for answer: nearly every divergence of a campaign is of one of them. */
import type { Observation } from '../../models/contract/observation.js';
import type { DivergenceKind } from './divergence-kind.js';

/** Words of a key: place, expected answer, answer got. */
const KEY_WORDS = 3;

/** A hash table in two arrays, linear probing: one look-up a divergence, the hottest of a campaign, should touch little memory. */
export class KnownKinds {
  private kinds: (DivergenceKind | null)[];
  private keys: Int32Array;
  private size = 0;

  /** @param room slots to begin with, a power of two; more are made when half are taken */
  constructor(room = 4096) {
    this.kinds = new Array(room).fill(null);
    this.keys = new Int32Array(room * KEY_WORDS);
  }

  /** @param place a small number for lens, edge and operation */
  find(place: number, expected: Observation, got: Observation): DivergenceKind | null {
    return this.kinds[this.slotOf(place, expected, got)];
  }

  /** Returns the kind. */
  keep(place: number, expected: Observation, got: Observation, kind: DivergenceKind): DivergenceKind {
    if (2 * this.size >= this.kinds.length) this.grow();
    const slot = this.slotOf(place, expected, got);
    if (this.kinds[slot] === null) this.size++;
    this.kinds[slot] = kind;
    this.keys[slot * KEY_WORDS] = place;
    this.keys[slot * KEY_WORDS + 1] = expected;
    this.keys[slot * KEY_WORDS + 2] = got;
    return kind;
  }

  /** The slot of the key, or the free one where it belongs. */
  private slotOf(place: number, expected: Observation, got: Observation): number {
    const { kinds, keys } = this;
    const last = kinds.length - 1;
    for (let slot = hashOf(place, expected, got) & last; ; slot = (slot + 1) & last) {
      const at = slot * KEY_WORDS;
      if (kinds[slot] === null || (keys[at] === place && keys[at + 1] === expected && keys[at + 2] === got)) return slot;
    }
  }

  private grow(): void {
    const { kinds, keys } = this;
    this.kinds = new Array(2 * kinds.length).fill(null);
    this.keys = new Int32Array(this.kinds.length * KEY_WORDS);
    this.size = 0;
    kinds.forEach((kind, slot) => {
      const at = slot * KEY_WORDS;
      if (kind !== null) this.keep(keys[at], keys[at + 1], keys[at + 2], kind);
    });
  }
}

/** High bits, where rules stand, are folded into the low ones. */
function hashOf(place: number, expected: Observation, got: Observation): number {
  const mixed = Math.imul(place, 0x9e3779b1) ^ Math.imul(expected, 0x85ebca6b) ^ Math.imul(got, 0xc2b2ae35);
  return mixed ^ (mixed >>> 15);
}
