/** The readable state: registers and devices. Leaves follow from the layout, so that none is kept. */
import type { State } from '../contract/model.js';
import { msrName } from '../contract/msr.js';
import type { AssignedDevices } from './assigned-devices.js';
import type { GuestCr0 } from './guest-cr0.js';
import { type GuestMsrs, MSRS } from './guest-msrs.js';

export function readableState(vcpus: number, msrs: GuestMsrs, cr0: GuestCr0, devices: AssignedDevices): State {
  const state: Record<string, unknown> = {};
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    for (const msr of MSRS) {
      const value = (BigInt(msrs.half(vcpu, msr, true)) << 32n) | BigInt(msrs.half(vcpu, msr, false));
      state[`vcpu${vcpu} ${msrName(msr)}`] = `0x${value.toString(16)}`;
    }
    state[`vcpu${vcpu} CR0`] = cr0.state(vcpu);
  }
  state.devices = { coherent: devices.coherent, noncoherent: devices.noncoherent };
  return state;
}
