/** In what the designs of SEV-SNP differ. A variant turns one switch more. */
import { choice, type SwitchesOf, type SwitchTexts, toggle } from '../contract/switch.js';

export const SWITCHES = {
  rmpUpdate: choice(
    'Where the hypervisor runs RMPUPDATE for a conversion: in a hook after mmu_lock is dropped, in a callback under it, or when the page is first faulted in.',
    'after-unlock',
    'under-lock',
    'at-fault',
  ),
  directMap: choice(
    "What happens to the host's direct map. `with-update`: unmapped just before RMPUPDATE to private, mapped just after RMPUPDATE to shared. `around-lock`: unmapped in a hook before, mapped in a hook after the conversion took mmu_lock. `split-only`: never unmapped, split to 4K before an RMPUPDATE.",
    'with-update',
    'around-lock',
    'split-only',
  ),
  freeHook: choice('What the hook run on freed private pages goes by.', 'by-attribute', 'by-rmp'),
  zapsBeforeStores: toggle('Leaves go before the attributes are stored, not after.'),
  returnsEarlyWhenEqual: toggle('A conversion to what every page already is returns at once.'),
  prechecksStaleness: toggle('The fault compares the sequence count before it looks up the page as well.'),
  slotBeforeAttribute: toggle('The fault looks for a slot before it compares access and attribute (RFC v8; unverified).'),
  rmpHandlerLooksUp: toggle('The RMP fault handler looks the page up itself, and so may allocate and prepare it.'),
  headTailAdd: toggle('Neighbours in the first and last huge-page block of a conversion retry while it runs.'),
  skipZap: toggle('Variant: a conversion flushes TLBs and leaves the mappings.'),
  noInvalidation: toggle('Variant: no invalidation is announced to the faults that run meanwhile.'),
  secondUpdateFails: toggle('Variant: RMPUPDATE fails on the second page of each conversion to private.'),
  directMapRestoreBug: toggle(
    'Variant: the helper that unmaps a page falls through into mapping it again (RFC v8 15/56 as posted).',
  ),
  updateOnSharedFault: toggle('Variant: a fault of a shared access takes the private page of the frame out of the RMP.'),
} as const satisfies SwitchTexts;

export type Switches = SwitchesOf<typeof SWITCHES>;
