/** A processor whose guest may run a guest of its own: L1's structures and table, and who is in L2. */
import type { Gfn, Level } from '../contract/address.js';
import { type Machine, NESTED_SVM } from '../contract/machine.js';
import { EBUSY, EINVAL, type Observation, OK, outcomeOf, plain, refused } from '../contract/observation.js';
import type { EptLeafType, FlagOrKeep, VmcbPage } from '../contract/operation.js';
import { Subject } from '../contract/subject.js';
import { L1Leaves } from './l1-leaves.js';
import type { LevelTwo } from './level-two.js';
import { LogicalProcessor } from './logical-processor.js';
import { FORMAT_RULE as RULE } from './rules.js';
import { SvmGuests } from './svm-guests.js';
import type { Vendor } from './vendor.js';
import { VmxGuests } from './vmx-guests.js';

const MAX_VCPUS = 8;

export abstract class NestedProcessor extends Subject {
  valueHi = 0;
  valueLo = 0;
  protected readonly processors: readonly LogicalProcessor[];
  private readonly svm: SvmGuests;
  private readonly vmx: VmxGuests;
  /** L2, or null where the machine does not offer the processor's extension. */
  private levelTwo: LevelTwo | null = null;
  protected readonly leaves = new L1Leaves();

  protected constructor(protected readonly vendor: Vendor) {
    super({
      privateMemory: RULE.noPrivateMemory,
      xenInterface: RULE.noHypervisor,
      hostZap: RULE.noHypervisor,
      nested: RULE.noNestedGuest,
      hostMsr: RULE.noHypervisor,
    });
    this.processors = Array.from({ length: MAX_VCPUS }, () => new LogicalProcessor(vendor));
    this.svm = new SvmGuests(this.processors);
    this.vmx = new VmxGuests(this.processors);
  }

  protected resetL2({ nested }: Machine): void {
    this.levelTwo = nested === this.vendor.nested ? (nested === NESTED_SVM ? this.svm : this.vmx) : null;
    this.levelTwo?.reset();
    this.leaves.clear();
  }

  protected inL2(vcpu: number): LevelTwo | null {
    return this.levelTwo?.isIn(vcpu) ? this.levelTwo : null;
  }

  /** Leaves the value beside an answer that has one. */
  protected answered(observation: Observation, hi: number, lo: number): Observation {
    if (outcomeOf(observation) !== OK) return observation;
    this.valueHi = hi;
    this.valueLo = lo;
    return observation;
  }

  override writeVmcb12(
    vcpu: number,
    page: VmcbPage,
    np: FlagOrKeep,
    setsPat: boolean,
    patHi: number,
    patLo: number,
    npClean: FlagOrKeep,
  ): Observation {
    if (this.levelTwo !== this.svm) return this.noNested;
    if (this.svm.isIn(vcpu)) return refused(EBUSY, RULE.structureInUse);
    this.svm.write(vcpu, page, np, setsPat, patHi, patLo, npClean);
    return plain(OK, RULE.structureWritten);
  }

  override writeVmcs12(
    vcpu: number,
    ept: FlagOrKeep,
    loadGuestPat: FlagOrKeep,
    saveGuestPat: FlagOrKeep,
    loadHostPat: FlagOrKeep,
    setsGuestPat: boolean,
    guestPatHi: number,
    guestPatLo: number,
    setsHostPat: boolean,
    hostPatHi: number,
    hostPatLo: number,
  ): Observation {
    if (this.levelTwo !== this.vmx) return this.noNested;
    if (this.vmx.isIn(vcpu)) return refused(EBUSY, RULE.structureInUse);
    this.vmx.writeControls(vcpu, ept, loadGuestPat, saveGuestPat, loadHostPat);
    if (setsGuestPat) this.vmx.writeGuestPat(vcpu, guestPatHi, guestPatLo);
    if (setsHostPat) this.vmx.writeHostPat(vcpu, hostPatHi, hostPatLo);
    return plain(OK, RULE.structureWritten);
  }

  override readL2Pat(vcpu: number, page: VmcbPage): Observation {
    const l2 = this.levelTwo;
    if (l2 === null) return this.noNested;
    if (l2.isIn(vcpu)) return refused(EBUSY, RULE.structureInUse);
    return this.answered(l2.readL2Pat(vcpu, page), l2.l2PatHalf(vcpu, page, true), l2.l2PatHalf(vcpu, page, false));
  }

  override mapL2(
    gfn: Gfn,
    pages: number,
    target: Gfn,
    index: number,
    type: EptLeafType,
    ipat: boolean,
    level: Level,
    invalid: boolean,
  ): Observation {
    if (this.levelTwo === null) return this.noNested;
    const leaf = invalid ? null : { start: gfn, end: gfn + pages, target, level, index, type, ipat };
    this.leaves.replace(gfn, gfn + pages, leaf);
    return plain(OK, RULE.leavesOfL1Replaced);
  }

  override enterL2(vcpu: number, page: VmcbPage): Observation {
    if (this.levelTwo === null) return this.noNested;
    return this.levelTwo.isIn(vcpu) ? refused(EBUSY, RULE.alreadyInL2) : this.levelTwo.enter(vcpu, page);
  }

  override exitL2(vcpu: number): Observation {
    if (this.levelTwo === null) return this.noNested;
    if (!this.levelTwo.isIn(vcpu)) return refused(EINVAL, RULE.notInL2);
    const rule = this.levelTwo.leaveRule(vcpu);
    this.levelTwo.leave(vcpu);
    return plain(OK, rule);
  }

  protected addL2State(state: Record<string, unknown>, vcpus: number): void {
    if (this.levelTwo === null) return;
    for (let vcpu = 0; vcpu < vcpus; vcpu++) this.levelTwo.addState(state, vcpu);
    state.l1Leaves = this.leaves.list();
  }
}
