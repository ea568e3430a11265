import { type EffectiveType, UC, UC_MINUS, WB, WC, WP, WT } from '../contract/memory-type.js';

type EptType = 'UC' | 'WC' | 'WT' | 'WP' | 'WB';
type PatType = EptType | 'UC-';

/**
 * Effective type of an access through an EPT leaf with IPAT clear.
 * Intel SDM vol. 3, "Memory Type Used for Translated Guest-Physical Addresses", with the table of "Selecting Memory Types for Pentium
 * III and More Recent Processor Families", the EPT type in place of the MTRR type. CR0.CD of the hardware is 0 under KVM.
 */
const EFFECTIVE: Readonly<Record<EptType, Readonly<Record<PatType, EptType>>>> = {
  // EPT: { PAT: effective }
  UC: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WT: 'UC', WP: 'UC', WB: 'UC' },
  WC: { UC: 'UC', 'UC-': 'WC', WC: 'WC', WT: 'UC', WP: 'UC', WB: 'WC' },
  WT: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WT' },
  WP: { UC: 'UC', 'UC-': 'WC', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WP' },
  WB: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WB' },
};

/** "Memory Types That Can Be Encoded With PAT". */
const ENCODING = { UC, WC, WT, WP, WB, 'UC-': UC_MINUS } as const;

/** EFFECTIVE by the 3-bit encodings. */
const COMPILED = compile();

function compile(): Uint8Array {
  const table = new Uint8Array(64);
  for (const ept of Object.keys(EFFECTIVE) as EptType[]) {
    for (const pat of Object.keys(EFFECTIVE[ept]) as PatType[]) {
      table[8 * ENCODING[ept] + ENCODING[pat]] = ENCODING[EFFECTIVE[ept][pat]];
    }
  }
  return table;
}

/** Both arguments are encodings that their registers can hold. */
export function effectiveType(eptType: number, patType: number): EffectiveType {
  return COMPILED[8 * eptType + patType] as EffectiveType;
}
