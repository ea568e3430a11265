/** CR0 of every vCPU as the guest sees it, and whether its CD reaches hardware: svm_set_cr0(). */
import type { Kernel } from './switches.js';

const VCPUS = 8;

export class ControlRegister {
  private readonly paging = new Uint8Array(VCPUS);
  private readonly disabled = new Uint8Array(VCPUS);
  private readonly notWriteThrough = new Uint8Array(VCPUS);
  private cdReachesHardware = false;

  constructor(private readonly kernel: Kernel) {}

  /** @param quirkCdNwCleared whether userspace left KVM_X86_QUIRK_CD_NW_CLEARED enabled. */
  reset(quirkCdNwCleared: boolean): void {
    this.cdReachesHardware = this.kernel.cdQuirkExists && !quirkCdNwCleared;
  }

  /** kvm_set_cr0() without its check. Gives whether CD changed. */
  write(vcpu: number, pg: boolean, cd: boolean, nw: boolean): boolean {
    const toggled = (this.disabled[vcpu] === 1) !== cd;
    this.paging[vcpu] = pg ? 1 : 0;
    this.disabled[vcpu] = cd ? 1 : 0;
    this.notWriteThrough[vcpu] = nw ? 1 : 0;
    return toggled;
  }

  /** INIT: PG=0, and what kvm_vcpu_reset() or init_vmcb() of the version make of CD and NW. */
  init(vcpu: number): void {
    const sets = this.kernel.initSetsCdAndNw;
    this.write(vcpu, false, sets || this.cd(vcpu), sets || this.nw(vcpu));
  }

  pg(vcpu: number): boolean {
    return this.paging[vcpu] === 1;
  }
  cd(vcpu: number): boolean {
    return this.disabled[vcpu] === 1;
  }
  nw(vcpu: number): boolean {
    return this.notWriteThrough[vcpu] === 1;
  }

  /** CR0.CD as VMRUN loads it. */
  hardwareCd(vcpu: number): boolean {
    return this.cdReachesHardware && this.disabled[vcpu] === 1;
  }
}
