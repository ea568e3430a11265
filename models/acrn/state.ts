/** The readable state: registers, devices, and what of the first megabyte is not as it was mapped. */
import { MEMORY_TYPE_NAMES } from '../contract/memory-type.js';
import type { State } from '../contract/model.js';
import { msrName } from '../contract/msr.js';
import type { AssignedDevices } from './assigned-devices.js';
import type { FirstMegabyte } from './first-megabyte.js';
import type { GuestCr0 } from './guest-cr0.js';
import { DEF_SLOT, FIXED_MSRS, type GuestMsrs, PAT_SLOT } from './guest-msrs.js';

export function readableState(vcpus: number, msrs: GuestMsrs, cr0: GuestCr0, devices: AssignedDevices, low: FirstMegabyte): State {
  const state: Record<string, unknown> = {};
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    const value = (slot: number) =>
      `0x${((BigInt(msrs.half(vcpu, slot, true)) << 32n) | BigInt(msrs.half(vcpu, slot, false))).toString(16)}`;
    state[`vcpu${vcpu} MTRRdefType`] = value(DEF_SLOT);
    for (const [slot, msr] of FIXED_MSRS.entries()) state[`vcpu${vcpu} ${msrName(msr)}`] = value(slot);
    state[`vcpu${vcpu} PAT`] = value(PAT_SLOT);
    state[`vcpu${vcpu} CR0`] = cr0.state(vcpu);
  }
  state.devices = { coherent: devices.coherent, noncoherent: devices.noncoherent };
  for (let gfn = 0; gfn < 256; gfn++)
    if (low.isTyped(gfn)) state[`gfn 0x${gfn.toString(16)}`] = { leaf: MEMORY_TYPE_NAMES[low.typeOf(gfn)] };
  return state;
}
