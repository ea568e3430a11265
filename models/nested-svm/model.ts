import type { Gfn, Level } from '../contract/address.js';
import { type Backing, type Machine, NESTED_SVM } from '../contract/machine.js';
import { CD, type RegisterType, UC, WB } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { PAT } from '../contract/msr.js';
import {
  EBUSY,
  EINVAL,
  GP,
  l1Exit,
  leafWord,
  MMIO,
  NPF,
  type Observation,
  OK,
  outcomeOf,
  plain,
  refused,
  typed,
} from '../contract/observation.js';
import {
  type AccessKind,
  type EptLeafType,
  type FlagOrKeep,
  KEEP,
  SAVE_INDEX_LIST,
  type SavedMsrs,
  type VmcbPage,
} from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { Subject } from '../contract/subject.js';
import { typeThroughWriteBackLeaf } from './access-type.js';
import { AssignedDevices } from './assigned-devices.js';
import { mtrrFault } from './guest-mtrrs.js';
import { type L1Mapping, L1Table } from './l1-table.js';
import { levelIn, Memslots } from './memslots.js';
import { hostWritesPat, restoreNestedState, vmexit, vmrun, writePat } from './nested-run.js';
import { RULE } from './rules.js';
import { readableState } from './state.js';
import type { Version } from './switches.js';
import { isValidPat, Vcpu } from './vcpu.js';

const WRITE_BACK = leafWord(WB, false);

/** A VM under KVM on SVM with nested paging, whose guest may be a hypervisor. */
export class NestedSvm extends Subject {
  valueHi = 0;
  valueLo = 0;
  private vcpus: Vcpu[] = [];
  private readonly slots = new Memslots();
  private readonly table = new L1Table();
  private isNested = false;
  private canBeSeparate = false;
  private width = 0;
  private longMode = false;
  private cdReachesHardware = false;
  private readonly devices = new AssignedDevices();

  constructor(private readonly version: Version) {
    super({ privateMemory: RULE.noPrivateMemory, xenInterface: RULE.noXenInterface, nested: RULE.noNestedSvm });
  }

  reset(machine: Machine): void {
    this.vcpus = Array.from({ length: machine.vcpus }, () => new Vcpu());
    for (const vcpu of this.vcpus) Object.assign(vcpu, machine.cr0);
    this.slots.reset(machine.regions);
    this.table.clear();
    this.isNested = machine.nested === NESTED_SVM;
    this.canBeSeparate = this.version.hasSharedPatQuirk && !machine.nestedSharedPat;
    this.width = machine.maxPhysAddr;
    this.longMode = machine.longMode;
    this.cdReachesHardware = !machine.quirkCdNwCleared;
    this.devices.reset(machine.noncoherentDevices);
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const cpu = this.vcpus[vcpu];
    if (msr === PAT) return writePat(cpu, hi, lo);
    const fault = mtrrFault(msr, hi, lo, this.width);
    if (fault !== NO_RULE) return plain(GP, fault);
    cpu.mtrrs.store(msr, hi, lo);
    return plain(OK, RULE.mtrrStored);
  }

  readMsr(vcpu: number, msr: number): Observation {
    const cpu = this.vcpus[vcpu];
    if (msr === PAT) return this.value(cpu.livePat.hi, cpu.livePat.lo, cpu.livePat.rule);
    const fault = cpu.mtrrs.readFault(msr);
    if (fault !== NO_RULE) return plain(GP, fault);
    return this.value(cpu.mtrrs.half(msr, true), cpu.mtrrs.half(msr, false), RULE.mtrrRead);
  }

  private value(hi: number, lo: number, rule: number): Observation {
    this.valueHi = hi;
    this.valueLo = lo;
    return plain(OK, rule);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (nw && !cd) return plain(GP, RULE.notWriteThroughNeedsCd);
    if (this.longMode && !pg) return plain(GP, RULE.longModeNeedsPaging);
    const cpu = this.vcpus[vcpu];
    if (cpu.isInL2) cpu.vmcb12.isPaged = pg;
    else Object.assign(cpu, { pg, cd, nw });
    return plain(OK, RULE.cr0Stored);
  }

  init(vcpu: number): Observation {
    this.vcpus[vcpu].pg = false;
    return plain(OK, RULE.initKeepsCdNw);
  }

  access(vcpu: number, gfn: Gfn, _kind: AccessKind, pat: number, _pageSize: Level, isPrivate: boolean): Observation {
    if (isPrivate) return this.noPrivateMemory;
    const cpu = this.vcpus[vcpu];
    if (!cpu.isInL2 || !cpu.vmcb12.np) return this.accessOfL1Frame(cpu, gfn, pat, null, 3);
    const mapping = this.table.find(gfn);
    if (mapping === null) {
      vmexit(cpu);
      return l1Exit(NPF, RULE.l1LeafAbsent);
    }
    return this.accessOfL1Frame(cpu, mapping.target + gfn - mapping.gfn, pat, mapping, this.table.level(mapping, gfn));
  }

