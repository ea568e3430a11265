import type { Machine } from '../contract/machine.js';

const PG = 1;
const CD = 2;
const NW = 4;
const VCPUS = 8;

/**
 * CR0.PG, CD and NW of every vCPU as the guest sees them. CD and NW belong to the host: hardware runs with both clear.
 * Linux v6.6 arch/x86/kvm/x86.c, kvm_set_cr0(); vmx/vmx.c, vmx_set_cr0().
 */
export class GuestCr0 {
  private readonly bits = new Uint8Array(VCPUS);
  private runsLongMode = false;

  reset(machine: Machine): void {
    this.runsLongMode = machine.longMode;
    for (let vcpu = 0; vcpu < machine.vcpus; vcpu++) this.load(vcpu, machine.cr0.pg, machine.cr0.cd, machine.cr0.nw);
  }

  load(vcpu: number, pg: boolean, cd: boolean, nw: boolean): void {
    this.bits[vcpu] = (pg ? PG : 0) | (cd ? CD : 0) | (nw ? NW : 0);
  }

  /** INIT: PG becomes 0; CD and NW are set (0x60000010) or kept. */
  init(vcpu: number, setsCdNw: boolean): void {
    this.bits[vcpu] = setsCdNw ? CD | NW : this.bits[vcpu] & ~PG;
  }

  /** is_64_bit_mode(): would the write clear PG under 64-bit code? After INIT there is none until paging is on again. */
  leavesLongMode(vcpu: number, pg: boolean): boolean {
    return this.runsLongMode && !pg && this.isPaging(vcpu);
  }

  isPaging(vcpu: number): boolean {
    return (this.bits[vcpu] & PG) !== 0;
  }

  /** kvm_read_cr0_bits(vcpu, X86_CR0_CD) */
  isCacheDisabled(vcpu: number): boolean {
    return (this.bits[vcpu] & CD) !== 0;
  }

  isNotWriteThrough(vcpu: number): boolean {
    return (this.bits[vcpu] & NW) !== 0;
  }
}
