/** A VM under FreeBSD's bhyve. The pmap of the guest types a leaf by the memory attribute of what is behind it, and by nothing else. */
import type { Gfn, Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import { CD, type EffectiveType, type RegisterType, UC, WB, WC, WC_PLUS, WP, WT } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import {
  CANDIDATE_UC,
  CANDIDATE_WB,
  CANDIDATE_WC,
  CANDIDATE_WP,
  CANDIDATE_WT,
  leafWord,
  MMIO,
  type Observation,
  OK,
  openBetween,
  plain,
  typed,
} from '../contract/observation.js';
import type { AccessKind } from '../contract/operation.js';
import { Subject } from '../contract/subject.js';
import { AssignedDevices } from './assigned-devices.js';
import { GuestCr0 } from './guest-cr0.js';
import { GuestMsrs } from './guest-msrs.js';
import { levelAt, MemorySegments, type Segment } from './memory-segments.js';
import { nestedType } from './nested-type.js';
import { RULE, UNPAGED } from './rules.js';
import { readableState } from './state.js';
import type { Version } from './switches.js';

const CANDIDATE: Readonly<Record<EffectiveType, number>> = {
  [UC]: CANDIDATE_UC,
  [CD]: CANDIDATE_UC,
  [WC]: CANDIDATE_WC,
  [WC_PLUS]: CANDIDATE_WC,
  [WT]: CANDIDATE_WT,
  [WP]: CANDIDATE_WP,
  [WB]: CANDIDATE_WB,
};

export class Bhyve extends Subject {
  private vcpus = 1;
  private readonly msrs: GuestMsrs;
  private readonly cr0 = new GuestCr0();
  private readonly devices = new AssignedDevices();
  private readonly memory: MemorySegments;

  constructor(private readonly version: Version) {
    super();
    this.msrs = new GuestMsrs(version);
    this.memory = new MemorySegments(version);
  }

  get valueHi(): number {
    return this.msrs.valueHi;
  }

  get valueLo(): number {
    return this.msrs.valueLo;
  }

  reset(machine: Machine): void {
    this.vcpus = machine.vcpus;
    this.msrs.reset(machine);
    this.cr0.reset(machine);
    this.devices.reset(machine.noncoherentDevices);
    this.memory.reset(machine.regions);
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    return this.msrs.write(vcpu, msr, hi, lo);
  }

  readMsr(vcpu: number, msr: number): Observation {
    return this.msrs.read(vcpu, msr);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    return this.cr0.write(vcpu, pg, cd, nw);
  }

  init(vcpu: number): Observation {
    return this.cr0.init(vcpu);
  }

  access(vcpu: number, gfn: Gfn, _kind: AccessKind, pat: number, _pageSize: Level, isPrivate: boolean): Observation {
    if (isPrivate) return this.noPrivateMemory;
    const segment = this.memory.find(gfn);
    if (segment === null) return plain(MMIO, RULE.frameWithoutBacking);
    if (this.version.paging === 'npt') return this.nestedAccess(vcpu, segment, gfn, pat);
    const type = segment.isBar ? UC : WB;
    return typed(type, levelAt(segment, gfn), leafWord(type, true), segment.isBar ? RULE.barUncachedIpat : RULE.ramWriteBackIpat);
  }

  private nestedAccess(vcpu: number, segment: Segment, gfn: Gfn, pat: number): Observation {
    const { isBar, hostMtrr } = segment;
    const isPaging = this.cr0.isPaging(vcpu);
    const type = nestedType(isPaging ? this.msrs.patType(vcpu, pat) : WB, isBar, hostMtrr);
    if (this.cr0.isCacheDisabled(vcpu)) return openBetween(CANDIDATE[type] | CANDIDATE_UC, RULE.cdOfSvmIsOpen);
    const rule = isPaging ? RULE : UNPAGED;
    return typed(type, levelAt(segment, gfn), leafWord(isBar ? UC : WB, false), isBar ? rule.barNested : rule.ramNested);
  }

  invlpg(_vcpu: number, _gfn: Gfn): Observation {
    return plain(OK, RULE.invlpgIsTheGuests);
  }

  attachDevice(coherent: boolean): Observation {
    return this.devices.attach(coherent);
  }

  detachDevice(coherent: boolean): Observation {
    return this.devices.detach(coherent);
  }

  override setIoResources(_held: boolean): Observation {
    return plain(OK, RULE.ioResourcesWithoutEffect);
  }

  override zap(_gfn: Gfn, _pages: number): Observation {
    return plain(OK, RULE.hostZaps);
  }

  setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation {
    this.memory.replace(gfn, gfn + pages, backing, level, hostMtrr);
    return plain(OK, RULE.backingReplaced);
  }

  saveRestore(): Observation {
    return plain(OK, RULE.registersRestored);
  }

  counters(): Counters {
    return { zaps: 0 };
  }

  state(): State {
    return readableState(this.vcpus, this.msrs, this.cr0, this.devices);
  }
}
