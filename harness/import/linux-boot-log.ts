/** The boot log of Linux: MTRRs and PAT. arch/x86/kernel/cpu/mtrr/generic.c, print_mtrr_state(); arch/x86/mm/pat. */
import type { CleanText, RecordMatch } from './clean-text.js';
import { fixedRangeValues } from './fixed-range-values.js';
import { noteBootMessages } from './linux-boot-messages.js';
import { MTRR_WORD, mtrrType, PAT_WORDS } from './memory-type-words.js';
import { bitLength, DEFAULT_WIDTH, type Imported, RegisterDraft } from './register-draft.js';

const DEFAULT_TYPE = { loose: /MTRR default type:/, strict: new RegExp(`MTRR default type:\\s+${MTRR_WORD}`) };
const FIXED_HEAD = /MTRR fixed ranges\s+(enabled|disabled):/;
const FIXED = { loose: /\b[0-9A-F]{5}-[0-9A-F]{5}\b/, strict: new RegExp(`([0-9A-F]{5})-([0-9A-F]{5})\\s+${MTRR_WORD}`) };
const VARIABLE_HEAD = /MTRR variable ranges\s+(enabled|disabled):/;
const VARIABLE = {
  loose: /\b\d+\s+(?:base\b|disabled\b|\[[0-9A-Fa-f]+-)/,
  strict: new RegExp(
    `(\\d+)\\s+(?:(disabled)\\b|(?:base\\s+([0-9A-F]+)|\\[([0-9A-F]+)-[0-9A-F]+\\])\\s+mask\\s+([0-9A-F]+)\\s+${MTRR_WORD})`,
  ),
};
const PAT_LINE = {
  loose: /PAT:? [Cc]onfiguration \[0-7\]:/,
  strict: /PAT:? [Cc]onfiguration \[0-7\]:((?:\s+(?:UC-|UC|WC|WT|WP|WB)(?![\w-])){8})/,
};
const PAT_WRITTEN = { loose: /PAT enabled: cpu 0,/, strict: /PAT enabled: cpu 0,\s+old\s+0x[0-9a-f]+,\s+new\s+0x([0-9a-f]+)/ };
const TOM2 = { loose: /\bTOM2:/, strict: /TOM2:\s+([0-9a-f]+)\s+aka\s+\d+M/ };
const END_OF_BLOCK = /MTRR map:|x86\/PAT:|x86 PAT/;
/** MTRRdefType.E and FE. */
const ENABLED = 0x800n;
const FIXED_ENABLED = 0x400n;
/** SYSCFG.MtrrTom2En and Tom2ForceMemTypeWB: the line TOM2 is printed only with both. */
const TOM2_IS_WRITE_BACK = '0x600000';

export function importLinuxBootLog(text: CleanText): Imported {
  const blocks = text.records(DEFAULT_TYPE.loose, DEFAULT_TYPE.strict, 'a line such as "MTRR default type: write-back"');
  if (blocks.length === 0) nothingPrinted(text);
  const draft = new RegisterDraft();
  const block = blocks[blocks.length - 1];
  if (blocks.length > 1) draft.note(`${blocks.length} boots in the log; the last one, from line ${block.line} on`);
  const rest = text.text.slice(block.at);
  const end = block.at + (END_OF_BLOCK.exec(rest)?.index ?? rest.length);
  const variableHead = find(text, VARIABLE_HEAD, block.at, end);
  const fixedHead = find(text, FIXED_HEAD, block.at, variableHead?.at ?? end);
  const isEnabled = variableHead === null ? true : variableHead.fields[1] === 'enabled';
  if (variableHead === null) draft.assume('MTRRs enabled: the log has no line "MTRR variable ranges enabled:"');
  if (fixedHead === null) draft.assume('fixed ranges disabled: the log has no line "MTRR fixed ranges enabled:"');
  else readFixed(text, draft, fixedHead, variableHead?.at ?? end);
  readVariable(text, draft, variableHead?.at ?? block.at, end);
  const type = mtrrType(block.fields[1]);
  if (type === null) text.fail(block.at, 'a default type that MTRRs can hold');
  const fixed = fixedHead?.fields[1] === 'enabled' ? FIXED_ENABLED : 0n;
  draft.set(0x2ff, BigInt(type) | (isEnabled ? ENABLED : 0n) | fixed);
  readPat(text, draft, block.at);
  for (const { fields } of text.records(
    TOM2.loose,
    TOM2.strict,
    'a line such as "TOM2: 0000000840000000 aka 33792M"',
    block.at,
    end,
  )) {
    draft.machine.syscfg = TOM2_IS_WRITE_BACK;
    draft.machine.topMem2 = `0x${BigInt(`0x${fields[1]}`).toString(16)}`;
  }
  noteBootMessages(text, draft, block.at);
  draft.note('registers of the boot processor; the log does not tell those of others');
  return draft.imported();
}

function find(text: CleanText, pattern: RegExp, from: number, to: number): RecordMatch | null {
  return text.records(pattern, pattern, '', from, to)[0] ?? null;
}

/** From 6.5 on print_mtrr_state() runs with mtrr=debug only: what is left is a count. @throws {UsageError} */
function nothingPrinted(text: CleanText): never {
  const count = /MTRR map: \d+ entries/.exec(text.text);
  const pat = /PAT:? [Cc]onfiguration/.exec(text.text);
  const at = count?.index ?? pat?.index ?? 0;
  return text.fail(
    at,
    'the MTRRs of a boot log, "MTRR default type: ..." and what follows: Linux prints them from 6.5 on only when booted with mtrr=debug, up to 6.4 with debug messages on (loglevel=8, dmesg); add that to the kernel command line, or import /proc/mtrr',
  );
}

function readFixed(text: CleanText, draft: RegisterDraft, head: RecordMatch, end: number): void {
  const expected = 'a fixed range such as "00000-9FFFF write-back"';
  const runs = text.records(FIXED.loose, FIXED.strict, expected, head.at, end).map(({ fields, at }) => {
    const type = mtrrType(fields[3]);
    const [first, last] = [Number.parseInt(fields[1], 16), Number.parseInt(fields[2], 16)];
    if (type === null || last < first) text.fail(at, expected);
    return { first, last, type };
  });
  const { values, gaps } = fixedRangeValues(runs);
  if (gaps) draft.assume('UC for the part of the first 1 MiB that the log does not list');
  for (const [msr, value] of values) draft.set(msr, value);
}

function readVariable(text: CleanText, draft: RegisterDraft, from: number, end: number): void {
  const records = text.records(
    VARIABLE.loose,
    VARIABLE.strict,
    'a range such as "0 base 0000C0000000 mask 3FFFC0000000 uncachable"',
    from,
    end,
  );
  let digits = 0;
  for (const { fields, at, line } of records) {
    if (fields[2] === 'disabled') continue;
    const index = Number(fields[1]);
    if (index > 9) text.fail(at, 'a register number from 0 to 9');
    const type = mtrrType(fields[6]);
    if (type === null) {
      draft.note(`range ${index} (line ${line}) has a reserved type (2, 3 or 7) and is left out`);
      continue;
    }
    digits = Math.max(digits, fields[5].length);
    draft.pair(index, BigInt(`0x${fields[3] ?? fields[4]}`), type, BigInt(`0x${fields[5]}`));
  }
  if (records.length > 8) draft.pairs(Math.max(...records.map(({ fields }) => Number(fields[1]))) + 1);
  if (bitLength(draft.get(0x201)) === 0 && digits === 0)
    draft.assume(`an address width of ${DEFAULT_WIDTH} bits: no mask tells it`);
  else draft.widthFromMasks();
}

function readPat(text: CleanText, draft: RegisterDraft, from: number): void {
  const written = text.records(
    PAT_WRITTEN.loose,
    PAT_WRITTEN.strict,
    'a line such as "x86 PAT enabled: cpu 0, old 0x7040600070406, new 0x7010600070106"',
    from,
  )[0];
  const shown = text.records(
    PAT_LINE.loose,
    PAT_LINE.strict,
    'a line such as "x86/PAT: Configuration [0-7]: WB  WC  UC- UC  WB  WP  UC- WT"',
    from,
  )[0];
  if (written !== undefined) draft.set(0x277, BigInt(`0x${written.fields[1]}`));
  else if (shown !== undefined) {
    const words = shown.fields[1].trim().split(/\s+/);
    draft.set(
      0x277,
      words.reduce((value, word, index) => value | (PAT_WORDS[word] << BigInt(8 * index)), 0n),
    );
  }
}
