/** A guest under nested paging: one method an operation, each in the order of the kernel's own statements. */
import type { Gfn, Level } from '../contract/address.js';
import { countedZaps } from '../contract/define-rules.js';
import type { Backing, Machine } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { DEF_TYPE, MTRRCAP, PAT, PHYSBASE0 } from '../contract/msr.js';
import { DOUBLE_FAULT, GP, type Observation, OK, plain } from '../contract/observation.js';
import type { AccessKind } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { Subject } from '../contract/subject.js';
import { AssignedDevices } from './assigned-devices.js';
import { ControlRegister } from './control-register.js';
import { GuestMtrrs } from './guest-mtrrs.js';
import { GuestPat } from './guest-pat.js';
import type { Kernel } from './switches.js';
import { Memslots } from './memslots.js';
import { refusal } from './msr-validity.js';
import { mtrrZapRule, zapCovered } from './mtrr-zap.js';
import { NestedPaging } from './nested-paging.js';
import { NptLeaves } from './npt-leaves.js';
import { READ_RULE, RULE, rules } from './rules.js';
import { stateOf } from './state.js';

/** MTRRCAP of every version: VCNT 8, FIX, WC. */
const MTRRCAP_VALUE = 0x508;
const HOST_DONE = plain(OK, RULE.hostOperationDone);

/** The numbers from PHYSBASE0 to MTRRdefType. */
const NUMBERS = DEF_TYPE - PHYSBASE0 + 1;
const VCPUS = 8;
const COUNTED = countedZaps(rules);

export class NptModel extends Subject {
  valueHi = 0;
  valueLo = 0;

  private readonly mtrrs: GuestMtrrs;
  private readonly pat: GuestPat;
  private readonly cr0: ControlRegister;
  private readonly leaves = new NptLeaves();
  private readonly memslots = new Memslots();
  private readonly devices = new AssignedDevices();
  private readonly paging: NestedPaging;
  private vcpus = 1;
  private maxPhysAddr = 46;
  private quirkCdNwCleared = true;
  /** The guest runs 64-bit code while CR0.PG=1. */
  private longMode = false;
  /** By which rule each register has its value, at vcpu * NUMBERS + msr - PHYSBASE0. */
  private readonly setBy = new Uint8Array(VCPUS * NUMBERS);
  private zapRule = NO_RULE;
  private zaps = 0;
  private zappedLeaves = 0;

  constructor(private readonly kernel: Kernel) {
    super({ privateMemory: RULE.noPrivateMemory, xenInterface: RULE.notOfKvm });
    this.mtrrs = new GuestMtrrs(kernel.levelLimitedByMtrr || kernel.mtrrWriteZaps, kernel.keepsDefTypeInParts);
    this.pat = new GuestPat(kernel);
    this.cr0 = new ControlRegister(kernel);
    this.paging = new NestedPaging(kernel, this.mtrrs, this.pat, this.cr0, this.devices, this.memslots, this.leaves);
  }

  reset(machine: Machine): void {
    this.vcpus = machine.vcpus;
    this.maxPhysAddr = machine.maxPhysAddr;
    this.quirkCdNwCleared = machine.quirkCdNwCleared;
    this.longMode = machine.longMode;
    this.paging.faults = this.zaps = this.zappedLeaves = 0;
    this.valueHi = this.valueLo = 0;
    this.zapRule = NO_RULE;
    this.setBy.fill(RULE.registerAtStart);
    this.leaves.clear();
    this.memslots.reset(machine.regions);
    this.devices.reset(machine.noncoherentDevices);
    const { masksAsWideAsHost } = this.kernel;
    this.mtrrs.reset(masksAsWideAsHost ? machine.hostPhysAddr : machine.maxPhysAddr, masksAsWideAsHost);
    this.cr0.reset(machine.quirkCdNwCleared);
    for (let vcpu = 0; vcpu < machine.vcpus; vcpu++) {
      this.pat.create(vcpu, this.devices.hasAny());
      this.cr0.write(vcpu, machine.cr0.pg, machine.cr0.cd, machine.cr0.nw);
    }
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const refused = refusal(this.kernel, msr, hi, lo, this.maxPhysAddr);
    if (refused !== 0) return plain(refused === RULE.variableReservedBitsTwice ? DOUBLE_FAULT : GP, refused);
    if (msr === PAT) {
      this.pat.write(vcpu, hi, lo);
      return plain(OK, this.setRegister(vcpu, msr, this.kernel.gPatFollowsWrites ? RULE.patStoredLive : RULE.patStoredOnly));
    }
    this.mtrrs.store(vcpu, msr, hi, lo);
    const stored = this.setRegister(vcpu, msr, RULE.mtrrStored);
    const isCut = msr === DEF_TYPE && this.kernel.keepsDefTypeInParts && (hi !== 0 || (lo & ~0xcff) !== 0);
    if (isCut) this.setRegister(vcpu, msr, RULE.defTypeReadsBackInParts);
    return plain(OK, this.zapsAfter(vcpu, msr) ? RULE.mtrrWriteZaps : stored);
  }

  private setRegister(vcpu: number, msr: number, rule: number): number {
    this.setBy[vcpu * NUMBERS + msr - PHYSBASE0] = rule;
    return rule;
  }

