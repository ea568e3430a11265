/** How Linux spells memory types: mtrr_attrib_to_str() in arch/x86/kernel/cpu/mtrr, cattr_name() in arch/x86/mm/pat. */

/** MTRR encodings by word. */
const MTRR_WORDS: Readonly<Record<string, number>> = {
  uncachable: 0,
  'write-combining': 1,
  'write-through': 4,
  'write-protect': 5,
  'write-back': 6,
};

/** A group that takes any of the words, `?` for 2, 3 and 7. */
export const MTRR_WORD = '(uncachable|write-combining|write-through|write-protect|write-back|\\?)';

/** Null for `?`: 2, 3 or 7, which no MTRR can be written to hold. */
export function mtrrType(word: string): number | null {
  return MTRR_WORDS[word] ?? null;
}

/** PAT encodings by the words of the boot log. */
export const PAT_WORDS: Readonly<Record<string, bigint>> = { UC: 0n, WC: 1n, WT: 4n, WP: 5n, WB: 6n, 'UC-': 7n };

/** Request types of the scenario format by the words of pat_memtype_list; null: no request asks for it. */
export const CACHE_WORDS: Readonly<Record<string, string | null>> = {
  uncached: 'UC',
  'write-combining': 'WC',
  'uncached-minus': 'UC-',
  'write-through': 'WT',
  'write-back': 'WB',
  'write-protected': null,
};
