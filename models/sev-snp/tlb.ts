/**
 * The translations that the vCPUs hold, tagged by frame and access mode. 64 direct-mapped entries a vCPU: an entry never answers
 * otherwise than the walk would have when it was filled, so that its size shows nowhere.
 */
import type { Gfn, Level } from '../contract/address.js';
import { PRIVATE, type PageKind } from '../contract/observation.js';

const ENTRIES = 64;
const EMPTY = -1;

export class Tlb {
  /** 2 * gfn, plus 1 for a private access; EMPTY. */
  readonly key: Float64Array;
  readonly kind: Uint8Array;
  readonly generation: Int32Array;
  readonly writable: Uint8Array;
  /** The page reads as ciphertext: shared mode, page assigned. */
  readonly ciphertext: Uint8Array;
  readonly level: Uint8Array;
  readonly hostMtrr: Uint8Array;
  private isEmpty = true;

  constructor(vcpus: number) {
    const size = ENTRIES * vcpus;
    this.key = new Float64Array(size).fill(EMPTY);
    this.kind = new Uint8Array(size);
    this.generation = new Int32Array(size);
    this.writable = new Uint8Array(size);
    this.ciphertext = new Uint8Array(size);
    this.level = new Uint8Array(size);
    this.hostMtrr = new Uint8Array(size);
  }

  /** Drops everything of all vCPUs. */
  flush(): void {
    if (this.isEmpty) return;
    this.key.fill(EMPTY);
    this.isEmpty = true;
  }

  /** Slot of the translation, or -1. */
  find(vcpu: number, gfn: Gfn, isPrivate: boolean): number {
    const slot = this.slotOf(vcpu, gfn, isPrivate);
    return this.key[slot] === 2 * gfn + (isPrivate ? 1 : 0) ? slot : -1;
  }

  fill(
    vcpu: number,
    gfn: Gfn,
    isPrivate: boolean,
    kind: PageKind,
    generation: number,
    writable: boolean,
    ciphertext: boolean,
    level: Level,
    hostMtrr: number,
  ): void {
    const slot = this.slotOf(vcpu, gfn, isPrivate);
    this.key[slot] = 2 * gfn + (isPrivate ? 1 : 0);
    this.kind[slot] = kind;
    this.generation[slot] = generation;
    this.writable[slot] = writable ? 1 : 0;
    this.ciphertext[slot] = ciphertext ? 1 : 0;
    this.level[slot] = level;
    this.hostMtrr[slot] = hostMtrr;
    this.isEmpty = false;
  }

  /** Drops the translations to the private pages of the range that are of this generation, on all vCPUs: what RMPUPDATE does. */
  dropPages(from: Gfn, to: Gfn, generation: number): void {
    if (this.isEmpty) return;
    for (let slot = 0; slot < this.key.length; slot++) {
      if (this.key[slot] === EMPTY || this.kind[slot] !== PRIVATE || this.generation[slot] !== generation) continue;
      const gfn = Math.floor(this.key[slot] / 2);
      if (gfn >= from && gfn < to) this.key[slot] = EMPTY;
    }
  }

  /** Frame of a slot, or -1 if it is empty. */
  gfnOf(slot: number): Gfn {
    return this.key[slot] === EMPTY ? -1 : Math.floor(this.key[slot] / 2);
  }

  private slotOf(vcpu: number, gfn: Gfn, isPrivate: boolean): number {
    return vcpu * ENTRIES + (((gfn % 32) << 1) | (isPrivate ? 1 : 0));
  }
}
