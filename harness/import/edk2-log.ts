/** The debug log of EDK2. UefiCpuPkg/Library/MtrrLib/MtrrLib.c, MtrrDebugPrintAllMtrrsWorker(). */
import type { CleanText } from './clean-text.js';
import { type Imported, RegisterDraft } from './register-draft.js';

const HEAD = /MTRR Settings:?\s+=+/;
const DEFAULT_TYPE = { loose: /MTRR Default Type:/, strict: /MTRR Default Type:\s+([0-9A-Fa-f]{1,16})\b/ };
const FIXED = { loose: /Fixed MTRR\[/, strict: /Fixed MTRR\[(\d+)\]\s*:\s+([0-9A-Fa-f]{1,16})\b/ };
const VARIABLE = {
  loose: /Variable MTRR\[/,
  strict: /Variable MTRR\[(\d+)\]\s*:\s+Base=([0-9A-Fa-f]{1,16})\s+Mask=([0-9A-Fa-f]{1,16})\b/,
};
const OFF = /MTRR is not enabled\./g;
/** MtrrLibFixedMtrrTable's order. */
const FIXED_MSRS = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];
const VALID = 0x800n;
/** MTRRdefType.E and FE. */
const FIXED_ENABLED = 0xc00n;

export function importEdk2Log(text: CleanText): Imported {
  const draft = new RegisterDraft();
  const blocks = text.records(DEFAULT_TYPE.loose, DEFAULT_TYPE.strict, 'a line such as "MTRR Default Type: 0000000000000C06"');
  const off = [...text.text.matchAll(OFF)].at(-1);
  const block = blocks.at(-1);
  if (block === undefined && off === undefined) {
    const at = HEAD.exec(text.text)?.index ?? /MtrrSetMemoryAttribute/.exec(text.text)?.index ?? 0;
    text.fail(
      at,
      'the MTRRs of an EDK2 log, "MTRR Default Type: ..." and what follows: build with DEBUG_CACHE (0x00200000) in PcdDebugPrintErrorLevel, and read port 0x402',
    );
  }
  if (off !== undefined && (block === undefined || off.index > block.at)) {
    draft.note(`line ${text.lineAt(off.index)}: MTRRs are disabled; the log prints no register then`);
    draft.set(0x2ff, 0n);
    return draft.imported();
  }
  if (block === undefined) throw new TypeError('unreachable: neither block nor disabled');
  if (blocks.length > 1) draft.note(`the registers are printed ${blocks.length} times; the last time, at line ${block.line}`);
  for (const { fields, at } of text.records(
    FIXED.loose,
    FIXED.strict,
    'a line such as "Fixed MTRR[00]   : 0606060606060606"',
    block.at,
  )) {
    const msr = FIXED_MSRS[Number(fields[1])] ?? text.fail(at, 'a fixed MTRR from 00 to 10');
    draft.set(msr, BigInt(`0x${fields[2]}`));
  }
  const expected = 'a line such as "Variable MTRR[00]: Base=00000000C0000000 Mask=00003FFFC0000800"';
  for (const { fields, at } of text.records(VARIABLE.loose, VARIABLE.strict, expected, block.at)) {
    const index = Number(fields[1]);
    const [base, mask] = [BigInt(`0x${fields[2]}`), BigInt(`0x${fields[3]}`)];
    if (index > 9 && (mask & VALID) !== 0n) text.fail(at, 'a variable MTRR from 00 to 09');
    if (index > 7 && (mask & VALID) !== 0n) draft.pairs(index + 1);
    if ((base | mask) === 0n) continue;
    draft.set(0x200 + 2 * index, base);
    draft.set(0x201 + 2 * index, mask);
  }
  const defType = BigInt(`0x${block.fields[1]}`);
  draft.set(0x2ff, defType);
  if ((defType & FIXED_ENABLED) === FIXED_ENABLED) draft.assumeFixed();
  draft.widthFromMasks();
  draft.note('the log does not tell which processor this is, nor CR0 and PAT');
  return draft.imported();
}
