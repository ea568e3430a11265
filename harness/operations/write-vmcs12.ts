import { optional } from './field.js';
import { flagOrKeep, vcpu } from './fields.js';
import { printValue64 } from './number.js';
import { value64OrNull } from './value64.js';
import type { OperationSpec } from './operation-spec.js';

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
  weight: 0,
  draw() {},
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
