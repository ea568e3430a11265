/** The readable state: registers. Leaves follow from the configuration, so that none is kept. */
import type { State } from '../contract/model.js';
import type { GuestCr0 } from './guest-cr0.js';
import type { GuestMsrs } from './guest-msrs.js';

const hex = (hi: number, lo: number) => `0x${((BigInt(hi) << 32n) | BigInt(lo)).toString(16)}`;

export function readableState(vcpus: number, msrs: GuestMsrs, cr0: GuestCr0): State {
  const state: Record<string, unknown> = {};
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    state[`vcpu${vcpu} MTRRdefType`] = hex(msrs.defTypeHi[vcpu], msrs.defTypeLo[vcpu]);
    state[`vcpu${vcpu} PAT`] = hex(msrs.patHi[vcpu], msrs.patLo[vcpu]);
    state[`vcpu${vcpu} CR0`] = cr0.state(vcpu);
  }
  return state;
}
