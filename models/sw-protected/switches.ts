/** In what the versions of KVM_X86_SW_PROTECTED_VM and the proposals differ. */
import { type SwitchesOf, type SwitchTexts, toggle } from '../contract/switch.js';

export const SWITCHES = {
  headTailAdd: toggle(
    'The first and last huge page of a conversion join its invalidation whole, so that a fault on a neighbouring frame maps no huge page over frames in conversion.',
  ),
  skipZap: toggle('A conversion flushes TLBs and leaves its leaves in place.'),
  noInvalidation: toggle('A conversion opens no invalidation, so that no fault in flight notices it.'),
} as const satisfies SwitchTexts;

export type Switches = SwitchesOf<typeof SWITCHES>;
