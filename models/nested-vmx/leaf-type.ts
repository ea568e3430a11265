/** Type and ipat of a leaf of KVM, and what the hardware makes of it with a PAT. Linux arch/x86/kvm/vmx/vmx.c, vmx_get_mt_mask(). */
import type { Machine } from '../contract/machine.js';
import { type EffectiveType, UC, UC_MINUS, WB, WC, WP, WT } from '../contract/memory-type.js';
import { RULE } from './rules.js';
import type { Version } from './switches.js';

/** The rule by which a leaf of a page that is no MMIO honours the guest PAT, or ignoresPat. */
export function patRule(version: Version, { selfSnoop, quirkIgnoreGuestPat }: Machine, noncoherentDevices: number): number {
  if (version.honoursPat === 'self-snoop-or-noncoherent' && selfSnoop) return RULE.selfSnoopHonoursPat;
  if (noncoherentDevices > 0) return RULE.noncoherentHonoursPat;
  // Without self-snoop userspace cannot disable the quirk.
  const isDisabled = !quirkIgnoreGuestPat && selfSnoop;
  return version.honoursPat === 'noncoherent-or-quirk-disabled' && isDisabled ? RULE.disabledQuirkHonoursPat : RULE.ignoresPat;
}

/** The two rows of Intel's table that leaves of KVM use, with ipat clear: by PAT type. */
const THROUGH: Readonly<Record<'WB' | 'UC', ReadonlyMap<number, EffectiveType>>> = {
  // Intel SDM vol. 3, "Memory Type Used for Translated Guest-Physical Addresses".
  WB: new Map([
    [UC, UC],
    [WC, WC],
    [WT, WT],
    [WP, WP],
    [WB, WB],
    [UC_MINUS, UC],
  ]),
  UC: new Map([
    [UC, UC],
    [WC, WC],
    [WT, UC],
    [WP, UC],
    [WB, UC],
    [UC_MINUS, UC],
  ]),
};

/** @param pat a type that PAT encodes */
export function effectiveType(isMmio: boolean, pat: number): EffectiveType {
  return THROUGH[isMmio ? 'UC' : 'WB'].get(pat)!;
}
