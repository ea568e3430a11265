/** A post-launched VM under ACRN: EPT leaves by kind of memory, the guest PAT always live, CR0.CD through the PAT, MTRRs below 1 MiB. */
import type { Gfn, Level } from '../contract/address.js';
import { countedZaps } from '../contract/define-rules.js';
import type { Backing, Machine } from '../contract/machine.js';
import { type RegisterType, UC, WB } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { DEF_TYPE, PAT } from '../contract/msr.js';
import { leafWord, MMIO, type Observation, OK, outcomeOf, plain, typed } from '../contract/observation.js';
import type { AccessKind } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { Subject } from '../contract/subject.js';
import { AssignedDevices } from './assigned-devices.js';
import { effectiveType } from './effective-type.js';
import { type EptRegion, EptRegions, pageAround } from './ept-regions.js';
import { FirstMegabyte } from './first-megabyte.js';
import { GuestCr0 } from './guest-cr0.js';
import { DEF_TYPE_AT_START, GuestMsrs } from './guest-msrs.js';
import { RULE, rules, UNPAGED } from './rules.js';
import { readableState } from './state.js';

const COUNTED = countedZaps(rules);
/** By rule of a leaf: the same with CR0.PG=0. */
const UNPAGED_RULE: Readonly<Record<number, number>> = {
  [RULE.ramWriteBack]: UNPAGED.ramWriteBack,
  [RULE.barUncached]: UNPAGED.barUncached,
  [RULE.lowDefaultType]: UNPAGED.lowDefaultType,
  [RULE.lowFixedRange]: UNPAGED.lowFixedRange,
};

export class Acrn extends Subject {
  private vcpus = 1;
  private readonly msrs = new GuestMsrs();
  private readonly cr0 = new GuestCr0();
  private readonly devices = new AssignedDevices();
  private readonly regions = new EptRegions();
  private readonly low = new FirstMegabyte();
  private zapRule = NO_RULE;
  private zaps = 0;

  constructor() {
    super({ xenInterface: RULE.noPins });
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
    this.regions.reset(machine.regions);
    this.low.reset();
    this.zapRule = NO_RULE;
    this.zaps = 0;
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const isChange = !this.msrs.isDefType(vcpu, hi, lo);
    const answer = this.msrs.write(vcpu, msr, hi, lo, this.cr0.isCacheDisabled(vcpu));
    if (outcomeOf(answer) !== OK || msr === PAT) return answer;
    if (msr !== DEF_TYPE) this.zapRule = RULE.fixedWriteTypesNothing;
    else if (!isChange) this.zapRule = RULE.defTypeUnchanged;
    else this.defTypeChanged(vcpu);
    return answer;
  }

  private defTypeChanged(vcpu: number): void {
    this.low.retype(this.msrs, vcpu);
    this.zapRule = RULE.defTypeChanged;
    this.zaps += COUNTED[this.zapRule];
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
    const region = this.regions.find(gfn);
    if (region === null) return plain(MMIO, RULE.frameWithoutBacking);
    const type = this.low.isTyped(gfn) ? this.low.typeOf(gfn) : region.isBar ? UC : WB;
    const level = pageAround(region, gfn, this.low.isSplit2M, this.low.isSplit1G);
    const rule = this.leafRule(region, gfn);
    if (!this.cr0.isPaging(vcpu)) return typed(type, level, leafWord(type, false), UNPAGED_RULE[rule]);
    if (this.cr0.isCacheDisabled(vcpu))
      return typed(effectiveType(type, UC), level, leafWord(type, false), RULE.cdMakesPatUncached);
    return typed(effectiveType(type, this.msrs.patType(vcpu, pat)), level, leafWord(type, false), rule);
  }

  private leafRule({ isBar }: EptRegion, gfn: Gfn): number {
    if (this.low.isTyped(gfn)) return this.low.ruleOfTypes();
    return isBar ? RULE.barUncached : RULE.ramWriteBack;
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

  setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level, _hostMtrr: RegisterType): Observation {
    this.regions.map(gfn, gfn + pages, backing, level);
    this.low.remapped(gfn, gfn + pages);
    return plain(OK, RULE.backingReplaced);
  }

  saveRestore(): Observation {
    this.low.reset();
    for (let vcpu = 0; vcpu < this.vcpus; vcpu++)
      if (!this.msrs.isDefType(vcpu, 0, DEF_TYPE_AT_START)) this.low.retype(this.msrs, vcpu);
    return plain(OK, RULE.registersRestored);
  }

  counters(): Counters {
    return { zaps: this.zaps };
  }

  takeZapRule(): number {
    const rule = this.zapRule;
    this.zapRule = NO_RULE;
    return rule;
  }

  state(): State {
    return readableState(this.vcpus, this.msrs, this.cr0, this.devices, this.low);
  }
}
