/** The host's regions: each is a KVM memory slot, `ram` with guest_memfd behind it on a machine with private memory. */
import type { Gfn, Level } from '../contract/address.js';
import { type Backing, type Machine, RAM, RAM_WC } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';

export class Regions {
  count = 0;
  start = new Float64Array(16);
  end = new Float64Array(16);
  backing = new Uint8Array(16);
  level = new Uint8Array(16);
  hostMtrr = new Uint8Array(16);

  reset(machine: Machine): void {
    this.count = 0;
    for (const region of machine.regions) {
      this.append(this.count, region.gfn, region.gfn + region.pages, region.backing, region.level, region.hostMtrr);
    }
  }

  /** Index of the region that holds the frame, or -1. */
  find(gfn: Gfn): number {
    const index = this.firstBehind(gfn);
    return index < this.count && this.start[index] <= gfn ? index : -1;
  }

  /** Index of the first region that ends behind the frame; `count` if none does. */
  firstBehind(gfn: Gfn): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end[middle] > gfn) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Largest mapping that the host makes here: KVM maps all but RAM by 4K. */
  hostLevel(index: number): Level {
    const backing = this.backing[index];
    return backing === RAM || backing === RAM_WC ? (this.level[index] as Level) : 1;
  }

  /** Whether guest_memfd is behind the region (Linux `kvm_slot_can_be_private()`). */
  canBePrivate(index: number): boolean {
    return this.backing[index] === RAM;
  }

  /** Backs a range anew; what remains of the regions around it are regions of their own. */
  replace(from: Gfn, to: Gfn, backing: Backing, level: Level, hostMtrr: RegisterType): void {
    this.cut(from);
    this.cut(to);
    const first = this.firstBehind(from);
    let end = first;
    while (end < this.count && this.start[end] < to) end++;
    this.move(first, end);
    this.count -= end - first;
    this.append(first, from, to, backing, level, hostMtrr);
  }

  private cut(gfn: Gfn): void {
    const index = this.find(gfn);
    if (index < 0 || this.start[index] === gfn) return;
    const end = this.end[index];
    this.end[index] = gfn;
    this.append(
      index + 1,
      gfn,
      end,
      this.backing[index] as Backing,
      this.level[index] as Level,
      this.hostMtrr[index] as RegisterType,
    );
  }

  private append(at: number, from: Gfn, to: Gfn, backing: Backing, level: Level, hostMtrr: RegisterType): void {
    if (this.count === this.start.length) this.grow();
    this.move(at + 1, at);
    this.start[at] = from;
    this.end[at] = to;
    this.backing[at] = backing;
    this.level[at] = level;
    this.hostMtrr[at] = hostMtrr;
    this.count++;
  }

  private move(to: number, from: number): void {
    this.start.copyWithin(to, from, this.count);
    this.end.copyWithin(to, from, this.count);
    this.backing.copyWithin(to, from, this.count);
    this.level.copyWithin(to, from, this.count);
    this.hostMtrr.copyWithin(to, from, this.count);
  }

  private grow(): void {
    const old = { ...this };
    const length = this.start.length * 2;
    this.start = new Float64Array(length);
    this.end = new Float64Array(length);
    this.backing = new Uint8Array(length);
    this.level = new Uint8Array(length);
    this.hostMtrr = new Uint8Array(length);
    this.start.set(old.start);
    this.end.set(old.end);
    this.backing.set(old.backing);
    this.level.set(old.level);
    this.hostMtrr.set(old.hostMtrr);
  }
}
