import { KEEP } from '../../models/contract/operation.js';
import { drawNestedPat } from './nested-draw.js';
import { optional } from './field.js';
import { flagOrKeep, vcpu } from './fields.js';
import { printValue64 } from './number.js';
import { value64OrNull } from './value64.js';
import { onNestedVmx, type OperationSpec } from './operation-spec.js';

/** Where the guest's and the host's PAT stand, and how often they are written. */
const PATS = [
  [6, 144],
  [9, 88],
] as const;

export const writeVmcs12: OperationSpec<'write-vmcs12'> = {
  op: 'write-vmcs12',
  fields: {
    vcpu,
    ept: optional(flagOrKeep, null),
    loadGuestPat: optional(flagOrKeep, null),
    saveGuestPat: optional(flagOrKeep, null),
    loadHostPat: optional(flagOrKeep, null),
    guestPat: optional(value64OrNull, null),
    hostPat: optional(value64OrNull, null),
  },
  weight: 18,
  needs: onNestedVmx,
  draw(draw, words, at) {
    const { random } = draw;
    words[at + 1] = draw.vcpu();
    words[at + 2] = random.chance(24) ? random.below(2) : KEEP;
    for (let control = 3; control < 6; control++) words[at + control] = random.chance(104) ? random.below(2) : KEEP;
    for (const [word, share] of PATS) {
      if (!random.chance(share)) continue;
      words[at + word] = 1;
      drawNestedPat(draw, words, at + word + 1);
    }
  },
  inWords(step) {
    const flags = [
      ['EPT', step.ept],
      ['load guest PAT', step.loadGuestPat],
      ['save guest PAT', step.saveGuestPat],
      ['load host PAT', step.loadHostPat],
    ] as const;
    const pats = [
      ['GUEST_IA32_PAT', step.guestPat],
      ['HOST_IA32_PAT', step.hostPat],
    ] as const;
    const fields = [
      ...flags.map(([name, value]) => (value === null ? '' : ` ${name}=${Number(value)}`)),
      ...pats.map(([name, value]) => (value === null ? '' : ` ${name}=${printValue64(value.hi, value.lo)}`)),
    ].filter((field) => field !== '');
    return `L1 writes its VMCS:${fields.join(',') || ' nothing'}`;
  },
};
