/** A guest of KVM with SEV-SNP: one design of private memory, and the memory types of nested paging. */
import type { Gfn, Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';
import type { Counters, Model, State } from '../contract/model.js';
import { MMIO, NO_PAGE, NOT_APPLICABLE, type Observation, OK, plain, SHARED } from '../contract/observation.js';
import { type AccessKind, type AccessPause, type ConversionPause, EXECUTE, NO_PAUSE, type PinType } from '../contract/operation.js';
import { accessType } from './access-type.js';
import { AssignedDevices } from './assigned-devices.js';
import type { Configuration } from './configuration.js';
import { AT_REST, Conversion } from './conversion.js';
import { ordinaryCounters, privateMemoryCounters } from './counts.js';
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

export class SevSnp implements Model {
  private readonly vm: VirtualMachine;
  private readonly gmem: GuestMemfd;
  private readonly conversion: Conversion;
  private readonly accesses: MemoryAccess;
  private readonly holding: number;
  private readonly devices = new AssignedDevices();

  constructor(config: Configuration) {
    this.vm = new VirtualMachine(config);
    this.gmem = new GuestMemfd(this.vm);
    this.conversion = new Conversion(this.vm, this.gmem);
    this.accesses = new MemoryAccess(this.vm, new FaultHandling(this.vm, this.gmem), this.gmem, this.conversion);
    this.holding = holdingInvariants(config);
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
  }

  // Guest operations.

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    this.startGuestOperation(vcpu);
    return this.vm.outcome(this.vm.registers.write(vcpu, msr, hi, lo));
  }

  readMsr(vcpu: number, msr: number): Observation {
    this.startGuestOperation(vcpu);
    return this.vm.outcome(this.vm.registers.read(vcpu, msr));
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    this.startGuestOperation(vcpu);
    return this.vm.outcome(this.vm.registers.writeCr0(vcpu, pg, cd, nw));
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
    if (!this.vm.hasPrivateMemory) return isPrivate ? this.notThisSubject() : this.accessOrdinary(vcpu, gfn, pat);
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

  resumeAccess(vcpu: number): Observation {
    this.vm.startOperation();
    if (!this.vm.hasPrivateMemory) return this.notThisSubject();
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
    return this.vm.outcome(this.devices.attach(coherent));
  }

  detachDevice(coherent: boolean): Observation {
    this.startHostOperation();
    return this.vm.outcome(this.devices.detach(coherent));
  }

  setIoResources(_held: boolean): Observation {
    return this.notThisSubject();
  }

  pinCacheattr(_gfn: Gfn, _pages: number, _type: PinType): Observation {
    return this.notThisSubject();
  }

  /** An MMU notifier; it runs while a conversion is paused. */
  zap(gfn: Gfn, pages: number): Observation {
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

  setAttributes(gfn: Gfn, pages: number, toPrivate: boolean, pauseAfter: ConversionPause): Observation {
    if (!this.vm.hasPrivateMemory) return this.notThisSubject();
    this.startHostOperation();
    return this.vm.outcome(this.conversion.set(gfn, gfn + pages, toPrivate, pauseAfter));
  }

  resumeAttributes(): Observation {
    this.vm.startOperation();
    if (!this.vm.hasPrivateMemory) return this.notThisSubject();
    if (this.conversion.stage === AT_REST) return plain(OK, RULE.nothingPaused);
    return this.vm.outcome(this.conversion.run(NO_PAUSE));
  }

  /** It runs while a conversion is paused. */
  punchHole(gfn: Gfn, pages: number): Observation {
    this.vm.startOperation();
    if (!this.vm.hasPrivateMemory) return this.notThisSubject();
    this.gmem.punch(gfn, gfn + pages);
    return this.vm.outcome(plain(OK, RULE.holePunched));
  }

  /** Another host operation completes a paused conversion first. */
  private startHostOperation(): void {
    this.vm.startOperation();
    if (this.conversion.stage !== AT_REST) this.conversion.run(NO_PAUSE);
  }

  private notThisSubject(): Observation {
    this.vm.startOperation();
    return plain(NOT_APPLICABLE, RULE.notThisSubject);
  }

  // What a step left.

  /** The invariants of the design that the last step or the state after it broke: bit n is entry n of `invariants`. */
  brokenInvariants(): number {
    if (!this.vm.hasPrivateMemory) return 0;
    return (this.vm.brokenByEvents | brokenByState(this.vm, this.conversion)) & this.holding;
  }

  counters(): Counters {
    return this.vm.hasPrivateMemory ? privateMemoryCounters(this.vm) : ordinaryCounters(this.vm);
  }

  state(): State {
    return stateOf(this.vm, this.conversion);
  }
}
