/** What an AMD processor makes of guest PAT, host PAT and host MTRR. AMD APM vol. 2, "Combining Memory Types, MTRRs". */
import { CD, type EffectiveType, UC, WB, WC, WC_PLUS, WP, WT } from '../contract/memory-type.js';

/** Guest PAT type by its encoding, with the nested entry: what both make together. 2 and 3 are no types. */
const UNDER_WRITE_BACK = [UC, WC_PLUS, UC, UC, WT, WP, WB, UC];
const UNDER_UNCACHED = [UC, WC, UC, UC, UC, UC, UC, UC];

/** Host MTRR type: combined type: effective type. Each row UC, WC, WT, WP, WB, WC+ of what the two PATs made. */
const MADE = [UC, WC, WT, WP, WB, WC_PLUS];
const BY_HOST_MTRR: Readonly<Record<number, readonly EffectiveType[]>> = {
  [UC]: [UC, WC, UC, UC, UC, WC],
  [WC]: [CD, WC, CD, CD, WC, WC],
  [WT]: [CD, WC, WT, CD, WT, WC_PLUS],
  [WP]: [CD, WC, CD, WP, WP, WC_PLUS],
  [WB]: [CD, WC, WT, WP, WB, WC_PLUS],
};

export function nestedType(guestPat: number, isUncached: boolean, hostMtrr: number): EffectiveType {
  const made = (isUncached ? UNDER_UNCACHED : UNDER_WRITE_BACK)[guestPat];
  return BY_HOST_MTRR[hostMtrr][MADE.indexOf(made)];
}