  private zapsAfter(vcpu: number, msr: number): boolean {
    this.zapRule = this.mtrrWriteRule(vcpu, msr);
    if (COUNTED[this.zapRule] === 0) return false;
    this.zaps++;
    this.zappedLeaves += zapCovered(this.mtrrs, this.leaves, vcpu, msr);
    return true;
  }

  /** update_mtrr(): tdp_enabled is true on NPT as well, so that nothing but non-coherent DMA is asked. */
  private mtrrWriteRule(vcpu: number, msr: number): number {
    if (!this.kernel.mtrrWriteZaps) return RULE.mtrrWriteKeepsLeaves;
    if (!this.devices.hasNoncoherentDma()) return RULE.mtrrWriteWithoutNoncoherentDma;
    return mtrrZapRule(this.mtrrs, vcpu, msr);
  }

  readMsr(vcpu: number, msr: number): Observation {
    if (msr === MTRRCAP) return this.read(0, MTRRCAP_VALUE, RULE.mtrrcapRead);
    const rule = READ_RULE[this.setBy[vcpu * NUMBERS + msr - PHYSBASE0]];
    if (msr === PAT) {
      const unwritten = this.pat.readsUnwritten(vcpu);
      if (this.kernel.archPatHas32Bits && this.pat.archHi[vcpu] !== 0)
        return this.read(0, this.pat.archLo[vcpu], RULE.archPatReads32Bits);
      return this.read(this.pat.archHi[vcpu], this.pat.archLo[vcpu], unwritten ? RULE.archPatReadBeforeWritten : rule);
    }
    if (!this.mtrrs.has(msr)) return plain(GP, RULE.noSuchMsr);
    return this.read(this.mtrrs.high(vcpu, msr), this.mtrrs.low(vcpu, msr), rule);
  }

  private read(hi: number, lo: number, rule: number): Observation {
    this.valueHi = hi;
    this.valueLo = lo;
    return plain(OK, rule);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (nw && !cd) return plain(GP, RULE.nwWithoutCd);
    if (this.kernel.longModeKeepsPaging && this.longMode && !pg && this.cr0.pg(vcpu)) return plain(GP, RULE.longModeKeepsPaging);
    if (!this.cr0.write(vcpu, pg, cd, nw)) return plain(OK, RULE.cr0Stored);
    this.zapRule = this.cdToggleRule();
    if (COUNTED[this.zapRule] === 0) return plain(OK, RULE.cr0Stored);
    this.zaps++;
    this.zappedLeaves += this.leaves.count;
    this.leaves.clear();
    return plain(OK, this.zapRule);
  }

  private cdToggleRule(): number {
    switch (this.kernel.cdToggleZap) {
      case 'never':
        return RULE.cdToggleKeepsLeaves;
      case 'always':
        return RULE.cdToggleZaps;
      case 'noncoherent-without-quirk':
        return this.devices.hasNoncoherentDma() && !this.quirkCdNwCleared ? RULE.cdToggleZapsWithoutQuirk : RULE.cdToggleIsSpared;
    }
  }

  init(vcpu: number): Observation {
    this.cr0.init(vcpu);
    this.pat.initVmcb(vcpu, this.devices.hasAny());
    return plain(OK, this.kernel.initSetsCdAndNw ? RULE.initSetsCdAndNw : RULE.initKeepsCdAndNw);
  }

  access(vcpu: number, gfn: Gfn, _kind: AccessKind, pat: number, _pageSize: Level, isPrivate: boolean): Observation {
    return isPrivate ? this.noPrivateMemory : this.paging.access(vcpu, gfn, pat);
  }

  invlpg(_vcpu: number, _gfn: Gfn): Observation {
    return plain(OK, RULE.guestInvalidation);
  }

  attachDevice(coherent: boolean): Observation {
    return this.devices.attach(coherent);
  }
  detachDevice(coherent: boolean): Observation {
    return this.devices.detach(coherent);
  }

  override zap(gfn: Gfn, pages: number): Observation {
    this.zappedLeaves += this.leaves.removeRange(gfn, gfn + pages);
    return HOST_DONE;
  }

  setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation {
    this.zappedLeaves += this.leaves.removeRange(gfn, gfn + pages);
    this.memslots.replace(gfn, gfn + pages, backing, level, hostMtrr);
    return HOST_DONE;
  }

  saveRestore(): Observation {
    this.leaves.clear();
    for (let vcpu = 0; vcpu < this.vcpus; vcpu++) {
      this.mtrrs.reload(vcpu);
      this.pat.recreate(vcpu, this.devices.hasAny());
    }
    return plain(OK, this.pat.survivesMigration() ? RULE.migrated : RULE.migratedPatWaitsForInit);
  }

  counters(): Counters {
    return { faults: this.paging.faults, zaps: this.zaps, zappedLeaves: this.zappedLeaves };
  }

  takeZapRule(): number {
    const rule = this.zapRule;
    this.zapRule = NO_RULE;
    return rule;
  }

  state(): State {
    return stateOf(this.vcpus, this.mtrrs, this.pat, this.cr0, this.devices, this.leaves);
  }
}
