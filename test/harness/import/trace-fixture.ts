import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TextFile, openText } from '../../../harness/import/line-reader.js';

const folder = mkdtempSync(join(tmpdir(), 'emtdiff-trace-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export function traceText(name: string): string {
  return readFileSync(join(__dirname, '../../fixtures/traces', `${name}.txt`), 'utf8');
}

/** A trace of this text, named `trace.txt`. */
export function traceFile(text: string): TextFile {
  const path = join(folder, 'trace.txt');
  writeFileSync(path, text);
  return { ...openText(path, 'a trace'), name: 'trace.txt' };
}

/** The text with the line of this number changed; null removes it. */
export function withLine(text: string, line: number, change: (line: string) => string | null): string {
  const lines = text.split('\n');
  const changed = change(lines[line - 1]);
  if (changed === lines[line - 1]) throw new Error(`line ${line} does not change: ${changed}`);
  return [...lines.slice(0, line - 1), ...(changed === null ? [] : [changed]), ...lines.slice(line)].join('\n');
}
