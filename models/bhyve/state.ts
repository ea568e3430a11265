/** The readable state: registers and devices. Leaves follow from the memory segments, so that none is kept. */
import type { State } from '../contract/model.js';
import { msrName } from '../contract/msr.js';
import type { AssignedDevices } from './assigned-devices.js';
import type { GuestCr0 } from './guest-cr0.js';
import { type GuestMsrs, MSRS, PAT_AT } from './guest-msrs.js';

export function readableState(vcpus: number, msrs: GuestMsrs, cr0: GuestCr0, devices: AssignedDevices): State {
  const state: Record<string, unknown> = {};
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    const value = (slot: number) =>
      `0x${((BigInt(msrs.half(vcpu, slot, true)) << 32n) | BigInt(msrs.half(vcpu, slot, false))).toString(16)}`;
    for (const [slot, msr] of MSRS.entries()) state[`vcpu${vcpu} ${msrName(msr)}`] = value(slot);
    state[`vcpu${vcpu} PAT`] = value(PAT_AT);
    state[`vcpu${vcpu} CR0`] = cr0.state(vcpu);
  }
  state.devices = { coherent: devices.coherent, noncoherent: devices.noncoherent };
  return state;
}
