/**
 * The PAT of every vCPU twice: arch.pat, which RDMSR reads, and save.g_pat of the VMCB, which types the guest's accesses.
 * Linux arch/x86/kvm/svm.c (later svm/svm.c): init_vmcb(), svm_set_guest_pat(), svm_set_msr().
 */
import { type RegisterType, WB } from '../contract/memory-type.js';
import { PAT_RESET_HI, PAT_RESET_LO } from '../contract/msr.js';
import type { Kernel } from './switches.js';

const VCPUS = 8;
/** All eight entries WB, in halves. */
const ALL_WB = 0x06060606;

export class GuestPat {
  readonly archHi = new Uint32Array(VCPUS);
  readonly archLo = new Uint32Array(VCPUS);
  readonly vmcbHi = new Uint32Array(VCPUS);
  readonly vmcbLo = new Uint32Array(VCPUS);
  private readonly written = new Uint8Array(VCPUS);
  private readonly followsWrites: boolean;
  private readonly followsArchPat: boolean;
  private readonly forcedToWb: boolean;
  private readonly hasResetValue: boolean;
  private readonly has32Bits: boolean;

  constructor(kernel: Kernel) {
    this.followsWrites = kernel.gPatFollowsWrites;
    this.followsArchPat = kernel.gPatFromArchPat;
    this.forcedToWb = kernel.gPatForcedToWb;
    this.hasResetValue = kernel.archPatHasResetValue;
    this.has32Bits = kernel.archPatHas32Bits;
  }

  /** A new vCPU. @param hasDevice whether the VM has an assigned device at that moment. */
  create(vcpu: number, hasDevice: boolean): void {
    this.archHi[vcpu] = this.hasResetValue ? PAT_RESET_HI : 0;
    this.archLo[vcpu] = this.hasResetValue ? PAT_RESET_LO : 0;
    this.written[vcpu] = 0;
    this.initVmcb(vcpu, hasDevice);
  }

  /** init_vmcb(), as far as it concerns g_pat. */
  initVmcb(vcpu: number, hasDevice: boolean): void {
    if (this.forcedToWb && !hasDevice) {
      this.vmcbHi[vcpu] = ALL_WB;
      this.vmcbLo[vcpu] = ALL_WB;
      return;
    }
    this.vmcbHi[vcpu] = this.followsArchPat ? this.archHi[vcpu] : PAT_RESET_HI;
    this.vmcbLo[vcpu] = this.followsArchPat ? this.archLo[vcpu] : PAT_RESET_LO;
  }

  /** An accepted write of the guest or of userspace. */
  write(vcpu: number, hi: number, lo: number): void {
    this.written[vcpu] = 1;
    this.archHi[vcpu] = hi;
    this.archLo[vcpu] = lo;
    if (!this.followsWrites) return;
    this.vmcbHi[vcpu] = hi;
    this.vmcbLo[vcpu] = lo;
  }

  /** Migration: a new vCPU, into which userspace loads what RDMSR gave of the old one. Its VMCB is not initialised again. */
  recreate(vcpu: number, hasDevice: boolean): void {
    const hi = this.has32Bits ? 0 : this.archHi[vcpu];
    const lo = this.archLo[vcpu];
    const written = this.written[vcpu];
    this.create(vcpu, hasDevice);
    this.write(vcpu, hi, lo);
    this.written[vcpu] = written;
  }

  /** False where a migrated guest runs with the g_pat of the vCPU's creation until its next INIT. */
  survivesMigration(): boolean {
    return this.followsWrites || !this.followsArchPat;
  }

  /** Whether RDMSR gives a value that nobody wrote and that is not the architecture's reset value. */
  readsUnwritten(vcpu: number): boolean {
    return !this.hasResetValue && this.written[vcpu] === 0;
  }

  /** Type of entry `index`, 0 to 7, of the PAT that the hardware uses. */
  type(vcpu: number, index: number): RegisterType {
    const half = index < 4 ? this.vmcbLo[vcpu] : this.vmcbHi[vcpu];
    return ((half >>> (8 * (index & 3))) & 7) as RegisterType;
  }
}

/** The guest PAT type while CR0.PG=0: no guest entry selects one. */
export const WITHOUT_PAGING = WB;
