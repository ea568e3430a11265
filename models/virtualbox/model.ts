/** A VM under VirtualBox: RAM is WB, and the guest PAT, MTRRs and CR0.CD reach no processor. */
import type { Gfn, Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import { CD, type EffectiveType, type RegisterType, UC, WB } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { leafWord, MMIO, type Observation, OK, plain, typed } from '../contract/observation.js';
import type { AccessKind } from '../contract/operation.js';
import { Subject } from '../contract/subject.js';
import { AssignedDevices } from './assigned-devices.js';
import { GuestCr0 } from './guest-cr0.js';
import { GuestMsrs } from './guest-msrs.js';
import { GuestRam, levelOf } from './guest-ram.js';
import { RULE, UNPAGED } from './rules.js';
import { readableState } from './state.js';
import type { Version } from './switches.js';

const EPT_LEAF = leafWord(WB, true);
const NESTED_LEAF = leafWord(WB, false);
/** The one entry of the PAT in the VMCB that is not WB: 0x00 in 0x0006060606060606. */
const UNCACHED_INDEX = 7;

export class VirtualBox extends Subject {
  private vcpus = 1;
  private readonly msrs: GuestMsrs;
  private readonly cr0 = new GuestCr0();
  private readonly devices = new AssignedDevices();
  private readonly ram = new GuestRam();

  constructor(private readonly version: Version) {
    super();
    this.msrs = new GuestMsrs(version);
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
    this.ram.reset(machine.regions);
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
    const range = this.ram.find(gfn);
    if (range === null) return plain(MMIO, RULE.frameWithoutBacking);
    if (range.isDevice) return plain(MMIO, RULE.noPassthrough);
    const level = levelOf(range, gfn);
    if (this.version.paging === 'ept') return typed(WB, level, EPT_LEAF, RULE.ramWriteBackIpat);
    if (!this.cr0.isPaging(vcpu)) return typed(range.hostMtrr as EffectiveType, level, NESTED_LEAF, UNPAGED.gpatWriteBack);
    if (pat !== UNCACHED_INDEX) return typed(range.hostMtrr as EffectiveType, level, NESTED_LEAF, RULE.gpatWriteBack);
    return typed(range.hostMtrr === UC ? UC : CD, level, NESTED_LEAF, RULE.gpatIndex7Uncached);
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
    this.ram.replace(gfn, pages, backing, level, hostMtrr);
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
