/** CR0 as each guest sees it, and the one bit of it that hardware may see. Linux v6.16, arch/x86/kvm/x86.c. */
import type { Machine } from '../contract/machine.js';
import { GP, type Observation, OK, plain } from '../contract/observation.js';
import { RULE } from './rules.js';

const PG = 1;
const CD = 2;
const NW = 4;

export class GuestCr0 {
  private readonly cr0 = new Uint8Array(8);
  private cdIsLive = false;

  /** @param guestCdCanBeLive false on VMX: GUEST_CR0 never has CD (KVM_VM_CR0_ALWAYS_OFF). */
  constructor(private readonly guestCdCanBeLive: boolean) {}

  reset(machine: Machine): void {
    this.cr0.fill((machine.cr0.pg ? PG : 0) | (machine.cr0.cd ? CD : 0) | (machine.cr0.nw ? NW : 0));
    // svm_set_cr0(): KVM_X86_QUIRK_CD_NW_CLEARED re-enables caching "because the QEMU bios does not do it".
    this.cdIsLive = this.guestCdCanBeLive && !machine.quirkCdNwCleared;
  }

  /** kvm_set_cr0(). Since 6.11 no change of CD zaps. */
  write(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    // kvm_is_valid_cr0()
    if (nw && !cd) return plain(GP, RULE.nwWithoutCd);
    this.cr0[vcpu] = (pg ? PG : 0) | (cd ? CD : 0) | (nw ? NW : 0);
    return plain(OK, RULE.cr0Written);
  }

  /** kvm_vcpu_reset(vcpu, true): X86_CR0_ET and the old CD and NW. */
  init(vcpu: number): Observation {
    this.cr0[vcpu] &= CD | NW;
    return plain(OK, RULE.initKeepsCdNw);
  }

  /** The guest's own CR0.PG; in hardware paging is on in any case. */
  isPaging(vcpu: number): boolean {
    return (this.cr0[vcpu] & PG) !== 0;
  }

  /** CR0.CD as hardware sees it while the guest runs. */
  disablesCaches(vcpu: number): boolean {
    return this.cdIsLive && (this.cr0[vcpu] & CD) !== 0;
  }

  state(vcpu: number): { pg: boolean; cd: boolean; nw: boolean } {
    const cr0 = this.cr0[vcpu];
    return { pg: (cr0 & PG) !== 0, cd: (cr0 & CD) !== 0, nw: (cr0 & NW) !== 0 };
  }
}
