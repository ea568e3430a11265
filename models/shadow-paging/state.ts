/** Registers and leaves as plain data, for diffing. */
import type { State } from '../contract/model.js';
import type { AssignedDevices } from './assigned-devices.js';
import type { GuestCr0 } from './guest-cr0.js';
import type { GuestMsrs } from './guest-msrs.js';
import type { ShadowLeaves } from './shadow-leaves.js';

export function readableState(
  vcpus: number,
  msrs: GuestMsrs,
  cr0: GuestCr0,
  devices: AssignedDevices,
  leaves: ShadowLeaves,
): State {
  const state: Record<string, unknown> = {};
  for (let vcpu = 0; vcpu < vcpus; vcpu += 1) {
    Object.assign(state, Object.fromEntries(msrs.state(vcpu)));
    state[`vcpu${vcpu} CR0`] = cr0.state(vcpu);
  }
  state.devices = { coherent: devices.coherent, noncoherent: devices.noncoherent };
  // A frame may have several leaves: one for each size of guest page, and one without guest paging.
  for (const { gfn, guest, level } of leaves.state()) {
    state[`gfn ${gfn}`] = { ...(state[`gfn ${gfn}`] as object | undefined), [`guest ${guest}`]: { level, leaf: 'WB' } };
  }
  return state;
}
