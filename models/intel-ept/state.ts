import { type Gfn, LEVEL_NAMES } from '../contract/address.js';
import { MEMORY_TYPE_NAMES } from '../contract/memory-type.js';
import type { State } from '../contract/model.js';
import { FIX4K_C0000, FIX4K_F8000, FIX16K_80000, FIX16K_A0000, FIX64K_00000, msrName } from '../contract/msr.js';
import type { AssignedDevices } from './assigned-devices.js';
import type { EptLeaves } from './ept-leaves.js';
import type { GuestCr0 } from './guest-cr0.js';
import { type GuestMtrr, VARIABLE_RANGES } from './guest-mtrr.js';
import type { GuestPat } from './guest-pat.js';
import { hasIpat, typeOf } from './leaf-word.js';

/** A 64-bit value in lower-case hex. */
function hex(hi: number, lo: number): string {
  return `0x${((BigInt(hi) << 32n) | BigInt(lo)).toString(16)}`;
}

/** Registers of one vCPU, masks without the bits above MAXPHYADDR that some versions store with them. */
function registers(state: Record<string, unknown>, vcpu: number, mtrr: GuestMtrr, pat: GuestPat, cr0: GuestCr0): void {
  state[`vcpu${vcpu} MTRRdefType`] = hex(mtrr.defTypeHi[vcpu], mtrr.defTypeLo[vcpu]);
  for (const msr of fixedMsrs()) {
    state[`vcpu${vcpu} ${msrName(msr)}`] = hex(mtrr.fixedHalf(vcpu, msr, 1), mtrr.fixedHalf(vcpu, msr, 0));
  }
  for (let pair = 0; pair < VARIABLE_RANGES; pair++) {
    const at = vcpu * VARIABLE_RANGES + pair;
    state[`vcpu${vcpu} MTRRphysBase${pair}`] = hex(mtrr.baseHi[at], mtrr.baseLo[at]);
    state[`vcpu${vcpu} MTRRphysMask${pair}`] = hex(
      mtrr.version.extendsMasks ? mtrr.maskHi[at] & mtrr.guestAddressHi : mtrr.maskHi[at],
      mtrr.maskLo[at],
    );
  }
  state[`vcpu${vcpu} PAT`] = hex(pat.hi[vcpu], pat.lo[vcpu]);
  state[`vcpu${vcpu} CR0`] = { pg: cr0.isPaging(vcpu), cd: cr0.isCacheDisabled(vcpu), nw: cr0.isNotWriteThrough(vcpu) };
}

function fixedMsrs(): number[] {
  const msrs = [FIX64K_00000, FIX16K_80000, FIX16K_A0000];
  for (let msr = FIX4K_C0000; msr <= FIX4K_F8000; msr++) msrs.push(msr);
  return msrs;
}

/** Leaves by first gfn, ascending. */
function mappings(state: Record<string, unknown>, leaves: EptLeaves): void {
  const order: { gfn: Gfn; leaf: number }[] = [];
  for (let leaf = 0; leaf < leaves.count; leaf++) order.push({ gfn: leaves.firstGfn(leaf), leaf });
  order.sort((a, b) => a.gfn - b.gfn);
  for (const { gfn, leaf } of order) {
    const word = leaves.word(leaf);
    const type = MEMORY_TYPE_NAMES[typeOf(word)] ?? 'unknown';
    state[`gfn 0x${gfn.toString(16)}`] = { level: LEVEL_NAMES[leaves.level(leaf)], leaf: hasIpat(word) ? `${type}+ipat` : type };
  }
}

/** What the model holds, for diffing. */
export function readableState(
  vcpus: number,
  mtrr: GuestMtrr,
  pat: GuestPat,
  cr0: GuestCr0,
  devices: AssignedDevices,
  leaves: EptLeaves,
): State {
  const state: Record<string, unknown> = {};
  for (let vcpu = 0; vcpu < vcpus; vcpu++) registers(state, vcpu, mtrr, pat, cr0);
  state.devices = { coherent: devices.coherent, noncoherent: devices.noncoherent };
  mappings(state, leaves);
  return state;
}
