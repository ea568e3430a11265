import type { Gfn, Level } from '../contract/address.js';
import { countedZaps } from '../contract/define-rules.js';
import type { Backing, Machine } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { PAT } from '../contract/msr.js';
import { ENODEV, ENOSPC, GP, type Observation, OK, outcomeOf, plain, refused } from '../contract/observation.js';
import type { AccessKind } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { Subject } from '../contract/subject.js';
import { AssignedDevices, type DeviceChange, REFUSED } from './assigned-devices.js';
import { BackedRegions } from './backed-regions.js';
import { EptLeaves } from './ept-leaves.js';
import { GuestAccess } from './guest-access.js';
import { GuestCr0 } from './guest-cr0.js';
import { GuestMsrs } from './guest-msrs.js';
import { GuestMtrr } from './guest-mtrr.js';
import { GuestPat } from './guest-pat.js';
import { LeafMemoryType } from './leaf-memory-type.js';
import { MappingLevel } from './mapping-level.js';
import { Migration } from './migration.js';
import { MtrrZap } from './mtrr-zap.js';
import { Quirks } from './quirks.js';
import { readableState } from './state.js';
import { RULE, rules } from './rules.js';
import type { Version } from './switches.js';

/** End of a zap of everything. */
const ALL_GFNS = 2 ** 52;
const COUNTED = countedZaps(rules);

/** A VM under KVM with VMX and EPT, at one version of Linux. */
export class IntelEpt extends Subject {
  private vcpus = 1;
  private readonly quirks = new Quirks();
  private readonly mtrr: GuestMtrr;
  private readonly pat = new GuestPat();
  private readonly msrs: GuestMsrs;
  private readonly cr0 = new GuestCr0();
  private readonly devices: AssignedDevices;
  private readonly regions = new BackedRegions();
  private readonly leaves = new EptLeaves();
  private readonly guestAccess: GuestAccess;
  private readonly mtrrZap = new MtrrZap();
  private readonly migration: Migration;
  private zapRule = NO_RULE;
  private guestZaps = 0;
  private zappedLeaves = 0;
  private tlbFlushes = 0;

  constructor(private readonly version: Version) {
    super({ privateMemory: RULE.noPrivateMemory, xenInterface: RULE.noXenInterface });
    this.mtrr = new GuestMtrr(version);
    this.msrs = new GuestMsrs(version, this.mtrr, this.pat);
    this.devices = new AssignedDevices(version, this.quirks);
    const level = new MappingLevel(version, this.mtrr, this.devices);
    const type = new LeafMemoryType(version, this.mtrr, this.cr0, this.devices, this.quirks);
    this.guestAccess = new GuestAccess(this.regions, this.leaves, level, type, this.cr0, this.pat);
    this.migration = new Migration(this.msrs, this.mtrr);
  }

  get valueHi(): number {
    return this.msrs.valueHi;
  }

  get valueLo(): number {
    return this.msrs.valueLo;
  }

  reset(machine: Machine): void {
    this.vcpus = machine.vcpus;
    this.quirks.reset(machine);
    this.mtrr.reset(machine);
    this.pat.reset();
    this.msrs.reset();
    this.cr0.reset(machine);
    this.devices.reset(machine);
    this.regions.reset(machine.regions);
    this.leaves.clear();
    this.guestAccess.faults = 0;
    this.zapRule = NO_RULE;
    this.guestZaps = 0;
    this.zappedLeaves = 0;
    this.tlbFlushes = 0;
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const observation = this.msrs.write(vcpu, msr, hi, lo);
    if (outcomeOf(observation) === OK && msr !== PAT) {
      const rule = this.updateMtrr(vcpu, msr);
      this.zapForGuest(rule, this.mtrrZap.start, this.mtrrZap.end);
    }
    return observation;
  }

  /** update_mtrr(), after the value was stored: zaps this.mtrrZap's range or nothing, by the rule that it returns. */
  private updateMtrr(vcpu: number, msr: number): number {
    const { version } = this;
    if (!version.zapsOnMtrrWrite) return RULE.mtrrWriteKeepsLeaves;
    if (!this.devices.areNoncoherent()) return RULE.mtrrWriteWithoutNoncoherentDma;
    if (version.readsMtrrsOfVcpu0 && vcpu !== 0) return RULE.mtrrWriteOfOtherVcpu;
    if (version.cdDefersMtrrZap && this.cr0.isCacheDisabled(vcpu)) return RULE.mtrrWriteWhileCd;
    return this.mtrrZap.update(this.mtrr, vcpu, msr);
  }

