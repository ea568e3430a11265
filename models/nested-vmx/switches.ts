/** In what the versions of KVM's nested VMX differ: the rule of a leaf, which is that of ept01. versions.ts says which commit set which. */
import { choice, type SwitchesOf } from '../contract/switch.js';

export const SWITCHES = {
  honoursPat: choice(
    'When a leaf of a page that is no MMIO lets the guest PAT take part: leaf-type.ts.',
    'self-snoop-or-noncoherent',
    'noncoherent',
    'noncoherent-or-quirk-disabled',
  ),
} as const;

export type Version = SwitchesOf<typeof SWITCHES>;
