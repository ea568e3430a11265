/** Raw values of MSRs: a list with sets of all processors (csv), the output of `rdmsr -a`, pairs of number and value. */
import { msrName } from '../../models/contract/msr.js';
import type { CleanText } from './clean-text.js';
import { type Imported, RegisterDraft } from './register-draft.js';

const SYSCFG = 0xc0010010;
const TOP_MEM = 0xc001001a;
const TOP_MEM2 = 0xc001001d;
/** SYSCFG.MtrrFixDramModEn: with it RdMem and WrMem (bits 4:3 of each byte) of fixed ranges can be written. */
const FIXED_DRAM_MODIFY = 1n << 19n;
/** MTRRdefType.E and FE. */
const FIXED_ENABLED = 0xc00n;
const DRAM_BITS = 0x1818181818181818n;

const CSV = {
  loose: /^[^\n]*,[^\n]*\{[^\n]*$/m,
  strict: /[^\n,]*,\s*"?(?:0x)?([0-9a-f]{1,8})"?\s*,\s*"?\{((?:\s*['"]{0,2}(?:0x)?[0-9a-f]{1,16}['"]{0,2}\s*,?)+)\}"?/im,
};
const COMMAND = /^[^\n]*\brdmsr\b[^\n]*$/m;
const REGISTER_OF_COMMAND = /\brdmsr\b(?:\s+-(?:[afxX0ucdoh]+|p\s*\d+|-\w+))*\s+(?:0x)?([0-9a-f]{1,8})\b/i;
const VALUE_LINE = /^\s*(?:(?:CPU|cpu)\s*\d+\s*:?\s*)?(?:0x)?([0-9a-f]{1,16})\s*$/i;
const PAIR =
  /^\s*(?:CPU\s*\d+\s*:?\s+)?(?:MSR\s+)?(?:[\w/]+\s+)?(?:MSR\s+)?\(?0x([0-9a-f]{2,8})\)?\s*[:=,]?\s*(?:0x)?([0-9a-f]{1,16})\s*$/i;

/** An MTRR or PAT by its number. */
const KNOWN_REGISTER = /\b0x0*2(?:ff|77|[01][0-9a-f]|5[089]|6[89a-f])\b/i;

/** By MSR: every value that some processor has, in the file's order, and the line of the first. */
type Values = Map<number, { values: bigint[]; line: number }>;

export function importMsrDump(text: CleanText): Imported {
  const found = valuesOf(text);
  const draft = new RegisterDraft();
  const known = [...found].filter(([msr]) => msrName(msr) !== null || msr === SYSCFG || msr === TOP_MEM || msr === TOP_MEM2);
  if (known.length === 0)
    text.fail(0, 'MSRs of MTRRs or PAT with values, such as "MTRRdefType, 0x2ff, {\'c06\'}" or "rdmsr -a 0x2ff" and its output');
  const syscfg = found.get(SYSCFG)?.values[0] ?? 0n;
  for (const [msr, { values, line }] of known) {
    if (values.length > 1) noteDifference(draft, msr, values, line);
    const value = chosen(msr, values);
    if (msr === SYSCFG) draft.machine.syscfg = `0x${value.toString(16)}`;
    else if (msr === TOP_MEM2) draft.machine.topMem2 = `0x${value.toString(16)}`;
    else if (msr === TOP_MEM) draft.note(`TOP_MEM is 0x${value.toString(16)}: RAM below 4 GiB ends there`);
    else draft.set(msr, msr >= 0x250 && msr <= 0x26f ? withoutDramBits(value, syscfg, draft) : value);
  }
  if (found.size > known.length) draft.note(`${found.size - known.length} MSRs that are neither MTRR nor PAT are left out`);
  if (!draft.has(0x2ff)) {
    draft.set(0x2ff, 0xc00n);
    draft.assume('MTRRs and fixed ranges enabled, default type UC: the dump does not hold MSR 0x2ff');
  }
  if ((draft.get(0x2ff) & FIXED_ENABLED) === FIXED_ENABLED) draft.assumeFixed();
  const pairs = [...found.keys()].filter((msr) => msr >= 0x200 && msr <= 0x21f);
  if (pairs.length > 0) draft.pairs(Math.max(8, Math.floor((Math.max(...pairs) - 0x200) / 2) + 1));
  draft.widthFromMasks();
  return draft.imported();
}

function valuesOf(text: CleanText): Values {
  const found: Values = new Map();
  const add = (msr: number, value: string, line: number) => {
    const known = found.get(msr) ?? { values: [], line };
    const number = BigInt(`0x${value}`);
    if (!known.values.includes(number)) known.values.push(number);
    found.set(msr, known);
  };
  const expected = 'a line such as "MTRRphysBase0, 0x200, {\'6\'}"';
  const lists = text.records(CSV.loose, CSV.strict, expected);
  for (const { fields, line } of lists)
    for (const value of fields[2].matchAll(/(?:0x)?([0-9a-f]+)/gi)) add(Number.parseInt(fields[1], 16), value[1], line);
  if (lists.length === 0) readLines(text, add);
  return found;
}

/** `rdmsr 0x2ff`, then one value a processor; or a number and its value on each line. */
function readLines(text: CleanText, add: (msr: number, value: string, line: number) => void): void {
  let register: number | null = null;
  let at = 0;
  for (const line of text.text.split('\n')) {
    const command = COMMAND.test(line);
    const number = text.lineAt(at);
    if (command) {
      const named = REGISTER_OF_COMMAND.exec(line) ?? text.fail(at, 'a command such as "rdmsr -a 0x2ff"');
      register = Number.parseInt(named[1], 16);
    } else if (line.trim() !== '') {
      const pair = PAIR.exec(line);
      const value = VALUE_LINE.exec(line);
      if (register !== null && value !== null) add(register, value[1], number);
      else if (pair !== null) add(Number.parseInt(pair[1], 16), pair[2], number);
      else if (register === null && KNOWN_REGISTER.test(line)) text.fail(at, 'a register and its value, such as "0x2ff = 0xc06"');
      else if (register !== null && !/unable|cannot|not permitted|[#$]\s*$/i.test(line))
        text.fail(at, 'a hexadecimal value, one a processor');
    }
    at += line.length + 1;
  }
}

/** Of a default type the value with E set: a processor with MTRRs off says less. Else the first. */
function chosen(msr: number, values: readonly bigint[]): bigint {
  return (msr === 0x2ff ? values.find((value) => (value & 0x800n) !== 0n) : undefined) ?? values[0];
}

function noteDifference(draft: RegisterDraft, msr: number, values: readonly bigint[], line: number): void {
  const all = values.map((value) => `0x${value.toString(16)}`).join(' ');
  const name = msrName(msr) ?? `MSR 0x${msr.toString(16)}`;
  draft.assume(
    `0x${chosen(msr, values).toString(16)} in ${name}: processors differ (${all}, line ${line}), the dump does not tell which has which`,
  );
}

function withoutDramBits(value: bigint, syscfg: bigint, draft: RegisterDraft): bigint {
  if ((value & DRAM_BITS) === 0n || (syscfg & FIXED_DRAM_MODIFY) !== 0n) return value;
  draft.assume(
    'bits RdMem and WrMem (4:3) of fixed ranges left out: SYSCFG.MtrrFixDramModEn is clear, so that writing them is #GP',
  );
  return value & ~DRAM_BITS;
}
