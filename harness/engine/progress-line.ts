/** How a long campaign goes: one line that is rewritten on a terminal, plain lines now and then elsewhere. */
import type { Progress } from '../campaign.js';

/** Milliseconds between two writes. */
const ON_TERMINAL = 200;
const ELSEWHERE = 10_000;

export class ProgressLine {
  private readonly started = performance.now();
  private last = performance.now();
  private isOpen = false;

  /**
   * @param head where the seed is printed; @param out where progress is
   * @param cases of the campaign, or Infinity; @param milliseconds for the cases, or Infinity
   */
  constructor(
    private readonly head: NodeJS.WriteStream,
    private readonly out: NodeJS.WriteStream,
    private readonly cases: number,
    private readonly milliseconds: number,
  ) {}

  /** A line of its own, at once. */
  say(text: string): void {
    if (this.head === this.out || !this.head.isTTY) this.out.write(`${text}\n`);
    else this.head.write(`${text}\n`);
  }

  show(progress: Progress): void {
    const now = performance.now();
    if (now - this.last < (this.out.isTTY ? ON_TERMINAL : ELSEWHERE)) return;
    this.last = now;
    const text = this.text(progress, now - this.started);
    this.out.write(this.out.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
    this.isOpen = this.out.isTTY;
  }

  close(): void {
    if (this.isOpen) this.out.write('\r\u001b[K');
    this.isOpen = false;
  }

  private text({ stage, done, buckets }: Progress, elapsed: number): string {
    if (stage === 'minimising') return `minimising: ${done} of ${buckets} buckets`;
    const rate = (1000 * done) / Math.max(1, elapsed);
    const left = Number.isFinite(this.cases) ? ((this.cases - done) / Math.max(1, rate)) * 1000 : this.milliseconds - elapsed;
    return `${done} cases, ${Math.round(rate)} cases/s, ${buckets} buckets, ${Math.max(0, Math.round(left / 1000))} s left`;
  }
}
