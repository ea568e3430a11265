/**
 * Whether a VM has a device whose DMA does not snoop: no line of a trace says it, leaves and zaps show it. One that stands alone among
 * others is no change, it is a divergence for whoever checks the trace.
 */

interface Run {
  readonly isNoncoherent: boolean;
  readonly firstLine: number;
  count: number;
}

export interface NoncoherentChange {
  /** The first line that shows it. */
  readonly line: number;
  readonly isNoncoherent: boolean;
}

/** So many lines in a row make a change. */
const ENOUGH = 3;
const MOST_RUNS = 4096;

export class NoncoherentEvidence {
  private readonly runs: Run[] = [];

  shows(isNoncoherent: boolean, line: number): void {
    const last = this.runs.at(-1);
    if (last?.isNoncoherent === isNoncoherent) last.count++;
    else if (this.runs.length < MOST_RUNS) this.runs.push({ isNoncoherent, firstLine: line, count: 1 });
  }

  get isSilent(): boolean {
    return this.runs.length === 0;
  }

  /** With the first lines that agree; where none do, with the most. */
  atStart(): boolean {
    const first = this.runs.find(({ count }) => count >= ENOUGH);
    if (first !== undefined) return first.isNoncoherent;
    const total = (isNoncoherent: boolean) =>
      this.runs.reduce((sum, run) => sum + (run.isNoncoherent === isNoncoherent ? run.count : 0), 0);
    return total(true) > total(false);
  }

  changes(): NoncoherentChange[] {
    let now = this.atStart();
    const found: NoncoherentChange[] = [];
    for (const { isNoncoherent, firstLine, count } of this.runs) {
      if (count < ENOUGH || isNoncoherent === now) continue;
      now = isNoncoherent;
      found.push({ line: firstLine, isNoncoherent });
    }
    return found;
  }
}
