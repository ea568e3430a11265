/** The streams of random numbers of a case: one a concern and one an operation, so that what one draws moves no other. */
import { Random } from '../operations/random.js';
import type { CampaignKey } from './campaign-key.js';

/** The number of a stream is that of its name: a new name renumbers none. FNV-1a, 32 bits. */
export function streamNumber(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  return hash | 0;
}

export class Streams {
  private readonly randoms: readonly Random[];
  private readonly numbers: readonly number[];
  /** The case that each was seeded for, counted from 1. */
  private readonly seeded: Float64Array;
  private hi = 0;
  private lo = 0;
  private index = 0;
  private serial = 0;

  constructor(names: readonly string[]) {
    this.randoms = names.map(() => new Random());
    this.numbers = names.map(streamNumber);
    this.seeded = new Float64Array(names.length);
  }

  /** A case begins: every stream is at its start. */
  start({ hi, lo }: CampaignKey, index: number): void {
    this.hi = hi;
    this.lo = lo;
    this.index = index;
    this.serial++;
  }

  /** The stream of a name, by its place among the names; seeded when a case asks for it first. */
  at(place: number): Random {
    const random = this.randoms[place];
    if (this.seeded[place] !== this.serial) {
      this.seeded[place] = this.serial;
      random.seed(this.hi, this.lo, this.index, this.numbers[place]);
    }
    return random;
  }
}
