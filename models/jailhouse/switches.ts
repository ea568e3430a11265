/** In what the two modules of Jailhouse differ, and what no source that was read decides, as named switches. */
import { choice, type SwitchesOf } from '../contract/switch.js';

export const SWITCHES = {
  module: choice('Which module runs the cell: what CR0.CD does, and what combines with the guest PAT.', 'vmx', 'svm'),
  otherMtrrWrite: choice(
    'A write of an MTRR register that a cell is not offered, which is all but MTRRdefType: #GP, or dropped. What happens was not read.',
    'gp',
    'ignored',
  ),
} as const;

export type Version = SwitchesOf<typeof SWITCHES>;
