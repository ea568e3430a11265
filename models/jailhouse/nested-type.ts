/** Types under AMD's nested paging where the nested entry selects WB in the host PAT. AMD APM vol. 2, "Combining Memory Types, MTRRs". */
import { CD, type EffectiveType, UC, UC_MINUS, WB, WC, WC_PLUS, WP, WT } from '../contract/memory-type.js';

/** Guest PAT by its encoding: host MTRR type: effective type. */
const TYPES: Readonly<Record<number, Readonly<Record<number, EffectiveType>>>> = {
  [UC]: { [UC]: UC, [WC]: CD, [WT]: CD, [WP]: CD, [WB]: CD },
  [UC_MINUS]: { [UC]: UC, [WC]: CD, [WT]: CD, [WP]: CD, [WB]: CD },
  [WC]: { [UC]: WC, [WC]: WC, [WT]: WC_PLUS, [WP]: WC_PLUS, [WB]: WC_PLUS },
  [WT]: { [UC]: UC, [WC]: CD, [WT]: WT, [WP]: CD, [WB]: WT },
  [WP]: { [UC]: UC, [WC]: CD, [WT]: CD, [WP]: WP, [WB]: WP },
  [WB]: { [UC]: UC, [WC]: WC, [WT]: WT, [WP]: WP, [WB]: WB },
};

export function nestedType(guestPat: number, hostMtrr: number): EffectiveType {
  return TYPES[guestPat][hostMtrr];
}

/** CR0.CD=1 in the VMCB. */
export function typeWithoutCaches(hostMtrr: number): EffectiveType {
  return hostMtrr === UC ? UC : CD;
}
