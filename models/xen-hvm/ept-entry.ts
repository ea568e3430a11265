/** An EPT leaf entry as far as memory types go: `emt` in bits 2:0, `ipat` in bit 3, the rule that decided in the bits above. */
import type { TypeByRule } from './mtrr-lookup.js';

export type Entry = number;

/** `emt` 7 is no type: the entry was marked for recalculation, or the superpage has to be split. */
export const EMT_INVALID = 7;
const IPAT = 8;

export function entryIgnoringPat(emt: number, rule: number): Entry {
  return emt | IPAT | (rule << 4);
}
export function entryHonouringPat(emt: number, rule: number): Entry {
  return emt | (rule << 4);
}
/** As decided by an MTRR look-up. */
export function entryOf(type: TypeByRule): Entry {
  return (type & 7) | ((type >> 3) << 4);
}
export function emtOf(entry: Entry): number {
  return entry & 7;
}
export function ignoresPat(entry: Entry): boolean {
  return (entry & IPAT) !== 0;
}
export function ruleOfEntry(entry: Entry): number {
  return entry >> 4;
}
