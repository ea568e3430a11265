/** ept12, L1's table for L2, as `map-l2` makes it (a rule of the scenario format). */
import { type Gfn, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';

interface Range {
  readonly from: Gfn;
  /** The frame after the last. */
  readonly to: Gfn;
}

/** The leaves of one `map-l2`. */
export class L1EptRun {
  /** What later steps replaced. */
  private readonly holes: Range[] = [];

  constructor(
    private readonly range: Range,
    private readonly target: Gfn,
    private readonly cap: Level,
    /** Type field; 2, 3 and 7 are none. */
    readonly type: number,
    readonly ipat: boolean,
  ) {}

  has(gfn: Gfn): boolean {
    return contains(this.range, gfn) && !this.holes.some((hole) => contains(hole, gfn));
  }

  replace(range: Range): void {
    if (overlap(this.range, range)) this.holes.push(range);
  }

  frameOf(gfn: Gfn): Gfn {
    return this.target + (gfn - this.range.from);
  }

  /** A block that a hole goes into is left in 4K. */
  levelOf(gfn: Gfn): Level {
    const block = this.blockOf(gfn, this.cap);
    return this.holes.some((hole) => overlap(hole, block)) ? LEVEL_4K : block.level;
  }

  /** The largest aligned block around the frame, in both address spaces. */
  private blockOf(gfn: Gfn, level: Level): Range & { readonly level: Level } {
    const pages = LEVEL_PAGES[level];
    const from = Math.floor(gfn / pages) * pages;
    const fits = from >= this.range.from && from + pages <= this.range.to && this.frameOf(from) % pages === 0;
    return fits || level === LEVEL_4K ? { from, to: from + pages, level } : this.blockOf(gfn, (level - 1) as Level);
  }

  toJSON(): object {
    return { ...this.range, target: this.target, level: this.cap, type: this.type, ipat: this.ipat, holes: this.holes };
  }
}

export class L1Ept {
  runs: L1EptRun[] = [];

  find(gfn: Gfn): L1EptRun | undefined {
    return this.runs.find((run) => run.has(gfn));
  }

  /** @param run null: the frames are not present from now on */
  replace(from: Gfn, to: Gfn, run: L1EptRun | null): void {
    for (const old of this.runs) old.replace({ from, to });
    if (run !== null) this.runs.push(run);
  }
}

function contains({ from, to }: Range, gfn: Gfn): boolean {
  return from <= gfn && gfn < to;
}

function overlap(one: Range, other: Range): boolean {
  return one.from < other.to && other.from < one.to;
}
