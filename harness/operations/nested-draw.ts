/** Random PAT values for L2: those that tell the sources of its PAT apart, and an illegal one. */
import type { Draw } from './draw.js';

/** Reset, PA0 = WT, all WB, all WB but PA0, all UC, illegal, Linux, Xen (halves). */
const PATS_HI = [0x00070406, 0x00070406, 0x06060606, 0x06060606, 0, 0x08080808, 0x04070506, 0x00000501];
const PATS_LO = [0x00070406, 0x00070404, 0x06060606, 0x06060604, 0, 0x08080808, 0x00070106, 0x00070406];

export function drawNestedPat({ random }: Draw, words: Int32Array, at: number): void {
  const known = random.below(8);
  words[at] = PATS_HI[known];
  words[at + 1] = PATS_LO[known];
}
