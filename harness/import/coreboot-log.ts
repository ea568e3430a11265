/** The log of coreboot. src/cpu/x86/mtrr/mtrr.c. */
import type { CleanText, RecordMatch } from './clean-text.js';
import { type Imported, RegisterDraft } from './register-draft.js';

/** Newer logs say on which processor: `apic_id 0x0: `. */
const PROCESSOR = '(?:apic_id\\s+0x([0-9a-f]+):?\\s+)?';
const FIXED = {
  loose: /(?:apic_id\s+0x[0-9a-f]+:?\s+)?MTRR:\s+Fixed\s+MSR\b/,
  strict: new RegExp(`${PROCESSOR}MTRR:\\s+Fixed\\s+MSR\\s+0x([0-9a-f]+)\\s+0x([0-9a-f]{1,16})\\b`),
};
const VARIABLE = {
  loose: /(?:apic_id\s+0x[0-9a-f]+:?\s+)?MTRR:\s+\d+\s+base\b/,
  strict: new RegExp(
    `${PROCESSOR}MTRR:\\s+(\\d+)\\s+base\\s+0x([0-9a-f]{1,16})\\s+mask\\s+0x([0-9a-f]{1,16})\\s+type\\s+([01456])(?!\\d)`,
  ),
};
const DEFAULT_TYPE = {
  loose: /(?:apic_id\s+0x[0-9a-f]+:?\s+)?MTRR:\s+\w+\s+selected\s+as\b/,
  strict: new RegExp(`${PROCESSOR}MTRR:\\s+(WB|UC)\\s+selected\\s+as\\s+default\\s+type\\.`),
};
const WIDTH = /CPU physical address size:\s+(\d+)\s+bits/;
const LAST_PAIR = 9;
const ALL_FIXED = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];
/** Both bits are on when coreboot is done: enable_fixed_mtrr(), enable_var_mtrr(). */
const ENABLED = 0xc00n;

export function importCorebootLog(text: CleanText): Imported {
  const draft = new RegisterDraft();
  const defaults = text.records(DEFAULT_TYPE.loose, DEFAULT_TYPE.strict, 'a line such as "MTRR: WB selected as default type."');
  const kind = defaults.at(-1);
  if (kind === undefined) draft.assume('default type UC: the log has no line "MTRR: ... selected as default type."');
  readFixed(text, draft);
  readVariable(text, draft);
  draft.set(0x2ff, ENABLED | (kind?.fields[2] === 'WB' ? 6n : 0n));
  draft.note('E and FE are not printed: coreboot turns both on at the end');
  const width = WIDTH.exec(text.text);
  if (width === null) draft.widthFromMasks();
  else draft.width(Number(width[1]));
  return draft.imported();
}

/** Of the first processor that the log names; others are compared with it. */
function readFixed(text: CleanText, draft: RegisterDraft): void {
  const records = text.records(FIXED.loose, FIXED.strict, 'a line such as "MTRR: Fixed MSR 0x250 0x0606060606060606"');
  const processor = records[0]?.fields[1];
  for (const { fields, at, line } of records) {
    const msr = Number.parseInt(fields[2], 16);
    if (!ALL_FIXED.includes(msr)) text.fail(at, 'one of the eleven fixed MTRRs');
    const value = BigInt(`0x${fields[3]}`);
    if (fields[1] === processor) draft.set(msr, value);
    else if (draft.has(msr) && draft.get(msr) !== value)
      draft.note(`line ${line}: the processor with APIC id 0x${fields[1]} has another value in MSR 0x${fields[2]}`);
  }
  draft.assumeFixed();
}

function readVariable(text: CleanText, draft: RegisterDraft): void {
  const records = text.records(
    VARIABLE.loose,
    VARIABLE.strict,
    'a line such as "MTRR: 0 base 0x000000007b000000 mask 0x0000007fff000000 type 0"',
  );
  const own = records.filter(({ fields }) => fields[1] === processorOf(records));
  for (const { fields, at } of lastSet(own)) {
    const index = Number(fields[2]);
    if (index > LAST_PAIR) text.fail(at, `a register number from 0 to ${LAST_PAIR}`);
    if (index > 7) draft.pairs(index + 1);
    draft.pair(index, BigInt(`0x${fields[3]}`), Number(fields[5]), BigInt(`0x${fields[4]}`));
  }
  if (own.length > 0 && lastSet(own).length < own.length)
    draft.note('the ranges are printed more than once (temporary ones first, or one block a processor); the last ones');
}

/** Whose ranges are the final ones: temporary ones are printed before, by nobody in particular; of several the lowest APIC id. */
function processorOf(records: readonly RecordMatch[]): string | undefined {
  if (records.at(-1)?.fields[1] === undefined) return undefined;
  const named = records.flatMap(({ fields }) => fields[1] ?? []);
  return named.reduce((least, id) => (Number.parseInt(id, 16) < Number.parseInt(least, 16) ? id : least));
}

/** Numbers that begin again begin a new set: temporary ranges come before the final ones. */
function lastSet(records: readonly RecordMatch[]): readonly RecordMatch[] {
  let from = 0;
  records.forEach(({ fields }, index) => {
    if (index > 0 && Number(fields[2]) <= Number(records[index - 1].fields[2])) from = index;
  });
  return records.slice(from);
}
