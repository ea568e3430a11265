/** A cell of Jailhouse: every leaf is WB, and the guest PAT decides, unless MTRRdefType.E=0. */
import type { Gfn, Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import { type EffectiveType, type RegisterType, UC, UC_MINUS, WB } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { leafWord, MMIO, NOT_APPLICABLE, type Observation, OK, plain, typed } from '../contract/observation.js';
import type { AccessKind } from '../contract/operation.js';
import { Subject } from '../contract/subject.js';
import { CellMemory, levelIn } from './cell-memory.js';
import { GuestCr0 } from './guest-cr0.js';
import { GuestMsrs } from './guest-msrs.js';
import { nestedType, typeWithoutCaches } from './nested-type.js';
import { RULE, UNPAGED } from './rules.js';
import { readableState } from './state.js';
import type { Version } from './switches.js';

const LEAF = leafWord(WB, false);

export class Jailhouse extends Subject {
  private vcpus = 1;
  private readonly isSvm: boolean;
  private readonly msrs: GuestMsrs;
  private readonly cr0 = new GuestCr0();
  private readonly memory = new CellMemory();

  constructor(version: Version) {
    super({ hostZap: RULE.cellIsStatic, xenInterface: RULE.cellIsStatic });
    this.isSvm = version.module === 'svm';
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
    this.msrs.reset();
    this.cr0.reset(machine);
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
    const region = this.memory.find(gfn);
    if (region === null) return plain(MMIO, RULE.frameWithoutBacking);
    const { hostMtrr } = region;
    const level = levelIn(region, gfn);
    if (this.isSvm && this.cr0.isCacheDisabled(vcpu)) return typed(typeWithoutCaches(hostMtrr), level, LEAF, RULE.cdIsLive);
    if (!this.cr0.isPaging(vcpu)) {
      return typed(this.combined(WB, hostMtrr), level, LEAF, this.isSvm ? UNPAGED.nestedWriteBack : UNPAGED.leafWriteBack);
    }
    if (!this.msrs.isPatLive(vcpu)) return typed(this.combined(UC, hostMtrr), level, LEAF, RULE.mtrrsDisabledPatUncached);
    const type = this.combined(this.msrs.patType(vcpu, pat), hostMtrr);
    return typed(type, level, LEAF, this.isSvm ? RULE.nestedWriteBack : RULE.leafWriteBack);
  }

  /** Under an EPT leaf that is WB the PAT type is the effective type; UC- is UC there. */
  private combined(patType: number, hostMtrr: number): EffectiveType {
    if (this.isSvm) return nestedType(patType, hostMtrr);
    return patType === UC_MINUS ? UC : (patType as EffectiveType);
  }

  invlpg(_vcpu: number, _gfn: Gfn): Observation {
    return plain(OK, RULE.invlpgIsTheGuests);
  }

  attachDevice(_coherent: boolean): Observation {
    return plain(NOT_APPLICABLE, RULE.cellIsStatic);
  }

  detachDevice(_coherent: boolean): Observation {
    return plain(NOT_APPLICABLE, RULE.cellIsStatic);
  }

  setBacking(_gfn: Gfn, _pages: number, _backing: Backing, _level: Level, _hostMtrr: RegisterType): Observation {
    return plain(NOT_APPLICABLE, RULE.cellIsStatic);
  }

  saveRestore(): Observation {
    return plain(OK, RULE.registersRestored);
  }

  counters(): Counters {
    return { zaps: 0 };
  }

  state(): State {
    return readableState(this.vcpus, this.msrs, this.cr0);
  }
}
