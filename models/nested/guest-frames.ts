/** The frames of L1 and what is behind them (a rule of the scenario format). */
import { type Gfn, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';
import type { Backing, Region } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';

export interface Frames {
  readonly start: Gfn;
  readonly end: Gfn;
  readonly backing: Backing;
  readonly level: Level;
  readonly hostMtrr: RegisterType;
}

export class GuestFrames {
  private runs: readonly Frames[] = [];

  reset(regions: readonly Region[]): void {
    this.runs = regions.map(({ gfn, pages, backing, level, hostMtrr }) => ({
      start: gfn,
      end: gfn + pages,
      backing,
      level,
      hostMtrr,
    }));
  }

  find(gfn: Gfn): Frames | null {
    return this.runs.find(({ start, end }) => start <= gfn && gfn < end) ?? null;
  }

  replace(frames: Frames): void {
    const parts = this.runs.flatMap((run) => [
      { ...run, end: Math.min(run.end, frames.start) },
      { ...run, start: Math.max(run.start, frames.end) },
    ]);
    this.runs = [...parts.filter(({ start, end }) => start < end), frames];
  }
}

/** Level of the mapping of a frame: the largest aligned block in its run. @param limit the largest that there is */
export function levelOf({ start, end, level }: Frames, gfn: Gfn, limit: Level): Level {
  for (let size = Math.min(level, limit) as Level; size > LEVEL_4K; size--) {
    const first = gfn - (gfn % LEVEL_PAGES[size]);
    if (first >= start && first + LEVEL_PAGES[size] <= end) return size;
  }
  return LEVEL_4K;
}