  readMsr(vcpu: number, msr: number): Observation {
    return this.msrs.read(vcpu, msr);
  }

  /** kvm_set_cr0() */
  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (nw && !cd) return plain(GP, RULE.notWriteThroughNeedsCd);
    if (this.cr0.leavesLongMode(vcpu, pg) && this.version.longModeKeepsPaging) return plain(GP, RULE.longModeKeepsPaging);
    const togglesCd = cd !== this.cr0.isCacheDisabled(vcpu);
    this.cr0.load(vcpu, pg, cd, nw);
    if (togglesCd) this.zapForGuest(this.cdChangeRule(), 0, ALL_GFNS);
    return plain(OK, RULE.cr0Stored);
  }

  /** kvm_post_set_cr0(): without the quirk the guest's CD decides types, so that leaves are stale. */
  private cdChangeRule(): number {
    switch (this.version.cdToggleZaps) {
      case 'never':
        return RULE.cdChangeKeepsLeaves;
      case 'always':
        return RULE.cdChangeZaps;
      case 'noncoherent-without-quirk':
        return this.devices.areNoncoherent() && !this.quirks.cdNwCleared ? RULE.cdChangeZapsWithoutQuirk : RULE.cdChangeIsSpared;
      case 'noncoherent':
        return this.devices.areNoncoherent() ? RULE.cdChangeZapsWithNoncoherentDma : RULE.cdChangeWithoutNoncoherentDma;
    }
  }

  init(vcpu: number): Observation {
    this.cr0.init(vcpu, this.version.initSetsCdNw);
    return plain(OK, this.version.initSetsCdNw ? RULE.initSetsCdNw : RULE.initKeepsCdNw);
  }

  access(vcpu: number, gfn: Gfn, _kind: AccessKind, pat: number, _pageSize: Level, isPrivate: boolean): Observation {
    return isPrivate ? this.noPrivateMemory : this.guestAccess.access(vcpu, gfn, pat);
  }

  invlpg(_vcpu: number, _gfn: Gfn): Observation {
    return plain(OK, RULE.guestTablesAreItsOwn);
  }

  attachDevice(coherent: boolean): Observation {
    return this.deviceChanged(this.devices.attach(coherent), refused(ENOSPC, RULE.tooManyDevices));
  }

  detachDevice(coherent: boolean): Observation {
    return this.deviceChanged(this.devices.detach(coherent), refused(ENODEV, RULE.noSuchDevice));
  }

  private deviceChanged(change: DeviceChange, refusal: Observation): Observation {
    if (change === REFUSED) return refusal;
    if (change !== NO_RULE) this.zapForGuest(change, 0, ALL_GFNS);
    return plain(OK, RULE.deviceCounted);
  }

  override zap(gfn: Gfn, pages: number): Observation {
    this.zapRange(gfn, gfn + pages);
    return plain(OK, RULE.hostZaps);
  }

  setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level, _hostMtrr: RegisterType): Observation {
    this.zapRange(gfn, gfn + pages);
    this.regions.replace(gfn, gfn + pages, backing, level);
    return plain(OK, RULE.backingReplaced);
  }

  /** What a register write or a device decides on zapping, by a rule: `counters.zaps` counts those that do. */
  private zapForGuest(rule: number, start: Gfn, end: Gfn): void {
    this.zapRule = rule;
    if (COUNTED[rule] === 0) return;
    this.guestZaps++;
    this.zapRange(start, end);
  }

  /** kvm_zap_gfn_range(), with one TLB flush. */
  private zapRange(start: Gfn, end: Gfn): void {
    this.zappedLeaves += this.leaves.zap(start, end);
    this.tlbFlushes++;
  }

  saveRestore(): Observation {
    this.migration.run(this.vcpus);
    this.leaves.clear();
    return plain(OK, RULE.registersRestored);
  }

  counters(): Counters {
    return { faults: this.guestAccess.faults, zaps: this.guestZaps, zappedLeaves: this.zappedLeaves, tlbFlushes: this.tlbFlushes };
  }

  takeZapRule(): number {
    const rule = this.zapRule;
    this.zapRule = NO_RULE;
    return rule;
  }

  state(): State {
    return readableState(this.vcpus, this.mtrr, this.pat, this.cr0, this.devices, this.leaves);
  }
}
