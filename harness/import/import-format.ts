/** The formats that people have in hand: their names, what tells one from another, who reads it. */
import { shown, UsageError } from '../operations/usage-error.js';
import { CleanText } from './clean-text.js';
import { importCorebootLog } from './coreboot-log.js';
import { importEdk2Log } from './edk2-log.js';
import { importLinuxBootLog } from './linux-boot-log.js';
import { importMemoryFault } from './memory-fault.js';
import { importMsrDump } from './msr-dump.js';
import { importPatMemtypeList } from './pat-memtype-list.js';
import { importProcMtrr } from './proc-mtrr.js';
import type { Imported } from './register-draft.js';
import { importXenEptDump } from './xen-ept-dump.js';

/** A log that is read as a whole. */
interface TextFormat {
  readonly name: string;
  /** As the help says it. */
  readonly of: string;
  readonly mark: RegExp;
  readonly read: (text: CleanText) => Imported;
}

/** In the order in which `auto` asks: what only one source prints comes first. */
export const TEXT_FORMATS: readonly TextFormat[] = [
  {
    name: 'xen-d',
    of: "Xen's debug key D (xl debug-keys D; xl dmesg)",
    mark: /EPT\s+p2m\s+table:|\bgfn:\s+[0-9a-f]+\s+order:/,
    read: importXenEptDump,
  },
  {
    name: 'edk2',
    of: 'debug log of EDK2, OVMF (port 0x402)',
    mark: /MTRR Settings:?\s+=+|MTRR Default Type:|Variable MTRR\[|Fixed MTRR\[|MtrrSetMemoryAttribute/,
    read: importEdk2Log,
  },
  {
    name: 'coreboot',
    of: 'log of coreboot (cbmem -1)',
    mark: /MTRR:\s+(?:Fixed\s+MSR|\d+\s+base|Physical address|\w+\s+selected as|default type)/,
    read: importCorebootLog,
  },
  {
    name: 'pat-memtype-list',
    of: '/sys/kernel/debug/x86/pat_memtype_list',
    mark: /PAT memtype list|PAT: \[mem\b|[a-z-]+ @ 0x[0-9a-f]+-0x/,
    read: importPatMemtypeList,
  },
  {
    name: 'linux-boot-log',
    of: 'dmesg of Linux',
    mark: /MTRR default type:|MTRR map:|MTRR (?:fixed|variable) ranges|PAT:? [Cc]onfiguration/,
    read: importLinuxBootLog,
  },
  { name: 'proc-mtrr', of: '/proc/mtrr', mark: /\breg\d+:\s*base=/, read: importProcMtrr },
  {
    name: 'memory-fault',
    of: 'exits with KVM_EXIT_MEMORY_FAULT that a VMM printed',
    mark: /MemoryFault\s*\{|KVM_EXIT_MEMORY_FAULT/,
    read: importMemoryFault,
  },
  {
    name: 'msr-dump',
    of: 'values of MSRs: csv with sets, rdmsr -a, pairs of number and value',
    mark: /\brdmsr\b|\{'[0-9a-f]+'|0x(?:2ff|277|2[0-9a-f]{2}|c001001[0-9a-f])\b/i,
    read: importMsrDump,
  },
];

/** KVM's events, as tracefs `trace` and `trace-cmd report` print them: read line by line. */
export const TRACE_FORMAT = 'kvm-trace';
const TRACE_MARK = /\[\d{3}\][^\n]{0,40}?\d+(?:\.\d+)?:\s+[a-z_]\w*:/;

export const FORMAT_NAMES: readonly string[] = [TRACE_FORMAT, ...TEXT_FORMATS.map(({ name }) => name)];

/** The format that the beginning of a text shows. @throws {UsageError} */
export function detectedFormat(start: string, file: string): string {
  if (start.includes('\0'))
    throw new UsageError(`${file}: line 1: found a binary file, expected text: of a trace.dat what trace-cmd report prints`);
  const { text } = new CleanText(start, file);
  if (TRACE_MARK.test(start) || /^# tracer:/m.test(text)) return TRACE_FORMAT;
  const found = TEXT_FORMATS.find(({ mark }) => mark.test(text));
  if (found !== undefined) return found.name;
  const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? '';
  throw new UsageError(
    `${file}: line 1: found ${line === '' ? 'no text' : shown(line.trim())}, expected a format that emtdiff import knows (${FORMAT_NAMES.join(' ')}); name it with --format`,
  );
}

/** @throws {UsageError} with the line of what it cannot read */
export function importText(name: string, raw: string, file: string): Imported {
  const format = TEXT_FORMATS.find((known) => known.name === name);
  if (format === undefined)
    throw new UsageError(`--format: found ${shown(name)}, expected auto or one of ${FORMAT_NAMES.join(' ')}`);
  const text = new CleanText(raw, file);
  const imported = format.read(text);
  if (imported.steps.length === 0) text.fail(0, `${format.of} with at least one entry`);
  return imported;
}
