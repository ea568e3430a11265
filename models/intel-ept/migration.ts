import { DEF_TYPE, FIX4K_C0000, FIX4K_F8000, FIX16K_80000, FIX16K_A0000, FIX64K_00000, PAT, PHYSBASE0 } from '../contract/msr.js';
import type { GuestMsrs } from './guest-msrs.js';
import { type GuestMtrr, VARIABLE_RANGES } from './guest-mtrr.js';

/** The MSRs in the order in which userspace loads them: fixed ranges, variable pairs, default type, PAT. */
const LOADED: readonly number[] = loadOrder();

function loadOrder(): number[] {
  const msrs = [FIX64K_00000, FIX16K_80000, FIX16K_A0000];
  for (let msr = FIX4K_C0000; msr <= FIX4K_F8000; msr++) msrs.push(msr);
  for (let msr = PHYSBASE0; msr < PHYSBASE0 + 2 * VARIABLE_RANGES; msr++) msrs.push(msr);
  msrs.push(DEF_TYPE, PAT);
  return msrs;
}

/**
 * MTRRs and PAT through a save and a load: what RDMSR shows is written into the registers of a new VM. CR0 comes back by KVM_SET_SREGS as it was.
 * Linux v6.6 Documentation/virt/kvm/api.rst, KVM_GET_MSRS and KVM_SET_MSRS.
 */
export class Migration {
  private readonly hi: Uint32Array;
  private readonly lo: Uint32Array;

  constructor(
    private readonly msrs: GuestMsrs,
    private readonly mtrr: GuestMtrr,
  ) {
    this.hi = new Uint32Array(8 * LOADED.length);
    this.lo = new Uint32Array(8 * LOADED.length);
  }

  run(vcpus: number): void {
    for (let vcpu = 0; vcpu < vcpus; vcpu++) this.save(vcpu);
    this.mtrr.clear();
    for (let vcpu = 0; vcpu < vcpus; vcpu++) this.load(vcpu);
  }

  private save(vcpu: number): void {
    for (let i = 0; i < LOADED.length; i++) {
      this.msrs.read(vcpu, LOADED[i]);
      this.hi[vcpu * LOADED.length + i] = this.msrs.valueHi;
      this.lo[vcpu * LOADED.length + i] = this.msrs.valueLo;
    }
  }

  private load(vcpu: number): void {
    for (let i = 0; i < LOADED.length; i++) {
      this.msrs.restore(vcpu, LOADED[i], this.hi[vcpu * LOADED.length + i], this.lo[vcpu * LOADED.length + i]);
    }
  }
}
