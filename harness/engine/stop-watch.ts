/** When a campaign ends: its time is over, or the user interrupts. A second interrupt skips what is left of minimising. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class StopWatch {
  private readonly started = performance.now();
  private ended: number | null = null;
  private interrupts = 0;
  /** At the second interrupt: nobody waits any more, for an external model neither. */
  onImpatient: () => void = () => undefined;
  private readonly onInterrupt = () => {
    this.interrupts++;
    if (this.interrupts > 2) process.exit(130);
    if (this.isImpatient) this.onImpatient();
    const next =
      this.interrupts === 1
        ? 'minimising what was found; interrupt again to report it as it is'
        : 'reporting what was found as it is';
    process.stderr.write(`\nemtdiff: interrupted: ${next}\n`);
  };

  /** @param milliseconds time for the cases; Infinity: until they are done. */
  constructor(private readonly milliseconds: number) {
    for (const signal of SIGNALS) process.on(signal, this.onInterrupt);
  }

  get isOver(): boolean {
    return this.interrupts > 0 || performance.now() - this.started >= this.milliseconds;
  }

  get isInterrupted(): boolean {
    return this.interrupts > 0;
  }

  get isImpatient(): boolean {
    return this.interrupts > 1;
  }

  /** The cases are done; minimising does not count. */
  stopCounting(): void {
    this.ended ??= performance.now();
  }

  /** Milliseconds spent on cases. */
  get counted(): number {
    return (this.ended ?? performance.now()) - this.started;
  }

  close(): void {
    this.stopCounting();
    for (const signal of SIGNALS) process.off(signal, this.onInterrupt);
  }
}
