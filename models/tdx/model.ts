/** KVM with TDX: one VM, its vCPUs, and the operations of the scenario format. */
import type { Gfn, Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { ordinaryCounters, privateMemoryCounters } from './counts.js';
import { MTRRCAP, PAT } from '../contract/msr.js';
import { GP, NOT_APPLICABLE, type Observation, OK, outcomeOf, PAUSED, plain } from '../contract/observation.js';
import { type AccessKind, type AccessPause, type ConversionPause, EXECUTE, NO_PAUSE } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { Subject } from '../contract/subject.js';
import { resumePaused, runAccess } from './access.js';
import { AssignedDevices } from './assigned-devices.js';
import { beginConversion, conversionRule, proceedWithConversion } from './conversion.js';
import { MTRRCAP_VALUE, NO_PLACE, placeOf } from './guest-registers.js';
import { invalidateHva, punchHole, replaceBacking } from './host-invalidation.js';
import { brokenInvariants, eventsOf, judgeLiveness, judgeRedundant } from './invariants.js';
import { RULE } from './rules.js';
import { stateOf } from './state.js';
import type { Switches } from './switches.js';
import { UNOBSERVED, VcpuSet } from './vcpu-set.js';
import { Vm } from './vm.js';

export class TrustDomain extends Subject {
  valueHi = 0;
  valueLo = 0;
  private readonly vm: Vm;
  private readonly vcpus = new VcpuSet();
  private readonly devices = new AssignedDevices();
  private maxPhysAddr = 46;
  private zapRule = NO_RULE;

  constructor(switches: Switches) {
    super({ privateMemory: RULE.noPrivateMemory, xenInterface: RULE.noSuchOperation });
    this.vm = new Vm(switches);
  }

  reset(machine: Machine): void {
    this.vm.reset(machine);
    this.vcpus.reset(machine);
    this.devices.reset(machine.noncoherentDevices);
    this.maxPhysAddr = machine.maxPhysAddr;
    this.zapRule = NO_RULE;
    this.valueHi = 0;
    this.valueLo = 0;
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const first = this.startGuest(vcpu);
    if (first !== UNOBSERVED) return first;
    const refusal = this.vcpus.registers[vcpu].write(msr, hi, lo, this.maxPhysAddr);
    if (refusal !== 0) return plain(GP, refusal);
    if (msr !== PAT) this.zapRule = RULE.mtrrWriteSpares;
    return plain(OK, RULE.registerStored);
  }

  readMsr(vcpu: number, msr: number): Observation {
    const first = this.startGuest(vcpu);
    if (first !== UNOBSERVED) return first;
    if (msr === MTRRCAP) {
      this.valueHi = 0;
      this.valueLo = MTRRCAP_VALUE;
      return plain(OK, RULE.mtrrCapRead);
    }
    const place = placeOf(msr);
    if (place === NO_PLACE) return plain(GP, RULE.noSuchMsr);
    this.valueHi = this.vcpus.registers[vcpu].valueHi(place);
    this.valueLo = this.vcpus.registers[vcpu].valueLo(place);
    return plain(OK, this.vcpus.registers[vcpu].ruleOf(place));
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    const first = this.startGuest(vcpu);
    if (first !== UNOBSERVED) return first;
    if (nw && !cd) return plain(GP, RULE.cr0NwWithoutCd);
    const registers = this.vcpus.registers[vcpu];
    if (registers.cd !== cd) this.zapRule = RULE.cdToggleSpares;
    registers.setCr0(pg, cd, nw);
    return plain(OK, RULE.cr0Stored);
  }

  init(vcpu: number): Observation {
    const first = this.startGuest(vcpu);
    if (first !== UNOBSERVED) return first;
    this.vcpus.registers[vcpu].pg = false;
    return plain(OK, RULE.initKeepsCache);
  }

  access(
    vcpu: number,
    gfn: Gfn,
    kind: AccessKind,
    pat: number,
    _pageSize: Level,
    isPrivate: boolean,
    ack: boolean,
    pauseAfter: AccessPause,
  ): Observation {
    if (isPrivate && !this.vm.hasPrivateMemory) return this.noPrivateMemory;
    // A fetch through the SHARED bit never gets as far as the EPT.
    if (kind === EXECUTE && !isPrivate) return plain(NOT_APPLICABLE, RULE.sharedFetch);
    const first = this.startGuest(vcpu);
    if (first !== UNOBSERVED) return first;
    const access = this.vcpus.accesses[vcpu];
    access.start(gfn, pat, isPrivate, ack);
    if (!this.vm.hasPrivateMemory) return runAccess(this.vm, access, this.vcpus.registers[vcpu], NO_PAUSE);
    const isLivenessJudged = this.isQuiescent && this.canServe(gfn, isPrivate) && ack;
    const observation = runAccess(this.vm, access, this.vcpus.registers[vcpu], pauseAfter);
    if (isLivenessJudged && outcomeOf(observation) !== PAUSED) judgeLiveness(this.vm, observation, access.faults);
    return observation;
  }

  invlpg(vcpu: number, gfn: Gfn): Observation {
    const first = this.startGuest(vcpu);
    if (first !== UNOBSERVED) return first;
    this.vm.tlb.drop(vcpu, gfn);
    return plain(OK, RULE.invlpg);
  }

  attachDevice(coherent: boolean): Observation {
    this.startHost();
    const hadAny = this.devices.hasNoncoherent;
    return this.deviceChanged(hadAny, this.devices.attach(coherent));
  }

  detachDevice(coherent: boolean): Observation {
    this.startHost();
    const hadAny = this.devices.hasNoncoherent;
    return this.deviceChanged(hadAny, this.devices.detach(coherent));
  }

  override zap(gfn: Gfn, pages: number): Observation {
    const isOpen = invalidateHva(this.vm, gfn, gfn + pages);
    return plain(OK, isOpen ? RULE.hostZapOpen : RULE.hostZap);
  }

  setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level, _hostMtrr: RegisterType): Observation {
    this.startHost();
    const first = this.vcpus.finishAccesses(this.vm);
    if (first !== UNOBSERVED) return first;
    replaceBacking(this.vm, gfn, gfn + pages, backing, level);
    return plain(OK, RULE.backingReplaced);
  }

  saveRestore(): Observation {
    this.startHost();
    const first = this.vcpus.finishAccesses(this.vm);
    if (first !== UNOBSERVED) return first;
    this.vm.clearMemory();
    return plain(OK, RULE.restored);
  }

  override resumeAccess(vcpu: number): Observation {
    if (!this.vm.hasPrivateMemory) return this.noPrivateMemory;
    const access = this.vcpus.accesses[vcpu];
    if (access.pausedAt === NO_PAUSE) return plain(OK, RULE.nothingPaused);
    return resumePaused(this.vm, access, this.vcpus.registers[vcpu]);
  }

  override setAttributes(gfn: Gfn, pages: number, toPrivate: boolean, pauseAfter: ConversionPause): Observation {
    if (!this.vm.hasPrivateMemory) return this.noPrivateMemory;
    this.startHost();
    const isRedundant = this.vm.attributes.isAll(gfn, gfn + pages, toPrivate);
    const before = eventsOf(this.vm.counts);
    const isDone = beginConversion(this.vm, gfn, gfn + pages, toPrivate, pauseAfter);
    if (isRedundant) judgeRedundant(this.vm, eventsOf(this.vm.counts) - before);
    return plain(OK, isDone ? conversionRule(this.vm.switches) : RULE.alreadyEqual);
  }

  override resumeAttributes(): Observation {
    if (!this.vm.hasPrivateMemory) return this.noPrivateMemory;
    if (!this.vm.conversion.isInFlight) return plain(OK, RULE.nothingPaused);
    proceedWithConversion(this.vm, NO_PAUSE);
    return plain(OK, conversionRule(this.vm.switches));
  }

  override punchHole(gfn: Gfn, pages: number): Observation {
    if (!this.vm.hasPrivateMemory) return this.noPrivateMemory;
    punchHole(this.vm, gfn, gfn + pages);
    return plain(OK, RULE.holePunched);
  }

  counters(): Counters {
    const { counts } = this.vm;
    return this.vm.hasPrivateMemory ? { ...ordinaryCounters(counts), ...privateMemoryCounters(counts) } : ordinaryCounters(counts);
  }

  /** Every kind of event that is counted, by name. */
  privateMemoryCounters(): Readonly<Record<string, number>> {
    return { ...this.vm.counts };
  }

  state(): State {
    return stateOf(this.vm, this.vcpus);
  }

  takeZapRule(): number {
    const rule = this.zapRule;
    this.zapRule = NO_RULE;
    return rule;
  }

  /** What the steps since the last call, or the state after them, break: bit n is entry n of INVARIANTS. */
  brokenInvariants(): number {
    return brokenInvariants(this.vm);
  }

  /** A guest operation first completes what its vCPU has paused; only the death of the VM shows. */
  private startGuest(vcpu: number): Observation {
    return this.vcpus.finishAccess(this.vm, vcpu);
  }

  /** A host operation first completes a paused conversion, which always succeeds. */
  private startHost(): void {
    if (this.vm.conversion.isInFlight) proceedWithConversion(this.vm, NO_PAUSE);
  }

  private deviceChanged(hadAny: boolean, observation: Observation): Observation {
    if (this.devices.hasNoncoherent !== hadAny) this.zapRule = RULE.nonCoherentDmaSpares;
    return observation;
  }

  private get isQuiescent(): boolean {
    return !this.vm.conversion.isInFlight && !this.vcpus.isAnyPaused;
  }

  private canServe(gfn: Gfn, isPrivate: boolean): boolean {
    const slot = this.vm.slots.slotOf(gfn);
    if (slot < 0 || this.vm.attributes.isPrivate(gfn) !== isPrivate) return false;
    return !isPrivate || this.vm.slots.hasGuestMemfd(slot);
  }
}
