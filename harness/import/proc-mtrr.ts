/** /proc/mtrr. Linux arch/x86/kernel/cpu/mtrr/if.c, mtrr_seq_show(). */
import type { CleanText } from './clean-text.js';
import { MTRR_WORD, mtrrType } from './memory-type-words.js';
import { bitLength, DEFAULT_WIDTH, type Imported, RegisterDraft } from './register-draft.js';

const LOOSE = /\breg\d+:/;
const STRICT = new RegExp(
  `reg(\\d+):\\s*base=0x([0-9a-f]+)\\s*\\(\\s*\\d+MB\\),\\s*size=\\s*(\\d+)([KM])B,\\s*count=\\d+:\\s*${MTRR_WORD}`,
);
const EXPECTED = 'a line of /proc/mtrr such as "reg00: base=0x0c0000000 ( 3072MB), size= 1024MB, count=1: uncachable"';
const LAST_PAIR = 9;
const ENABLED = 0x800n;

export function importProcMtrr(text: CleanText): Imported {
  const draft = new RegisterDraft();
  const records = text.records(LOOSE, STRICT, EXPECTED);
  const ranges = records.map(({ fields, at }) => {
    const size = BigInt(fields[3]) << (fields[4] === 'K' ? 10n : 20n);
    if (size === 0n || (size & (size - 1n)) !== 0n || size < 0x1000n)
      text.fail(at, 'a size that is a power of two of at least 4 KB: one base and mask hold no other');
    if (Number(fields[1]) > LAST_PAIR) text.fail(at, `a register number from 0 to ${LAST_PAIR}`);
    return { index: Number(fields[1]), base: BigInt(`0x${fields[2]}`), size, type: mtrrType(fields[5]) };
  });
  const highest = ranges.reduce((most, { base, size }) => Math.max(most, bitLength(base + size - 1n)), 0);
  if (highest > 52) text.fail(records[0].at, 'ranges below 2^52');
  const width = Math.max(DEFAULT_WIDTH, highest);
  draft.width(width);
  draft.assume(`an address width of ${width} bits: /proc/mtrr does not tell it, and masks follow from it`);
  const known = new Set<number>();
  ranges.forEach(({ index, base, size, type }, record) => {
    if (known.has(index)) draft.note(`the list that begins again at line ${records[record].line} is left out`);
    else if (type === null) draft.note(`range ${index} has a reserved type (2, 3 or 7) and is left out`);
    else draft.pair(index, base, type, (1n << BigInt(width)) - size);
    known.add(index);
  });
  const isMostlyWriteBack = ranges.some(({ type }) => type === 6);
  draft.set(0x2ff, ENABLED | (isMostlyWriteBack ? 0n : 6n));
  draft.assume(
    isMostlyWriteBack
      ? 'default type UC, as there are write-back ranges: /proc/mtrr does not tell it'
      : 'default type WB, as no range is write-back: /proc/mtrr does not tell it',
  );
  draft.assume('MTRRs enabled, fixed ranges disabled: /proc/mtrr tells neither');
  return draft.imported();
}
