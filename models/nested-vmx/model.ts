import { type Gfn, LEVEL_1G, type Level } from '../contract/address.js';
import { type Backing, type Machine, NESTED_VMX, type Region } from '../contract/machine.js';
import { UC, WB } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { PAT } from '../contract/msr.js';
import {
  EBUSY,
  EINVAL,
  ENODEV,
  ENOSPC,
  EPT_MISCONFIG,
  EPT_VIOLATION,
  GP,
  l1Exit,
  type L1ExitReason,
  leafWord,
  MMIO,
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
import { HostMemory } from './host-memory.js';
import { L1Ept, L1EptRun } from './l1-ept.js';
import { effectiveType, patRule } from './leaf-type.js';
import { enter, exit, guestPatRule, restore, writePat } from './nested-run.js';
import { RULE } from './rules.js';
import { readableState } from './state.js';
import type { Version } from './switches.js';
import { patType, Vcpu } from './vcpu.js';

const MMIO_LEAF = leafWord(UC, false);
const RAM_LEAF = leafWord(WB, false);
const RAM_LEAF_IPAT = leafWord(WB, true);
const DEVICE_LIMIT = 3;

/** A VM under KVM on VMX with EPT, whose guest may be a hypervisor. */
export class NestedVmx extends Subject {
  valueHi = 0;
  valueLo = 0;
  private machine!: Machine;
  private vcpus: Vcpu[] = [];
  private readonly memory = new HostMemory();
  private ept12 = new L1Ept();
  private isNested = false;
  private devices = { coherent: 0, noncoherent: 0 };

  constructor(private readonly version: Version) {
    super({ privateMemory: RULE.noPrivateMemory, xenInterface: RULE.noXenInterface, nested: RULE.noNestedVmx });
  }

  reset(machine: Machine): void {
    this.machine = machine;
    this.vcpus = Array.from({ length: machine.vcpus }, () => Object.assign(new Vcpu(), machine.cr0));
    this.memory.reset(machine.regions as readonly Region[]);
    this.ept12 = new L1Ept();
    this.isNested = machine.nested === NESTED_VMX;
    this.devices = { coherent: 0, noncoherent: machine.noncoherentDevices };
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (msr === PAT) return writePat(this.vcpus[vcpu], { hi, lo });
    const fault = this.vcpus[vcpu].mtrrs.write(msr, hi, lo, this.machine.maxPhysAddr);
    return fault === NO_RULE ? plain(OK, RULE.mtrrStored) : plain(GP, fault);
  }

  readMsr(vcpu: number, msr: number): Observation {
    const { pat, patRule: rule, mtrrs } = this.vcpus[vcpu];
    if (msr === PAT) return this.answer(pat, rule);
    const absence = mtrrs.absence(msr);
    return absence === NO_RULE ? this.answer(mtrrs.read(msr), RULE.mtrrRead) : plain(GP, absence);
  }

  private answer({ hi, lo }: { readonly hi: number; readonly lo: number }, rule: number): Observation {
    this.valueHi = hi;
    this.valueLo = lo;
    return plain(OK, rule);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (nw && !cd) return plain(GP, RULE.notWriteThroughNeedsCd);
    if (!pg && this.machine.longMode) return plain(GP, RULE.longModeNeedsPaging);
    const cpu = this.vcpus[vcpu];
    if (cpu.isInL2) cpu.vmcs12.pg = pg;
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
    if (!cpu.isInL2 || !cpu.vmcs12.ept) return this.accessThroughLeaf(cpu, gfn, pat, LEVEL_1G, false);
    const leaf = this.ept12.find(gfn);
    if (leaf === undefined) return this.reflect(cpu, EPT_VIOLATION, RULE.l1LeafAbsent);
    if (leaf.type === 2 || leaf.type === 3 || leaf.type === 7) return this.reflect(cpu, EPT_MISCONFIG, RULE.l1LeafMisconfigured);
    const wantsOther = leaf.type !== WB || leaf.ipat;
    return this.accessThroughLeaf(cpu, leaf.frameOf(gfn), pat, leaf.levelOf(gfn), wantsOther);
  }

  private reflect(cpu: Vcpu, reason: L1ExitReason, rule: number): Observation {
    exit(cpu);
    return l1Exit(reason, rule);
  }

  /** @param gfn L1's frame @param wantsOther L1 has another leaf of its own for it than WB without ipat */
  private accessThroughLeaf(cpu: Vcpu, gfn: Gfn, pat: number, limit: Level, wantsOther: boolean): Observation {
    const pages = this.memory.find(gfn);
    if (pages === undefined) return plain(MMIO, RULE.noBacking);
    const level = Math.min(limit, pages.levelOf(gfn)) as Level;
    const type = cpu.isPaged ? patType(cpu.livePat, pat) : WB;
    if (pages.isMmio) return typed(effectiveType(true, type), level, MMIO_LEAF, RULE.mmioUncached);
    const rule = patRule(this.version, this.machine, this.devices.noncoherent);
    if (rule === RULE.ignoresPat) return typed(WB, level, RAM_LEAF_IPAT, wantsOther ? RULE.l1LeafTypeIgnored : rule);
    return typed(effectiveType(false, type), level, RAM_LEAF, wantsOther ? RULE.l1LeafTypeIgnored : liveRule(cpu, rule));
  }

  invlpg(): Observation {
    return plain(OK, RULE.guestTablesAreItsOwn);
  }

  attachDevice(coherent: boolean): Observation {
    const kind = coherent ? 'coherent' : 'noncoherent';
    if (this.devices[kind] === DEVICE_LIMIT) return refused(ENOSPC, RULE.tooManyDevices);
    this.devices[kind]++;
    return plain(OK, RULE.deviceCounted);
  }

  detachDevice(coherent: boolean): Observation {
    const kind = coherent ? 'coherent' : 'noncoherent';
    if (this.devices[kind] === 0) return refused(ENODEV, RULE.noSuchDevice);
    this.devices[kind]--;
    return plain(OK, RULE.deviceCounted);
  }

  override zap(): Observation {
    return plain(OK, RULE.hostZaps);
  }

  setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level): Observation {
    this.memory.replace(gfn, gfn + pages, backing, level);
    return plain(OK, RULE.backingReplaced);
  }

  saveRestore(_legacyState = false, msrs: SavedMsrs = 0): Observation {
    for (const vcpu of this.vcpus) {
      restore(vcpu);
      if (msrs === SAVE_INDEX_LIST) vcpu.mtrrs.clear();
    }
    return plain(OK, RULE.stateRestored);
  }

  override hostMsr(vcpu: number, msr: number, sets: boolean, hi: number, lo: number): Observation {
    if (msr === PAT && !sets) return this.answer(this.vcpus[vcpu].pat, RULE.hostReadsPat);
    const observation = sets ? this.writeMsr(vcpu, msr, hi, lo) : this.readMsr(vcpu, msr);
    return outcomeOf(observation) === GP ? refused(EINVAL, RULE.hostMsrIllegal) : observation;
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
    if (!this.isNested) return this.noNested;
    const { vmcs12, isInL2 } = this.vcpus[vcpu];
    if (isInL2) return refused(EBUSY, RULE.structureInUse);
    if (ept !== KEEP) vmcs12.ept = ept === 1;
    if (loadGuestPat !== KEEP) vmcs12.loadGuestPat = loadGuestPat === 1;
    if (saveGuestPat !== KEEP) vmcs12.saveGuestPat = saveGuestPat === 1;
    if (loadHostPat !== KEEP) vmcs12.loadHostPat = loadHostPat === 1;
    if (setsGuestPat) Object.assign(vmcs12, { guestPat: { hi: guestPatHi, lo: guestPatLo }, isGuestPatOfL2: false });
    if (setsHostPat) vmcs12.hostPat = { hi: hostPatHi, lo: hostPatLo };
    return plain(OK, RULE.structureWritten);
  }

  override readL2Pat(vcpu: number, _page: VmcbPage): Observation {
    if (!this.isNested) return this.noNested;
    const cpu = this.vcpus[vcpu];
    return cpu.isInL2 ? refused(EBUSY, RULE.structureInUse) : this.answer(cpu.vmcs12.guestPat, guestPatRule(cpu));
  }

  override mapL2(
    gfn: Gfn,
    pages: number,
    target: Gfn,
    _index: number,
    type: EptLeafType,
    ipat: boolean,
    level: Level,
    invalid: boolean,
  ): Observation {
    if (!this.isNested) return this.noNested;
    const range = { from: gfn, to: gfn + pages };
    this.ept12.replace(range.from, range.to, invalid ? null : new L1EptRun(range, target, level, type, ipat));
    return plain(OK, RULE.l1TableChanged);
  }

  override enterL2(vcpu: number): Observation {
    if (!this.isNested) return this.noNested;
    return this.vcpus[vcpu].isInL2 ? refused(EBUSY, RULE.alreadyInL2) : enter(this.vcpus[vcpu]);
  }

  override exitL2(vcpu: number): Observation {
    if (!this.isNested) return this.noNested;
    return this.vcpus[vcpu].isInL2 ? plain(OK, exit(this.vcpus[vcpu])) : refused(EINVAL, RULE.notInL2);
  }

  /** Counters of nested subjects are not compared. */
  counters(): Counters {
    return {};
  }

  state(): State {
    return readableState(this.vcpus, this.isNested ? this.ept12 : null, this.devices);
  }
}

/** Where the PAT takes part: that vmcs01 kept another one than RDMSR shows, or why the leaf honours it. */
function liveRule({ isInL2, pat, pat01 }: Vcpu, rule: number): number {
  return !isInL2 && (pat.hi !== pat01.hi || pat.lo !== pat01.lo) ? RULE.vmcs01KeepsPat : rule;
}
