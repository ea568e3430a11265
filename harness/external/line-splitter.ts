/** Bytes to lines, as newline-delimited JSON comes over a pipe. Memory is bounded by the longest line allowed, whatever is sent. */
import { isUtf8 } from 'node:buffer';

/** Longest line of the protocol in bytes, its newline not counted (docs/scenario-format.md, "External models"). */
export const LINE_LIMIT = 16 * 2 ** 20;

const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);

export interface LineListener {
  /** One line without its newline; null where it is not UTF-8. */
  line(text: string | null): void;
  /** A line passed the limit: told once, when the limit is passed; the rest of that line is dropped. */
  tooLong(): void;
}

export class LineSplitter {
  /** The unfinished line is the first `kept` bytes; grown by doubling, so that a dribble of single bytes costs no more than a chunk. */
  private buffer = EMPTY;
  private kept = 0;
  private isDropping = false;

  constructor(
    private readonly listener: LineListener,
    private readonly limit = LINE_LIMIT,
  ) {}

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.finish(chunk.subarray(start, end));
      start = end + 1;
    }
    this.keep(chunk.subarray(start));
  }

  /** End of input: what stands there without a newline is a last line. */
  end(): void {
    if (this.kept > 0) this.finish(EMPTY);
  }

  /** Whether the input stands in the middle of a line. */
  get isInsideLine(): boolean {
    return this.kept > 0 || this.isDropping;
  }

  private finish(rest: Buffer): void {
    this.keep(rest);
    const line = this.buffer.subarray(0, this.kept);
    const wasDropping = this.isDropping;
    this.kept = 0;
    this.isDropping = false;
    if (!wasDropping) this.listener.line(isUtf8(line) ? line.toString('utf8') : null);
  }

  private keep(part: Buffer): void {
    if (this.isDropping || part.length === 0) return;
    if (this.kept + part.length > this.limit) {
      this.isDropping = true;
      this.kept = 0;
      this.buffer = EMPTY;
      this.listener.tooLong();
      return;
    }
    if (this.kept + part.length > this.buffer.length) this.grow(this.kept + part.length);
    part.copy(this.buffer, this.kept);
    this.kept += part.length;
  }

  private grow(least: number): void {
    const grown = Buffer.allocUnsafe(Math.min(Math.max(least, 2 * this.buffer.length, 4096), this.limit));
    this.buffer.copy(grown, 0, 0, this.kept);
    this.buffer = grown;
  }
}
