import { detectedFormat, importText } from '../../../harness/import/import-format.js';
import { fixture, writes } from './fixture.js';

const DMESG = fixture('dmesg-mtrr-6.3.txt');
const PROC = fixture('proc-mtrr.txt');
const EDK2 = fixture('edk2-debug-2021.log');
const eachLine = (text: string, change: (line: string) => string) => text.trimEnd().split('\n').map(change).join('\n');
const quoted = (text: string) => text.replace(/=/g, '=3D').replace(/^(.{40})(.)/gm, '$1=\n$2');

/** The same text as mail, web pages and loggers leave it. */
const DRESSED: readonly (readonly [string, string, string, string])[] = [
  ['replied to', 'linux-boot-log', DMESG, eachLine(DMESG, (line) => `> > ${line}`)],
  ['without times', 'linux-boot-log', DMESG, eachLine(DMESG, (line) => line.replace(/^\[.*?\] /, ''))],
  ['with levels', 'linux-boot-log', DMESG, eachLine(DMESG, (line) => `<6>${line}`)],
  ['from syslog', 'linux-boot-log', DMESG, eachLine(DMESG, (line) => `Nov 28 12:00:01 host kernel: ${line}`)],
  [
    'from journald with the caller',
    'linux-boot-log',
    DMESG,
    eachLine(DMESG, (line) => `2026-11-28T12:00:01+0100 host kernel: ${line.replace(']', '][    T0]')}`),
  ],
  [
    'with the time of day',
    'linux-boot-log',
    DMESG,
    eachLine(DMESG, (line) => line.replace(/^\[.*?\]/, '[Sat Nov 28 12:00:01 2026]')),
  ],
  ['in one line', 'linux-boot-log', DMESG, DMESG.replace(/\n/g, ' ')],
  ['in one line without times', 'linux-boot-log', DMESG, DMESG.replace(/^\[.*?\]/gm, '').replace(/\s+/g, ' ')],
  ['wrapped', 'linux-boot-log', DMESG, eachLine(DMESG, (line) => line.replace(/ (mask|uncachable|write-combining)/, '\n> $1'))],
  ['with DOS line ends', 'linux-boot-log', DMESG, DMESG.replace(/\n/g, '\r\n')],
  ['quoted-printable', 'proc-mtrr', PROC, quoted(PROC)],
  ['in one line', 'proc-mtrr', PROC, PROC.replace(/\n/g, ' ')],
  ['from a web page', 'proc-mtrr', PROC, eachLine(PROC, (line) => `${line}<br>`)],
  ['quoted-printable', 'edk2', EDK2, quoted(EDK2)],
  ['in one line', 'edk2', EDK2, EDK2.replace(/\s+/g, ' ')],
  ['with levels', 'coreboot', fixture('coreboot-older.txt'), eachLine(fixture('coreboot-older.txt'), (line) => `[DEBUG]  ${line}`)],
];

test.each(DRESSED)('A text %s reads as the bare one (%s)', (_, format, bare, dressed) => {
  expect(detectedFormat(dressed, 'file')).toBe(format);
  expect(writes(format, dressed)).toEqual(writes(format, bare));
});

test('Replied text that mail wrapped inside a Xen dump, its last blank gone', () => {
  const text = eachLine(fixture('xen-D-4.14-to-4.20.txt'), (line) => `> ${line.trimEnd()}`);
  expect(importText('xen-d', text, 'f')).toEqual(importText('xen-d', fixture('xen-D-4.14-to-4.20.txt'), 'f'));
});

const DAMAGED: readonly (readonly [string, string, number])[] = [
  ['proc-mtrr', PROC.replace('size=32768MB', 'size=xxMB'), 2],
  ['proc-mtrr', PROC.replace('size=   64MB', 'size=   96MB'), 3],
  ['linux-boot-log', DMESG.replace('mask 3FF800000000', 'mask 3FF8Z0000000'), 8],
  ['linux-boot-log', DMESG.replace('A0000-BFFFF uncachable', 'A0000-BFFFF uncashable'), 4],
  ['edk2', EDK2.replace('Mask=00003FF800000800', 'Mask='), 18],
  ['coreboot', fixture('coreboot-older.txt').replace('type 0', 'type 9'), 7],
  ['msr-dump', fixture('msr-dump.csv').replace("{'ffff80000800'}", "{'oops'}"), 6],
  ['memory-fault', '\nMemoryFault { flags: 8, gpa: none, size: 4096 }', 2],
  ['pat-memtype-list', fixture('pat-memtype-list.txt').replace('uncached-minus', 'cached-minus'), 4],
  ['xen-d', fixture('xen-D-newer.txt').replace('order:  9', 'order:  5'), 3],
];

test.each(DAMAGED)('A damaged record of %s is one sentence with its line', (format, text, line) => {
  expect(() => importText(format, text, 'log')).toThrow(new RegExp(`^log: line ${line}: found ".*, expected `));
});

test('A text that is no known format names those that are', () => {
  expect(() => detectedFormat('hello\nworld\n', 'notes')).toThrow(/^notes: line 1: found "hello", expected a format .*proc-mtrr/);
  expect(() => detectedFormat('', 'empty')).toThrow(/^empty: line 1: found no text/);
});
