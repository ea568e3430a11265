/** Present leaves of the one nested root that all vCPUs share: what is mapped, how large, and how it was typed when it was built. */
import type { Level } from '../contract/address.js';
import { LEVEL_PAGES } from '../contract/address.js';
import type { RegisterType } from '../contract/memory-type.js';

/** Type of a leaf whose bits came from memory that the source does not describe. */
export const OPEN_TYPE = 15;
export const NOT_MAPPED = -1;

export class NptLeaves {
  private start = new Float64Array(64);
  private end = new Float64Array(64);
  private levels = new Uint8Array(64);
  private types = new Uint8Array(64);
  private hostMtrrs = new Uint8Array(64);
  private ruleNumbers = new Uint16Array(64);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  /** The leaf that maps a frame, or NOT_MAPPED. A leaf's number holds until the next removal. */
  find(gfn: number): number {
    for (let leaf = 0; leaf < this.count; leaf++) if (gfn >= this.start[leaf] && gfn < this.end[leaf]) return leaf;
    return NOT_MAPPED;
  }

  gfn(leaf: number): number {
    return this.start[leaf];
  }
  level(leaf: number): Level {
    return this.levels[leaf] as Level;
  }
  /** Host PAT type that the leaf selects, or OPEN_TYPE. */
  type(leaf: number): number {
    return this.types[leaf];
  }
  /** Host MTRR type of all its frames: a leaf lies in one region. */
  hostMtrr(leaf: number): RegisterType {
    return this.hostMtrrs[leaf] as RegisterType;
  }
  /** Rule that the leaf took its type by; 0 for the plain index 0. */
  rule(leaf: number): number {
    return this.ruleNumbers[leaf];
  }

  /** Maps an aligned block. A larger leaf takes the place of the table of smaller ones below it. Gives the number of the leaf. */
  map(gfn: number, level: Level, type: number, hostMtrr: RegisterType, rule: number): number {
    if (level !== 1) this.removeRange(gfn, gfn + LEVEL_PAGES[level]);
    if (this.count === this.start.length) this.grow();
    const leaf = this.count++;
    this.start[leaf] = gfn;
    this.end[leaf] = gfn + LEVEL_PAGES[level];
    this.levels[leaf] = level;
    this.types[leaf] = type;
    this.hostMtrrs[leaf] = hostMtrr;
    this.ruleNumbers[leaf] = rule;
    return leaf;
  }

  /** Removes every leaf that meets [start, end), the large ones whole. Gives their number. */
  removeRange(start: number, end: number): number {
    let kept = 0;
    for (let leaf = 0; leaf < this.count; leaf++) {
      if (this.start[leaf] < end && this.end[leaf] > start) continue;
      if (kept !== leaf) this.move(leaf, kept);
      kept++;
    }
    const removed = this.count - kept;
    this.count = kept;
    return removed;
  }

  private move(from: number, to: number): void {
    this.start[to] = this.start[from];
    this.end[to] = this.end[from];
    this.levels[to] = this.levels[from];
    this.types[to] = this.types[from];
    this.hostMtrrs[to] = this.hostMtrrs[from];
    this.ruleNumbers[to] = this.ruleNumbers[from];
  }

  private grow(): void {
    const size = 2 * this.start.length;
    const { start, end, levels, types, hostMtrrs, ruleNumbers } = this;
    this.start = new Float64Array(size);
    this.end = new Float64Array(size);
    this.levels = new Uint8Array(size);
    this.types = new Uint8Array(size);
    this.hostMtrrs = new Uint8Array(size);
    this.ruleNumbers = new Uint16Array(size);
    this.start.set(start);
    this.end.set(end);
    this.levels.set(levels);
    this.types.set(types);
    this.hostMtrrs.set(hostMtrrs);
    this.ruleNumbers.set(ruleNumbers);
  }
}
