import { PAT_RESET_HI, PAT_RESET_LO } from '../contract/msr.js';
import { isPatValid } from './mtrr-validity.js';

const VCPUS = 8;

/**
 * IA32_PAT of every vCPU as the VMCS field GUEST_IA32_PAT has it, which VM entry loads ("load IA32_PAT" is available).
 * Linux v6.6 arch/x86/kvm/vmx/vmx.c, vmx_set_msr(), case MSR_IA32_CR_PAT.
 */
export class GuestPat {
  readonly hi = new Uint32Array(VCPUS);
  readonly lo = new Uint32Array(VCPUS);
  /** 1: a byte is no PAT type (only versions that do not check). */
  private readonly isIllegal = new Uint8Array(VCPUS);

  reset(): void {
    this.hi.fill(PAT_RESET_HI);
    this.lo.fill(PAT_RESET_LO);
    this.isIllegal.fill(0);
  }

  set(vcpu: number, hi: number, lo: number): void {
    this.hi[vcpu] = hi;
    this.lo[vcpu] = lo;
    this.isIllegal[vcpu] = isPatValid(hi, lo) ? 0 : 1;
  }

  /** VM entry checks the field, and fails. */
  failsVmEntry(vcpu: number): boolean {
    return this.isIllegal[vcpu] === 1;
  }

  /** Type of entry `index` (0 to 7): 4*PAT + 2*PCD + PWT of the guest's leaf entry. */
  type(vcpu: number, index: number): number {
    const half = index < 4 ? this.lo[vcpu] : this.hi[vcpu];
    return (half >>> (8 * (index & 3))) & 7;
  }
}
