/** What VMX makes of an EPT type and a PAT type where ipat is clear. Intel SDM vol. 3, "Memory Type Used for Translated Guest-Physical Addresses". */
import { type EffectiveType, UC, UC_MINUS, WB, WC, WP, WT } from '../contract/memory-type.js';

/** PAT by its encoding, EPT type: effective type. The columns are UC, WC, WT, WP, WB. */
const EPT_TYPES = [UC, WC, WT, WP, WB];
const BY_PAT: Readonly<Record<number, readonly EffectiveType[]>> = {
  [UC]: [UC, UC, UC, UC, UC],
  [UC_MINUS]: [UC, WC, UC, WC, UC],
  [WC]: [WC, WC, WC, WC, WC],
  [WT]: [UC, UC, WT, WT, WT],
  [WP]: [UC, UC, WP, WP, WP],
  [WB]: [UC, WC, WT, WP, WB],
};

export function effectiveType(eptType: number, patType: number): EffectiveType {
  return BY_PAT[patType][EPT_TYPES.indexOf(eptType)];
}
