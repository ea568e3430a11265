/** CR0 and PAT of the vCPUs. */
import type { Machine } from '../contract/machine.js';
import { PAT_RESET_HI, PAT_RESET_LO } from '../contract/msr.js';
import { RULE } from './rules.js';

const PG = 1;
const CD = 2;
const NW = 4;

export class VcpuRegisters {
  count = 1;
  /** `pat_cr`: the guest's PAT while the hardware holds another. */
  readonly savedPat = new Int32Array(16);
  /** The PAT in the VMCS or VMCB, which types accesses. Low half, high half. */
  readonly livePat = new Int32Array(16);
  /** The rule of the write that put the guest's PAT there; msrRead: none did. */
  readonly patRule = new Uint16Array(8);
  private readonly cr0 = new Uint8Array(8);
  /** `NO_FILL_CACHE_MODE`. */
  readonly noFill = new Uint8Array(8);

  /** vCPUs as created, CR0 as of the machine. */
  reset(machine: Machine): void {
    const { pg, cd, nw } = machine.cr0;
    this.count = machine.vcpus;
    this.patRule.fill(RULE.msrRead);
    for (let vcpu = 0; vcpu < this.count; vcpu++) {
      this.create(vcpu);
      this.setCr0(vcpu, pg, cd, nw);
    }
  }

  /** PAT and mode as at creation; CR0 stays. */
  create(vcpu: number): void {
    this.setSavedPat(vcpu, PAT_RESET_HI, PAT_RESET_LO);
    this.setLivePat(vcpu, PAT_RESET_HI, PAT_RESET_LO);
    this.noFill[vcpu] = 0;
  }

  setSavedPat(vcpu: number, hi: number, lo: number): void {
    this.savedPat[2 * vcpu] = lo;
    this.savedPat[2 * vcpu + 1] = hi;
  }

  setLivePat(vcpu: number, hi: number, lo: number): void {
    this.livePat[2 * vcpu] = lo;
    this.livePat[2 * vcpu + 1] = hi;
  }

  /** Type of entry `index` of the PAT that types accesses. */
  livePatType(vcpu: number, index: number): number {
    return patType(this.livePat, vcpu, index);
  }

  /** The same of `pat_cr`. */
  savedPatType(vcpu: number, index: number): number {
    return patType(this.savedPat, vcpu, index);
  }

  setCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): void {
    this.cr0[vcpu] = (pg ? PG : 0) | (cd ? CD : 0) | (nw ? NW : 0);
  }
  isPaging(vcpu: number): boolean {
    return (this.cr0[vcpu] & PG) !== 0;
  }
  isCacheDisabled(vcpu: number): boolean {
    return (this.cr0[vcpu] & CD) !== 0;
  }
  isNotWriteThrough(vcpu: number): boolean {
    return (this.cr0[vcpu] & NW) !== 0;
  }
}

function patType(pat: Int32Array, vcpu: number, index: number): number {
  return (pat[2 * vcpu + (index >> 2)] >> ((index & 3) << 3)) & 7;
}
