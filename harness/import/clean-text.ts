/**
 * A log as people paste it, freed of what mail, web pages and loggers put around it: quoted-printable, reply marks, syslog and dmesg
 * prefixes, `(XEN)`, coreboot's levels, all records in one line. Offsets still lead to the line of the file.
 */
import { shown, UsageError } from '../operations/usage-error.js';
import { decodedLines } from './quoted-printable.js';

/** Each is taken off the start of a line, again and again until none fits. */
const PREFIXES: readonly RegExp[] = [
  /^(?:[ \t]*[>|])+ ?/,
  /^<\d{1,3}>/,
  /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [\w./-]+(?:\[\d+\])?: ?/,
  /^\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)? \S+ [\w./-]+(?:\[\d+\])?: ?/,
  /^kern(?:el)?(?:\.\w+)?: ?/,
  /^\[\s*\d+\.\d+\] ?/,
  /^\[\s*[TC]\d+\] ?/,
  /^\[[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ [\d:]+ \d{4}\] ?/,
  /^\((?:XEN|d\d+)\) ?(?:\[[^\]]*\] ?)?/,
  /^\[(?:EMERG|ALERT|CRIT|ERROR|WARN|NOTE|INFO|DEBUG|SPEW)\s*\] */,
];

/** A prefix inside a line begins the next record of a block that a web page put into one line. */
const INNER_PREFIX =
  /(?:<\d{1,3}>)?\[\s*\d+\.\d{3,6}\](?:\[\s*[TC]\d+\])?|\(XEN\)(?: ?\[[^\]]*\])?|\[(?:NOTE|INFO|DEBUG|SPEW)\s*\]|<br ?\/?>/g;

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&nbsp;': ' ' };

export class CleanText {
  /** The records, each on a line of its own where that can be told; words of a wrapped record are apart by white space. */
  readonly text: string;
  /** Offset at which a line of the file begins in `text`, and its number, ascending. */
  private readonly starts: { readonly offset: number; readonly line: number }[] = [];

  constructor(
    raw: string,
    readonly file: string,
  ) {
    const pieces: string[] = [];
    let offset = 0;
    for (const { text, line } of decodedLines(raw)) {
      const clean = withoutPrefixes(text);
      this.starts.push({ offset, line });
      pieces.push(clean);
      offset += clean.length + 1;
    }
    this.text = pieces.join('\n');
  }

  /** Number of the file's line that holds this offset of `text`. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle].offset <= offset) low = middle;
      else high = middle - 1;
    }
    return this.starts[low]?.line ?? 1;
  }

  /**
   * The records of one kind, in order. `loose` finds what claims to be one, `strict` what it has to look like; a record that only
   * claims is an error of the input.
   * @throws {UsageError} with the number of the line
   */
  records(loose: RegExp, strict: RegExp, expected: string, from = 0, to = this.text.length): RecordMatch[] {
    const claims = new RegExp(loose.source, withFlag(loose.flags, 'g'));
    const exact = new RegExp(strict.source, withFlag(strict.flags, 'y'));
    const found: RecordMatch[] = [];
    claims.lastIndex = from;
    for (let claim = claims.exec(this.text); claim !== null && claim.index < to; claim = claims.exec(this.text)) {
      exact.lastIndex = claim.index;
      const match = exact.exec(this.text);
      if (match === null) this.fail(claim.index, expected);
      found.push({ fields: match, at: match.index, line: this.lineAt(match.index) });
      claims.lastIndex = Math.max(claims.lastIndex, exact.lastIndex);
    }
    return found;
  }

  /** @throws {UsageError} always: the line at this offset, and what it should hold. */
  fail(offset: number, expected: string): never {
    const end = this.text.indexOf('\n', offset);
    const line = this.text.slice(offset, end < 0 ? undefined : end).trim();
    throw new UsageError(`${this.file}: line ${this.lineAt(offset)}: found ${shown(line)}, expected ${expected}`);
  }
}

export interface RecordMatch {
  readonly fields: RegExpExecArray;
  readonly at: number;
  readonly line: number;
}

function withFlag(flags: string, flag: string): string {
  return flags.includes(flag) ? flags : flags + flag;
}

export function withoutPrefixes(line: string): string {
  let text = line.replace(/&(?:lt|gt|amp|quot|nbsp);/g, (entity) => ENTITIES[entity]);
  for (let isCut = true; isCut; ) {
    isCut = false;
    for (const prefix of PREFIXES) {
      const cut = text.replace(prefix, '');
      if (cut.length < text.length) {
        text = cut;
        isCut = true;
      }
    }
  }
  return text.replace(INNER_PREFIX, '\n');
}
