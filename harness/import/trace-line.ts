/**
 * The records of a kernel trace: tracefs `trace` (kernel/trace/trace_output.c) and `trace-cmd report` (libtraceevent,
 * tep_print_event()), freed of reply marks, quoted-printable, wrapping and joining.
 */
import { withoutPrefixes } from './clean-text.js';
import { linesOf, startOf, type TextFile } from './line-reader.js';

export interface TraceLine {
  /** Of the file, from 1. */
  readonly line: number;
  readonly task: string;
  readonly pid: number;
  /** As printed: lines with equal stamps may be in another order than they were emitted in. */
  readonly time: string;
  readonly event: string;
  readonly text: string;
}

/** What is not a record but says something about them. */
export interface TraceRemark {
  readonly line: number;
  readonly remark: string;
}

/** The task's name may hold blanks, `-` and `/`: it ends at the last `-DIGITS` before the processor. */
const RECORD =
  /^\s*(.{0,80}?)-(\d+)\s+(?:\(\s*[\d-]+\)\s+)?\[(\d{3,})\]\s+(?:\S{4,6}\s+)?(\d+(?:\.\d+)?):\s+([A-Za-z_][\w-]*):\s*(.*)$/;
/** From the processor on, and the task before it, as they begin a record inside a line. */
const INNER_RECORD =
  /(?:CPU \d+\/\w+|[^\s[\]]+)-\d+\s+(?:\(\s*[\d-]+\)\s+)?\[\d{3,}\]\s+(?:\S{4,6}\s+)?\d+(?:\.\d+)?:\s+[A-Za-z_][\w-]*:/g;
const DRESSED = /^[\s]*[>|<&]|^[A-Z][a-z]{2} [ \d]\d \d\d:|^\d{4}-\d\d-\d\d[T ]/;
const LOST = /^(?:CPU:\d+ )?\[?(?:LOST|EVENTS? DROPPED)\b|LOST \d+ EVENTS/;
const OVERWRITTEN = /entries-in-buffer\/entries-written:\s*(\d+)\/(\d+)/;
/** Wrapped: the rest of a record comes on at most so many lines. */
const MOST_WRAPS = 8;

export function* traceLines(file: TextFile): Generator<TraceLine | TraceRemark> {
  const isQuotedPrintable = /=3[Dd]/.test(startOf(file));
  let open: { text: string; line: number; wraps: number; fields: RegExpExecArray | null } | null = null;
  for (const { text, line } of physicalLines(file, isQuotedPrintable)) {
    const clean = DRESSED.test(text) ? withoutPrefixes(text) : text;
    const fields = RECORD.exec(clean);
    const remark = fields === null ? remarkOf(clean, line) : null;
    if (fields !== null || remark !== null || isNoRecord(clean) || (open !== null && open.wraps >= MOST_WRAPS)) {
      if (open !== null) yield* recordsOf(open);
      open = fields === null ? null : { text: clean, line, wraps: 0, fields };
      if (remark !== null) yield remark;
    } else if (open !== null) {
      open = { text: `${open.text} ${clean.trim()}`, line: open.line, wraps: open.wraps + 1, fields: null };
    } else if (/-\d+\s+(?:\(\s*[\d-]+\)\s+)?\[\d{3,}\]/.test(clean)) {
      // The processor ends the line: the rest of the record is on the next.
      open = { text: clean, line, wraps: 0, fields: null };
    }
  }
  if (open !== null) yield* recordsOf(open);
}

function isNoRecord(text: string): boolean {
  return text.startsWith('#') || text.trim() === '';
}

function* physicalLines(file: TextFile, isQuotedPrintable: boolean): Generator<{ text: string; line: number }> {
  let line = 0;
  let open: { text: string; line: number } | null = null;
  for (const text of linesOf(file)) {
    line++;
    if (!isQuotedPrintable) {
      yield { text, line };
      continue;
    }
    const decoded = text
      .replace(/=[ \t]*$/, '')
      .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    const whole: { text: string; line: number } =
      open === null ? { text: decoded, line } : { text: open.text + decoded, line: open.line };
    open = /=[ \t]*$/.test(text) ? whole : null;
    if (open === null) yield whole;
  }
  if (open !== null) yield open;
}

function remarkOf(text: string, line: number): TraceRemark | null {
  if (LOST.test(text)) return { line, remark: `line ${line}: events were lost (${text.trim()}): what follows may rest on them` };
  const counts = text.startsWith('#') ? OVERWRITTEN.exec(text) : null;
  return counts !== null && Number(counts[1]) < Number(counts[2])
    ? {
        line,
        remark: `line ${line}: the buffer holds ${counts[1]} of ${counts[2]} events: the trace does not begin where tracing began`,
      }
    : null;
}

/** A line holds one record, or several that a web page joined. */
function* recordsOf({ text, line, fields }: { text: string; line: number; fields: RegExpExecArray | null }): Generator<TraceLine> {
  const starts = startsOf(text);
  if (starts.length < 2) {
    const own = fields ?? RECORD.exec(text);
    if (own !== null) yield lineOf(own, line);
    return;
  }
  for (let index = 0; index < starts.length; index++) {
    const own = RECORD.exec(text.slice(index === 0 ? 0 : starts[index], starts[index + 1]));
    if (own !== null) yield lineOf(own, line);
  }
}

function lineOf([, task, pid, , time, event, text]: RegExpExecArray, line: number): TraceLine {
  return { line, task: task.trim(), pid: Number(pid), time, event, text: text.trim() };
}

function startsOf(text: string): number[] {
  if (text.indexOf('] ', text.indexOf('] ') + 1) < 0) return [];
  return [...text.matchAll(INNER_RECORD)].map(({ index }) => index);
}
