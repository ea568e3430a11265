/**
 * Tells when a peer has said nothing for too long. The time is counted in slices of the event loop, not on a clock: a campaign that
 * computes for seconds between two turns of the loop neither reads nor writes meanwhile, and its peer is not to blame for that.
 */
const SLICES = 8;

export class Silence {
  private timer: NodeJS.Timeout | null = null;
  private slices = 0;

  /** `onSilent` is called once, after about `timeoutMs` milliseconds without a `restart`. */
  constructor(
    private readonly timeoutMs: number,
    private readonly onSilent: () => void,
  ) {}

  get isRunning(): boolean {
    return this.timer !== null;
  }

  /** Starts to count, anew if it counts already. */
  restart(): void {
    this.slices = 0;
    this.timer?.refresh();
    this.timer ??= setInterval(() => this.tick(), this.timeoutMs / SLICES);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private tick(): void {
    const timer = this.timer;
    this.slices++;
    if (this.slices < SLICES) return;
    // What arrived while the loop was busy is read before this: timers come first in a turn of the loop, then input, then immediates.
    setImmediate(() => {
      if (this.timer !== timer || this.slices < SLICES) return;
      this.stop();
      this.onSilent();
    });
  }
}
