/** A guest under nested paging: one method an operation, each in the order of the kernel's own statements. */
import type { Gfn, Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';
import type { Counters, Model, State } from '../contract/model.js';
import { MTRRCAP, PAT } from '../contract/msr.js';
import { GP, NOT_APPLICABLE, type Observation, OK, plain } from '../contract/observation.js';
import type { AccessKind, AccessPause, ConversionPause, PinType } from '../contract/operation.js';
import { AssignedDevices } from './assigned-devices.js';
import { ControlRegister } from './control-register.js';
import { GuestMtrrs } from './guest-mtrrs.js';
import { GuestPat } from './guest-pat.js';
import type { Kernel } from './kernel.js';
import { Memslots } from './memslots.js';
import { refusal } from './msr-validity.js';
import { NO_ZAP, zapAfterMtrrWrite } from './mtrr-zap.js';
import { NestedPaging } from './nested-paging.js';
import { NptLeaves } from './npt-leaves.js';
import { RULE } from './rules.js';
import { stateOf } from './state.js';

/** MTRRCAP of every version: VCNT 8, FIX, WC. */
const MTRRCAP_VALUE = 0x508;
const NOT_OF_KVM = plain(NOT_APPLICABLE, RULE.notOfKvm);
const NO_PRIVATE_MEMORY = plain(NOT_APPLICABLE, RULE.noPrivateMemory);
const HOST_DONE = plain(OK, RULE.hostOperationDone);

export class NptModel implements Model {
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
  private zaps = 0;
  private zappedLeaves = 0;

  constructor(private readonly kernel: Kernel) {
    this.mtrrs = new GuestMtrrs(kernel.levelLimitedByMtrr);
    this.pat = new GuestPat(kernel);
    this.cr0 = new ControlRegister(kernel);
    this.paging = new NestedPaging(kernel, this.mtrrs, this.pat, this.cr0, this.devices, this.memslots, this.leaves);
  }

  reset(machine: Machine): void {
    this.vcpus = machine.vcpus;
    this.maxPhysAddr = machine.maxPhysAddr;
    this.quirkCdNwCleared = machine.quirkCdNwCleared;
    this.paging.faults = this.zaps = this.zappedLeaves = 0;
    this.valueHi = this.valueLo = 0;
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
    const refused = refusal(msr, hi, lo, this.maxPhysAddr, this.kernel.reservedBitsQueueTwoGps);
    if (refused !== 0) return plain(GP, refused);
    if (msr === PAT) {
      this.pat.write(vcpu, hi, lo);
      return plain(OK, this.kernel.gPatFollowsWrites ? RULE.patStoredLive : RULE.patStoredOnly);
    }
    this.mtrrs.store(vcpu, msr, hi, lo);
    return plain(OK, this.zapsAfter(vcpu, msr) ? RULE.mtrrWriteZaps : RULE.mtrrStored);
  }

  /** update_mtrr(): tdp_enabled is true on NPT as well, so that nothing but non-coherent DMA is asked. */
  private zapsAfter(vcpu: number, msr: number): boolean {
    if (!this.kernel.mtrrWriteZaps || !this.devices.hasNoncoherentDma()) return false;
    const removed = zapAfterMtrrWrite(this.mtrrs, this.leaves, vcpu, msr);
    if (removed === NO_ZAP) return false;
    this.zaps++;
    this.zappedLeaves += removed;
    return true;
  }

  readMsr(vcpu: number, msr: number): Observation {
    if (msr === MTRRCAP) return this.read(0, MTRRCAP_VALUE, RULE.mtrrCapRead);
    if (msr === PAT) {
      const rule = this.pat.readsUnwritten(vcpu) ? RULE.archPatRead : RULE.registerRead;
      return this.read(this.pat.archHi[vcpu], this.pat.archLo[vcpu], rule);
    }
    if (!this.mtrrs.has(msr)) return plain(GP, RULE.noSuchMsr);
    return this.read(this.mtrrs.high(vcpu, msr), this.mtrrs.low(vcpu, msr), RULE.registerRead);
  }

  private read(hi: number, lo: number, rule: number): Observation {
    this.valueHi = hi;
    this.valueLo = lo;
    return plain(OK, rule);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (nw && !cd) return plain(GP, RULE.nwWithoutCd);
    const toggled = this.cr0.write(vcpu, pg, cd, nw);
    if (!toggled || !this.cdToggleZaps()) return plain(OK, RULE.cr0Stored);
    this.zaps++;
    this.zappedLeaves += this.leaves.count;
    this.leaves.clear();
    return plain(OK, RULE.cdToggleZaps);
  }

  private cdToggleZaps(): boolean {
    const { cdToggleZap } = this.kernel;
    if (cdToggleZap === 'never') return false;
    return cdToggleZap === 'always' || (this.devices.hasNoncoherentDma() && !this.quirkCdNwCleared);
  }

  init(vcpu: number): Observation {
    this.cr0.init(vcpu);
    this.pat.initVmcb(vcpu, this.devices.hasAny());
    return plain(OK, this.kernel.initSetsCdAndNw ? RULE.initSetsCaching : RULE.initKeepsCaching);
  }

  access(
    vcpu: number,
    gfn: Gfn,
    _kind: AccessKind,
    pat: number,
    _pageSize: Level,
    isPrivate: boolean,
    _ack: boolean,
    _pauseAfter: AccessPause,
  ): Observation {
    if (isPrivate) return NO_PRIVATE_MEMORY;
    return this.paging.access(vcpu, gfn, pat);
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

  zap(gfn: Gfn, pages: number): Observation {
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
    return plain(OK, this.pat.survivesMigration() ? RULE.migrated : RULE.migratedPatWaits);
  }

  setIoResources(_held: boolean): Observation {
    return NOT_OF_KVM;
  }
  pinCacheattr(_gfn: Gfn, _pages: number, _type: PinType): Observation {
    return NOT_OF_KVM;
  }
  resumeAccess(_vcpu: number): Observation {
    return NO_PRIVATE_MEMORY;
  }
  setAttributes(_gfn: Gfn, _pages: number, _toPrivate: boolean, _pauseAfter: ConversionPause): Observation {
    return NO_PRIVATE_MEMORY;
  }
  resumeAttributes(): Observation {
    return NO_PRIVATE_MEMORY;
  }
  punchHole(_gfn: Gfn, _pages: number): Observation {
    return NO_PRIVATE_MEMORY;
  }

  counters(): Counters {
    return { faults: this.paging.faults, zaps: this.zaps, zappedLeaves: this.zappedLeaves };
  }

  state(): State {
    return stateOf(this.vcpus, this.mtrrs, this.pat, this.cr0, this.devices, this.leaves);
  }
}
