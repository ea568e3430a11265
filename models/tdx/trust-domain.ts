/** KVM with TDX: one VM, its vCPUs, and the operations of the scenario format. */
import type { Gfn, Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';
import type { Counters, Model, State } from '../contract/model.js';
import { ordinaryCounters, privateMemoryCounters } from './counts.js';
import { MTRRCAP } from '../contract/msr.js';
import { GP, NOT_APPLICABLE, type Observation, OK, outcomeOf, PAUSED, plain } from '../contract/observation.js';
import { type AccessKind, type AccessPause, type ConversionPause, EXECUTE, NO_PAUSE, type PinType } from '../contract/operation.js';
import { resumePaused, runAccess } from './access.js';
import { AssignedDevices } from './assigned-devices.js';
import { MTRRCAP_VALUE, NO_PLACE, placeOf } from './guest-registers.js';
import { invalidateHva, punchHole, replaceBacking } from './host-invalidation.js';
import { brokenInvariants, eventsOf, judgeLiveness, judgeRedundant } from './invariants.js';
import { RULE } from './rules.js';
import { stateOf } from './state.js';
import type { Switches } from './switches.js';
import { UNOBSERVED, VcpuSet } from './vcpu-set.js';
import { Vm } from './vm.js';

export class TrustDomain implements Model {
  valueHi = 0;
  valueLo = 0;
  private readonly vm: Vm;
  private readonly vcpus = new VcpuSet();
  private readonly devices = new AssignedDevices();
  private maxPhysAddr = 46;

  constructor(switches: Switches) {
    this.vm = new Vm(switches);
  }

  reset(machine: Machine): void {
    this.vm.reset(machine);
    this.vcpus.reset(machine);
    this.devices.reset(machine.noncoherentDevices);
    this.maxPhysAddr = machine.maxPhysAddr;
    this.valueHi = 0;
    this.valueLo = 0;
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const first = this.startGuest(vcpu);
    if (first !== UNOBSERVED) return first;
    const refusal = this.vcpus.registers[vcpu].write(msr, hi, lo, this.maxPhysAddr);
    return refusal === 0 ? plain(OK, RULE.registerStored) : plain(GP, refusal);
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
    return plain(OK, RULE.registerRead);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    const first = this.startGuest(vcpu);
    if (first !== UNOBSERVED) return first;
    if (nw && !cd) return plain(GP, RULE.cr0NwWithoutCd);
    this.vcpus.registers[vcpu].setCr0(pg, cd, nw);
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
    if (isPrivate && !this.vm.hasPrivateMemory) return plain(NOT_APPLICABLE, RULE.noPrivateMemory);
    this.vm.broken = 0;
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
    return this.devices.attach(coherent);
  }

  detachDevice(coherent: boolean): Observation {
    this.startHost();
    return this.devices.detach(coherent);
  }

  setIoResources(_held: boolean): Observation {
    this.vm.broken = 0;
    return plain(NOT_APPLICABLE, RULE.noSuchOperation);
  }

  zap(gfn: Gfn, pages: number): Observation {
    this.vm.broken = 0;
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

  pinCacheattr(_gfn: Gfn, _pages: number, _type: PinType): Observation {
    this.vm.broken = 0;
    return plain(NOT_APPLICABLE, RULE.noSuchOperation);
  }

  saveRestore(): Observation {
    this.startHost();
    const first = this.vcpus.finishAccesses(this.vm);
    if (first !== UNOBSERVED) return first;
    this.vm.clearMemory();
    return plain(OK, RULE.restored);
  }

  resumeAccess(vcpu: number): Observation {
    this.vm.broken = 0;
    if (!this.vm.hasPrivateMemory) return plain(NOT_APPLICABLE, RULE.noPrivateMemory);
    const access = this.vcpus.accesses[vcpu];
    if (access.pausedAt === NO_PAUSE) return plain(OK, RULE.nothingPaused);
    return resumePaused(this.vm, access, this.vcpus.registers[vcpu]);
  }

  setAttributes(gfn: Gfn, pages: number, toPrivate: boolean, pauseAfter: ConversionPause): Observation {
    if (!this.vm.hasPrivateMemory) return plain(NOT_APPLICABLE, RULE.noPrivateMemory);
    this.startHost();
    const isRedundant = this.vm.attributes.isAll(gfn, gfn + pages, toPrivate);
    const before = eventsOf(this.vm.counts);
    const isDone = this.vm.conversion.begin(this.vm, gfn, gfn + pages, toPrivate, pauseAfter);
    if (isRedundant) judgeRedundant(this.vm, eventsOf(this.vm.counts) - before);
    return plain(OK, isDone ? this.vm.conversion.rule(this.vm.switches) : RULE.alreadyEqual);
  }

  resumeAttributes(): Observation {
    this.vm.broken = 0;
    if (!this.vm.hasPrivateMemory) return plain(NOT_APPLICABLE, RULE.noPrivateMemory);
    if (!this.vm.conversion.isInFlight) return plain(OK, RULE.nothingPaused);
    this.vm.conversion.proceed(this.vm, NO_PAUSE);
    return plain(OK, this.vm.conversion.rule(this.vm.switches));
  }

  punchHole(gfn: Gfn, pages: number): Observation {
    this.vm.broken = 0;
    if (!this.vm.hasPrivateMemory) return plain(NOT_APPLICABLE, RULE.noPrivateMemory);
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

  /** What the last step, or the state after it, breaks: bit n is entry n of INVARIANTS. */
  brokenInvariants(): number {
    return brokenInvariants(this.vm);
  }

  /** A guest operation first completes what its vCPU has paused; only the death of the VM shows. */
  private startGuest(vcpu: number): Observation {
    this.vm.broken = 0;
    return this.vcpus.finishAccess(this.vm, vcpu);
  }

  /** A host operation first completes a paused conversion, which always succeeds. */
  private startHost(): void {
    this.vm.broken = 0;
    if (this.vm.conversion.isInFlight) this.vm.conversion.proceed(this.vm, NO_PAUSE);
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
