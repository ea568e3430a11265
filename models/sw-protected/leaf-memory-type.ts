/** The memory type of an EPT leaf, and of an access through it. */
import { leafWord } from '../contract/observation.js';
import { type EffectiveType, type RegisterType, UC, UC_MINUS, WB, WC, WP, WT } from '../contract/memory-type.js';
import { RULE, UNPAGED } from './rules.js';

const IPAT = true;
const HONOUR_PAT = false;

/** What vmx_get_mt_mask() decides by: a rule number says type and ipat. Linux v6.16 arch/x86/kvm/vmx/vmx.c, statements in its order. */
export function leafRule(isHostMmio: boolean, noncoherentDevices: number, ignoresGuestPat: boolean): number {
  // Cacheable access to host MMIO could machine-check, whatever the guest asked for.
  if (isHostMmio) return RULE.hostMmioIsUncached;
  if (noncoherentDevices > 0) return RULE.guestPatWithDevices;
  return ignoresGuestPat ? RULE.guestPatIgnored : RULE.guestPatByRequest;
}

/** The EPT bits of a leaf built by this rule. */
export function wordByRule(rule: number): number {
  if (rule === RULE.hostMmioIsUncached) return leafWord(UC, HONOUR_PAT);
  return leafWord(WB, rule === RULE.guestPatIgnored ? IPAT : HONOUR_PAT);
}

/** The rule of an access by a leaf built by this rule while CR0.PG is clear. */
export function unpaged(rule: number): number {
  if (rule === RULE.hostMmioIsUncached) return UNPAGED.hostMmioIsUncached;
  if (rule === RULE.guestPatWithDevices) return UNPAGED.guestPatWithDevices;
  return rule === RULE.guestPatByRequest ? UNPAGED.guestPatByRequest : rule;
}

type PatName = 'UC' | 'WC' | 'WT' | 'WP' | 'WB' | 'UC-';
const NAMED: Readonly<Record<PatName, RegisterType>> = { UC, WC, WT, WP, WB, 'UC-': UC_MINUS };

/** Intel SDM vol. 3, "The EPT Paging-Structure Memory Type and Effective Memory Type": the rows of the types that KVM writes. */
const EFFECTIVE: Readonly<Record<'UC' | 'WB', Readonly<Record<PatName, EffectiveType>>>> = {
  // EPT: { PAT: effective }
  UC: { UC, WC, WT: UC, WP: UC, WB: UC, 'UC-': UC },
  WB: { UC, WC, WT, WP, WB, 'UC-': UC },
};

function compiled(row: Readonly<Record<PatName, EffectiveType>>): Uint8Array {
  const cells = new Uint8Array(8);
  for (const name of Object.keys(row) as PatName[]) cells[NAMED[name]] = row[name];
  return cells;
}
const UNDER_UC = compiled(EFFECTIVE.UC);
const UNDER_WB = compiled(EFFECTIVE.WB);

/** Effective type through a leaf that honours the guest PAT. */
export function combined(isUncachedLeaf: boolean, patType: number): EffectiveType {
  return (isUncachedLeaf ? UNDER_UC : UNDER_WB)[patType] as EffectiveType;
}
