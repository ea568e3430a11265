/** Whose guest is a hypervisor: what is read of each stands in files of its own (xen-svm.ts, xen-vmx.ts, acrn.ts). */
import { choice, type SwitchesOf } from '../contract/switch.js';

export const SWITCHES = {
  subject: choice('Which hypervisor, on which extension.', 'xen-svm', 'xen-vmx', 'acrn'),
} as const;

export type Version = SwitchesOf<typeof SWITCHES>;
