/** A guest of KVM with SEV-SNP: one design of private memory, and the memory types of nested paging. */
import type { Gfn, Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { PAT } from '../contract/msr.js';
import { MMIO, NO_PAGE, type Observation, OK, outcomeOf, plain, SHARED } from '../contract/observation.js';
import { type AccessKind, type AccessPause, type ConversionPause, EXECUTE, NO_PAUSE } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { Subject } from '../contract/subject.js';
import { accessType } from './access-type.js';
import { AssignedDevices } from './assigned-devices.js';
import type { Switches } from './switches.js';
import { AT_REST, Conversion } from './conversion.js';
import { FaultHandling } from './fault-handling.js';
import { GuestMemfd } from './guest-memfd.js';
import { holdingInvariants } from './invariants.js';
import { brokenByState } from './judgement.js';
import { sharedLevel } from './mapping-level.js';
import { MemoryAccess } from './memory-access.js';
import { NO_ACCESS } from './page-fault.js';
import { RULE } from './rules.js';
import { stateOf } from './state.js';
import { VirtualMachine } from './virtual-machine.js';

export class SevSnp extends Subject {
  private readonly vm: VirtualMachine;
  private readonly gmem: GuestMemfd;
  private readonly conversion: Conversion;
  private readonly accesses: MemoryAccess;
  private readonly holding: number;
  private readonly devices = new AssignedDevices();
  private zapRule = NO_RULE;

  /** @param pagesOf2M 4K frames in a 2M block. */
  constructor(switches: Switches, pagesOf2M = 512) {
    super({ privateMemory: RULE.notThisSubject, xenInterface: RULE.notThisSubject });
    this.vm = new VirtualMachine(switches, pagesOf2M);
    this.gmem = new GuestMemfd(this.vm);
    this.conversion = new Conversion(this.vm, this.gmem);
    this.accesses = new MemoryAccess(this.vm, new FaultHandling(this.vm, this.gmem), this.gmem, this.conversion);
    this.holding = holdingInvariants(switches);
  }

  get valueHi(): number {
    return this.vm.registers.valueHi;
  }

  get valueLo(): number {
    return this.vm.registers.valueLo;
  }

  reset(machine: Machine): void {
    this.vm.reset(machine);
    this.gmem.reset();
    this.conversion.reset();
    this.devices.reset(machine.noncoherentDevices);
    this.zapRule = NO_RULE;
  }

  // Guest operations.

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    this.startGuestOperation(vcpu);
    const observation = this.vm.registers.write(vcpu, msr, hi, lo);
    if (msr !== PAT && outcomeOf(observation) === OK) this.zapRule = RULE.mtrrWriteSpares;
    return this.vm.outcome(observation);
  }

  readMsr(vcpu: number, msr: number): Observation {
    this.startGuestOperation(vcpu);
    return this.vm.outcome(this.vm.registers.read(vcpu, msr));
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    this.startGuestOperation(vcpu);
    const couldCache = !this.vm.registers.hasCd(vcpu);
    const observation = this.vm.registers.writeCr0(vcpu, pg, cd, nw);
    if (this.vm.registers.hasCd(vcpu) === couldCache) this.zapRule = RULE.cdToggleSpares;
    return this.vm.outcome(observation);
  }

  init(vcpu: number): Observation {
    this.startGuestOperation(vcpu);
    return this.vm.outcome(this.vm.registers.init(vcpu));
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
    this.startGuestOperation(vcpu);
    if (!this.vm.hasPrivateMemory) return isPrivate ? this.noPrivateMemory : this.accessOrdinary(vcpu, gfn, pat);
    const fault = this.vm.faults[vcpu];
    fault.vcpu = vcpu;
    fault.gfn = gfn;
    fault.kind = kind;
    fault.pat = pat;
    // Instructions are fetched as private whatever the C-bit.
    fault.isPrivate = isPrivate || kind === EXECUTE;
    fault.ack = ack;
    return this.vm.outcome(this.accesses.start(fault, pauseAfter));
  }

  /** A guest without private memory: nothing can be stale, and there is no RMP to ask. */
  private accessOrdinary(vcpu: number, gfn: Gfn, pat: number): Observation {
    const { npt, regions, registers } = this.vm;
    let leaf = npt.find(gfn);
    if (leaf < 0) {
      this.vm.counts.faults++;
      const region = regions.find(gfn);
      if (region < 0) return plain(MMIO, RULE.noBacking);
      const level = sharedLevel(this.vm, region, gfn);
      npt.insert(gfn - (gfn % npt.pagesOf(level)), level, SHARED, 0, regions.hostMtrr[region]);
      leaf = npt.find(gfn);
    }
    return accessType(registers, vcpu, pat, npt.hostMtrr[leaf], npt.level[leaf] as Level, NO_PAGE, 0);
  }

  invlpg(vcpu: number, _gfn: Gfn): Observation {
    this.startGuestOperation(vcpu);
    return this.vm.outcome(plain(OK, RULE.hostOperationDone));
  }

  override resumeAccess(vcpu: number): Observation {
    this.vm.startOperation();
    if (!this.vm.hasPrivateMemory) return this.noPrivateMemory;
    const fault = this.vm.faults[vcpu];
    if (fault.stage === NO_ACCESS) return plain(OK, RULE.nothingPaused);
    return this.vm.outcome(this.accesses.complete(fault));
  }

  /** Another guest operation of a vCPU completes its paused access first, unobserved unless that breaks the host. */
  private startGuestOperation(vcpu: number): void {
    this.vm.startOperation();
    this.completeAccess(vcpu);
  }

  private completeAccess(vcpu: number): void {
    const fault = this.vm.faults[vcpu];
    if (fault.stage === NO_ACCESS) return;
    this.vm.noteOutcome(this.accesses.complete(fault));
  }

  // Host operations.

  attachDevice(coherent: boolean): Observation {
    this.startHostOperation();
    return this.vm.outcome(this.deviceChanged(coherent, this.devices.attach(coherent)));
  }

  detachDevice(coherent: boolean): Observation {
    this.startHostOperation();
    return this.vm.outcome(this.deviceChanged(coherent, this.devices.detach(coherent)));
  }

  /** An MMU notifier; it runs while a conversion is paused. */
  override zap(gfn: Gfn, pages: number): Observation {
    this.vm.startOperation();
    this.vm.invalidateBacking(gfn, gfn + pages);
    return this.vm.outcome(plain(OK, RULE.hostOperationDone));
  }

  setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation {
    this.startHostOperation();
    this.vm.invalidateBacking(gfn, gfn + pages);
    if (this.vm.hasPrivateMemory) this.gmem.truncate(gfn, gfn + pages);
    this.vm.regions.replace(gfn, gfn + pages, backing, level, hostMtrr);
    return this.vm.outcome(plain(OK, RULE.hostOperationDone));
  }

  /** Registers keep their values; mappings are made anew; nothing of private memory can be copied. */
  saveRestore(): Observation {
    this.startHostOperation();
    for (let vcpu = 0; vcpu < this.vm.vcpus; vcpu++) this.completeAccess(vcpu);
    this.vm.forgetMemory();
    return this.vm.outcome(plain(OK, this.vm.hasPrivateMemory ? RULE.privateMemoryIsNotMigrated : RULE.hostOperationDone));
  }

  override setAttributes(gfn: Gfn, pages: number, toPrivate: boolean, pauseAfter: ConversionPause): Observation {
    if (!this.vm.hasPrivateMemory) return this.noPrivateMemory;
    this.startHostOperation();
    return this.vm.outcome(this.conversion.set(gfn, gfn + pages, toPrivate, pauseAfter));
  }

  override resumeAttributes(): Observation {
    this.vm.startOperation();
    if (!this.vm.hasPrivateMemory) return this.noPrivateMemory;
    if (this.conversion.stage === AT_REST) return plain(OK, RULE.nothingPaused);
    return this.vm.outcome(this.conversion.run(NO_PAUSE));
  }

  /** It runs while a conversion is paused. */
  override punchHole(gfn: Gfn, pages: number): Observation {
    this.vm.startOperation();
    if (!this.vm.hasPrivateMemory) return this.noPrivateMemory;
    this.gmem.punch(gfn, gfn + pages);
    return this.vm.outcome(plain(OK, RULE.holePunched));
  }

  /** Another host operation completes a paused conversion first. */
  private startHostOperation(): void {
    this.vm.startOperation();
    if (this.conversion.stage !== AT_REST) this.conversion.run(NO_PAUSE);
  }

  private deviceChanged(coherent: boolean, observation: Observation): Observation {
    if (!coherent && outcomeOf(observation) === OK) this.zapRule = RULE.deviceSpares;
    return observation;
  }

  // What a step left.

  takeZapRule(): number {
    const rule = this.zapRule;
    this.zapRule = NO_RULE;
    return rule;
  }

  /** The invariants of the design that the steps since the last call or the state after them broke: bit n is entry n of `invariants`. */
  brokenInvariants(): number {
    if (!this.vm.hasPrivateMemory) return 0;
    const brokenByEvents = this.vm.brokenByEvents;
    this.vm.brokenByEvents = 0;
    return (brokenByEvents | brokenByState(this.vm, this.conversion)) & this.holding;
  }

  counters(): Counters {
    const { counts, hasPrivateMemory, switches, invalidation } = this.vm;
    if (!hasPrivateMemory) return counts.ordinaryCounters();
    return counts.privateMemoryCounters(switches.directMap === 'split-only', invalidation.ends);
  }

  state(): State {
    return stateOf(this.vm, this.conversion);
  }
}
