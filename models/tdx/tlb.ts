/** The TLBs of the TD's vCPUs: an entry per vCPU, frame and mode (the SHARED bit), until a flush. They have no limit of size here. */
import { FrameMap } from './frame-map.js';

/** Marks of an entry: its level and what the leaf said. */
const LEVEL_BITS = 3;
const HOST_MMIO_BIT = 4;

export class Tlb {
  readonly entries = new FrameMap();

  reset(): void {
    this.entries.clear();
  }

  find(vcpu: number, gfn: number, isPrivate: boolean): number {
    return this.entries.find(keyOf(vcpu, gfn, isPrivate));
  }

  fill(vcpu: number, gfn: number, isPrivate: boolean, pfn: number, level: number, isHostMmio: boolean): number {
    return this.entries.insert(keyOf(vcpu, gfn, isPrivate), pfn, level | (isHostMmio ? HOST_MMIO_BIT : 0));
  }

  level(entry: number): number {
    return this.entries.marks[entry] & LEVEL_BITS;
  }
  isHostMmio(entry: number): boolean {
    return (this.entries.marks[entry] & HOST_MMIO_BIT) !== 0;
  }
  /** The frame of an entry. */
  gfn(entry: number): number {
    return Math.floor(this.entries.keys[entry] / 16);
  }
  isPrivate(entry: number): boolean {
    return (this.entries.keys[entry] & 8) !== 0;
  }

  /** INVLPG on one vCPU. */
  drop(vcpu: number, gfn: number): void {
    for (let mode = 0; mode < 2; mode++) {
      const entry = this.find(vcpu, gfn, mode === 1);
      if (entry >= 0) this.entries.removeAt(entry);
    }
  }
}

function keyOf(vcpu: number, gfn: number, isPrivate: boolean): number {
  return gfn * 16 + (isPrivate ? 8 : 0) + vcpu;
}
