/**
 * A memory type with the rule that gave it, as one integer, so that look-ups return without allocating:
 *
 *     31     9  8      7        0
 *     [ rule ][ipat][type byte]
 */

/** A type byte (0 to 255: a version without checks can produce any), IPAT and rule. */
export type LeafWord = number;

/** Bit 6 of an EPT leaf (Intel SDM vol. 3, "Format of an EPT Page-Table Entry that Maps a 4-KByte Page"). */
export const IPAT = 0x100;
/** IPAT clear: the guest's PAT takes part. */
export const HONOURS_PAT = 0;
const RULE_SHIFT = 9;

export function leafWordOf(type: number, ipat: number, rule: number): LeafWord {
  return (rule << RULE_SHIFT) | ipat | type;
}

export function typeOf(word: LeafWord): number {
  return word & 0xff;
}

export function hasIpat(word: LeafWord): boolean {
  return (word & IPAT) !== 0;
}

export function ruleNumberOf(word: LeafWord): number {
  return word >> RULE_SHIFT;
}