  /** @param mapping L1's leaf, of an access of L2 @param size that leaf's level */
  private accessOfL1Frame(cpu: Vcpu, gfn: Gfn, pat: number, mapping: L1Mapping | null, size: Level): Observation {
    const slot = this.slots.find(gfn);
    if (slot === null) return plain(MMIO, RULE.noBacking);
    const level = Math.min(size, levelIn(slot, gfn)) as Level;
    const mtrr = slot.hostMtrr;
    if (!cpu.isInL2 && cpu.cd && this.cdReachesHardware) return typed(mtrr === UC ? UC : CD, level, WRITE_BACK, RULE.cacheDisabled);
    const own = cpu.isPaged ? cpu.livePat.type(pat) : WB;
    const type = typeThroughWriteBackLeaf(own, mtrr);
    const isRestricted = type !== typeThroughWriteBackLeaf(own, WB);
    return typed(type, level, WRITE_BACK, isRestricted ? RULE.hostMtrrRestricts : decidingRule(cpu, mapping));
  }

  invlpg(): Observation {
    return plain(OK, RULE.guestTablesAreItsOwn);
  }

  attachDevice(coherent: boolean): Observation {
    return this.devices.attach(coherent);
  }

  detachDevice(coherent: boolean): Observation {
    return this.devices.detach(coherent);
  }

  override zap(): Observation {
    return plain(OK, RULE.hostZaps);
  }

  setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation {
    this.slots.replace(gfn, gfn + pages, backing, level, hostMtrr);
    return plain(OK, RULE.backingReplaced);
  }

  saveRestore(legacyState = false, msrs: SavedMsrs = 0): Observation {
    for (const vcpu of this.vcpus) {
      restoreNestedState(vcpu, legacyState);
      if (msrs === SAVE_INDEX_LIST) vcpu.mtrrs.clear();
    }
    return plain(OK, RULE.stateRestored);
  }

  override hostMsr(vcpu: number, msr: number, sets: boolean, hi: number, lo: number): Observation {
    const cpu = this.vcpus[vcpu];
    if (msr === PAT && !sets) return this.value(cpu.pat.hi, cpu.pat.lo, RULE.hostReadsPat);
    if (msr === PAT) return isValidPat(hi, lo) ? hostWritesPat(cpu, hi, lo) : refused(EINVAL, RULE.hostMsrIllegal);
    const observation = sets ? this.writeMsr(vcpu, msr, hi, lo) : this.readMsr(vcpu, msr);
    return outcomeOf(observation) === GP ? refused(EINVAL, RULE.hostMsrIllegal) : observation;
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
    if (!this.isNested) return this.noNested;
    const cpu = this.vcpus[vcpu];
    if (cpu.isInL2) return refused(EBUSY, RULE.structureInUse);
    const vmcb12 = cpu.pages[page];
    if (np !== KEEP) vmcb12.np = np === 1;
    if (npClean !== KEEP) vmcb12.npClean = npClean === 1;
    if (setsPat) {
      vmcb12.gPatHi = patHi;
      vmcb12.gPatLo = patLo;
    }
    return plain(OK, RULE.structureWritten);
  }

  override readL2Pat(vcpu: number, page: VmcbPage): Observation {
    if (!this.isNested) return this.noNested;
    const cpu = this.vcpus[vcpu];
    if (cpu.isInL2) return refused(EBUSY, RULE.structureInUse);
    const { gPatHi, gPatLo } = cpu.pages[page];
    return this.value(gPatHi, gPatLo, this.canBeSeparate ? RULE.gPatStored : RULE.gPatOfL1);
  }

  override mapL2(
    gfn: Gfn,
    pages: number,
    target: Gfn,
    index: number,
    _type: EptLeafType,
    _ipat: boolean,
    level: Level,
    invalid: boolean,
  ): Observation {
    if (!this.isNested) return this.noNested;
    this.table.add({ gfn, pages, target, index, level, isPresent: !invalid });
    return plain(OK, RULE.l1TableChanged);
  }

  override enterL2(vcpu: number, page: VmcbPage): Observation {
    if (!this.isNested) return this.noNested;
    const cpu = this.vcpus[vcpu];
    return cpu.isInL2 ? refused(EBUSY, RULE.alreadyInL2) : vmrun(cpu, page, this.canBeSeparate);
  }

  override exitL2(vcpu: number): Observation {
    if (!this.isNested) return this.noNested;
    const cpu = this.vcpus[vcpu];
    return cpu.isInL2 ? plain(OK, vmexit(cpu)) : refused(EINVAL, RULE.notInL2);
  }

  /** Counters of nested subjects are not compared. */
  counters(): Counters {
    return {};
  }

  state(): State {
    return readableState(this.vcpus, this.table, this.isNested, this.devices);
  }
}

/** By what an access has its type where the host MTRR leaves it alone. */
function decidingRule(cpu: Vcpu, mapping: L1Mapping | null): number {
  if (mapping !== null && cpu.pat.type(mapping.index) !== WB) return RULE.l1CacheBitsDropped;
  if (!cpu.isPaged) return RULE.pagingOff;
  if (cpu.isInL2) return cpu.pat02.rule;
  return cpu.pat.rule === RULE.l2WritesSharedPat ? cpu.pat.rule : RULE.l1PatTypes;
}
