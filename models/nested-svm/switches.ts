/** In what the versions of KVM's nested SVM differ, as named switches. versions.ts says which commit set which. */
import { type SwitchesOf, toggle } from '../contract/switch.js';

export const SWITCHES = {
  hasSharedPatQuirk: toggle(
    'Userspace may disable KVM_X86_QUIRK_NESTED_SVM_SHARED_PAT; L2 with nested paging then has a PAT of its own.',
  ),
} as const;

export type Version = SwitchesOf<typeof SWITCHES>;
