/** The end of what a process wrote to its stderr, its log: bounded, quoted where the process is at fault. */
const KEPT_BYTES = 4096;
const QUOTED_LINES = 5;
const QUOTED_CHARACTERS = 500;

export class LogTail {
  private tail = Buffer.alloc(0);

  push(chunk: Buffer): void {
    const joined = chunk.length >= KEPT_BYTES ? chunk : Buffer.concat([this.tail, chunk]);
    // A copy: a slice would keep the whole chunk alive.
    this.tail = Buffer.from(joined.subarray(Math.max(0, joined.length - KEPT_BYTES)));
  }

  /** The last lines, at most 500 characters; empty if nothing was written. */
  get text(): string {
    const lines = this.tail
      .toString('utf8')
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '');
    return lines.slice(-QUOTED_LINES).join('\n').slice(-QUOTED_CHARACTERS);
  }

  /** A clause for the end of a fault's sentence; empty if nothing was written. */
  get clause(): string {
    const { text } = this;
    return text === '' ? '' : `; its stderr ends with ${JSON.stringify(text)}`;
  }
}
