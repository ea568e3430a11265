/** `emtdiff import`: a scenario from what people have in hand. */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { importedScenario } from '../../import/import-document.js';
import { detectedFormat, FORMAT_NAMES, importText, TEXT_FORMATS, TRACE_FORMAT } from '../../import/import-format.js';
import { openText, startOf, type TextFile } from '../../import/line-reader.js';
import { importedTrace } from '../../import/trace-import.js';
import { UsageError } from '../../operations/usage-error.js';
import { printScenario } from '../../scenario/print.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['import FILE|-'],
  operands: { least: 1, most: 1 },
  examples: [
    ['import /proc/mtrr --out mine.json', 'the variable ranges of this machine'],
    ['import - --format linux-boot-log < dmesg.txt', 'a boot log from stdin'],
    ['import trace.txt --vm 2', 'the second VM of a trace'],
  ],
  notes: [
    `Formats:\n${[{ name: TRACE_FORMAT, of: "KVM's events: tracefs trace, trace-cmd report" }, ...TEXT_FORMATS].map(({ name, of }) => `${name}: ${of}`).join('\n')}`,
    'Reply marks, log prefixes, quoted-printable, wrapped and joined lines are cleaned first. What had to be assumed stands in the scenario\'s "origin".',
  ],
};

/** Beyond it no log is read as a whole. */
const LARGEST_TEXT = 2 ** 28;

export async function run(found: Settings): Promise<number> {
  const asked = found.one('format', ['auto', ...FORMAT_NAMES]) ?? 'auto';
  const noncoherentDevices = found.number('noncoherent');
  const file = openText(found.operands[0], 'a file to import');
  try {
    const format = asked === 'auto' ? detectedFormat(startOf(file), file.name) : asked;
    const isTrace = format === TRACE_FORMAT;
    write(
      found.text('out'),
      isTrace ? importedTrace(file, found.number('vm') ?? 1, { noncoherentDevices }) : [wholeText(file, format)],
    );
  } finally {
    file.close();
  }
  return 0;
}

function wholeText(file: TextFile, format: string): string {
  const text = readFileSync(file.path);
  if (text.length > LARGEST_TEXT)
    throw new UsageError(`${file.name}: found ${text.length} bytes, expected at most ${LARGEST_TEXT} of a log: cut it`);
  return printScenario(importedScenario(importText(format, text.toString('utf8'), file.name), format, file.name));
}

/** Piece by piece; a file appears when it is whole. @throws {UsageError} */
function write(path: string | undefined, pieces: Iterable<string>): void {
  const target = path === undefined ? null : `${path}.${process.pid}.tmp`;
  let descriptor: number | null = null;
  const buffered: string[] = [];
  let length = 0;
  const flush = () => {
    if (target !== null) descriptor ??= openOutput(target, path as string);
    writeAll(descriptor ?? 1, buffered.join(''));
    buffered.length = 0;
    length = 0;
  };
  try {
    for (const piece of pieces) {
      buffered.push(piece);
      length += piece.length;
      if (length > 1 << 18) flush();
    }
    flush();
    if (target !== null) renameSync(target, path as string);
  } catch (error) {
    if (target !== null) rmSync(target, { force: true });
    throw error;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function openOutput(target: string, path: string): number {
  try {
    return openSync(target, 'w');
  } catch (error) {
    throw new UsageError(`--out: found ${(error as NodeJS.ErrnoException).code} for ${path}, expected a file that can be written`);
  }
}

/** A pipe may be full, and its reader gone: then nobody wants the rest. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
