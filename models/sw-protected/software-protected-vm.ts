/** A KVM_X86_SW_PROTECTED_VM on EPT: one method for every operation of a scenario. */
import { GFN_LIMIT, type Gfn, type Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import type { Counters, Model, State } from '../contract/model.js';
import {
  ENODEV,
  ENOSPC,
  GP,
  HOST_FATAL,
  NOT_APPLICABLE,
  type Observation,
  OK,
  outcomeOf,
  plain,
  refused,
} from '../contract/observation.js';
import { type AccessKind, type AccessPause, type ConversionPause, NO_PAUSE } from '../contract/operation.js';
import type { Configuration } from './configuration.js';
import { Conversion } from './conversion.js';
import { DeviceAssignment } from './device-assignment.js';
import { GuestMemory } from './guest-memory.js';
import { GuestRegisters } from './guest-registers.js';
import { brokenInvariants, eventsOf, judgeRedundant } from './invariants.js';
import { PageFaults } from './page-fault.js';
import { ordinaryCounters, privateMemoryCounters } from './tally.js';
import { RULE } from './rules.js';
import { stateOf } from './state.js';

const NOT_OF_KVM = plain(NOT_APPLICABLE, RULE.notOfKvm);
const NO_PRIVATE_MEMORY = plain(NOT_APPLICABLE, RULE.noPrivateMemory);
const HOST_DIED = plain(HOST_FATAL, RULE.pfnChanged);

export class SoftwareProtectedVm implements Model {
  private readonly registers = new GuestRegisters();
  private readonly devices = new DeviceAssignment();
  private readonly memory: GuestMemory;
  private readonly conversion: Conversion;
  private readonly faults: PageFaults;
  private vcpus = 1;

  constructor(configuration: Configuration) {
    this.memory = new GuestMemory(configuration);
    this.conversion = new Conversion(this.memory);
    this.faults = new PageFaults(this.memory, this.conversion, this.registers, this.devices);
  }

  get valueHi(): number {
    return this.registers.valueHi;
  }
  get valueLo(): number {
    return this.registers.valueLo;
  }

  reset(machine: Machine): void {
    this.vcpus = machine.vcpus;
    this.registers.reset(machine);
    this.devices.reset(machine);
    this.memory.reset(machine);
    this.conversion.reset();
    this.faults.reset(machine.privateMemory);
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (this.diesAtStart(vcpu)) return HOST_DIED;
    const rule = this.registers.write(vcpu, msr, hi, lo);
    return plain(rule === RULE.registerStored ? OK : GP, rule);
  }

  readMsr(vcpu: number, msr: number): Observation {
    if (this.diesAtStart(vcpu)) return HOST_DIED;
    return this.registers.read(vcpu, msr) ? plain(OK, RULE.registerRead) : plain(GP, RULE.absentRegister);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (this.diesAtStart(vcpu)) return HOST_DIED;
    if (nw && !cd) return plain(GP, RULE.nwWithoutCd);
    this.registers.storeCr0(vcpu, pg, cd, nw);
    return plain(OK, RULE.cr0Stored);
  }

  init(vcpu: number): Observation {
    if (this.diesAtStart(vcpu)) return HOST_DIED;
    this.registers.initCr0(vcpu);
    return plain(OK, RULE.initKeepsCaching);
  }

  /** The attribute decides, whatever kind the guest believes the access to have; nothing is acknowledged. */
  access(
    vcpu: number,
    gfn: Gfn,
    _kind: AccessKind,
    pat: number,
    _pageSize: Level,
    isPrivate: boolean,
    _ack: boolean,
    pauseAfter: AccessPause,
  ): Observation {
    if (isPrivate && !this.faults.hasPrivateMemory) return NO_PRIVATE_MEMORY;
    if (this.diesAtStart(vcpu)) return HOST_DIED;
    return this.faults.access(vcpu, gfn, pat, pauseAfter);
  }

  resumeAccess(vcpu: number): Observation {
    this.memory.brokenByStep = 0;
    return this.faults.hasPrivateMemory ? this.faults.resume(vcpu) : NO_PRIVATE_MEMORY;
  }

  invlpg(vcpu: number, _gfn: Gfn): Observation {
    return this.diesAtStart(vcpu) ? HOST_DIED : plain(OK, RULE.nothingToDrop);
  }

  attachDevice(coherent: boolean): Observation {
    this.startHostOperation();
    return this.devices.isFull(coherent) ? refused(ENOSPC, RULE.tooManyDevices) : this.changeDevice(coherent, 1);
  }

  detachDevice(coherent: boolean): Observation {
    this.startHostOperation();
    return this.devices.hasNone(coherent) ? refused(ENODEV, RULE.noSuchDevice) : this.changeDevice(coherent, -1);
  }

  setIoResources(): Observation {
    this.memory.brokenByStep = 0;
    return NOT_OF_KVM;
  }
  pinCacheattr(): Observation {
    this.memory.brokenByStep = 0;
    return NOT_OF_KVM;
  }

  zap(gfn: Gfn, pages: number): Observation {
    this.memory.brokenByStep = 0;
    this.memory.notify(gfn, gfn + pages);
    return plain(OK, RULE.rangeZapped);
  }

  setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level): Observation {
    this.startHostOperation();
    this.memory.invalidate(gfn, gfn + pages);
    this.memory.pages.free(gfn, gfn + pages);
    this.memory.slots.replace(gfn, gfn + pages, backing, level);
    return plain(OK, RULE.backingReplaced);
  }

  /** The vCPUs leave KVM_RUN, which completes what they were at; a new VM gets the registers and the slots. */
  saveRestore(): Observation {
    this.startHostOperation();
    let isDead = false;
    for (let vcpu = 0; vcpu < this.vcpus; vcpu++) isDead = this.diesOfPaused(vcpu) || isDead;
    if (isDead) return HOST_DIED;
    this.memory.leaves.reset();
    this.memory.attributes.reset();
    this.memory.mixedFrom.reset();
    this.memory.pages.clear();
    return plain(OK, RULE.restored);
  }

  setAttributes(gfn: Gfn, pages: number, toPrivate: boolean, pauseAfter: ConversionPause): Observation {
    if (!this.faults.hasPrivateMemory) return NO_PRIVATE_MEMORY;
    this.startHostOperation();
    const isRedundant = this.memory.attributes.all(gfn, gfn + pages, toPrivate);
    const before = eventsOf(this.memory);
    const observation = this.conversion.run(gfn, gfn + pages, toPrivate, pauseAfter);
    if (isRedundant) judgeRedundant(this.memory, eventsOf(this.memory) - before);
    return observation;
  }

  resumeAttributes(): Observation {
    this.memory.brokenByStep = 0;
    return this.faults.hasPrivateMemory ? this.conversion.finish() : NO_PRIVATE_MEMORY;
  }

  punchHole(gfn: Gfn, pages: number): Observation {
    this.memory.brokenByStep = 0;
    if (!this.faults.hasPrivateMemory) return NO_PRIVATE_MEMORY;
    this.memory.punchHole(gfn, gfn + pages);
    return plain(OK, RULE.holePunched);
  }

  counters(): Counters {
    return this.faults.hasPrivateMemory ? privateMemoryCounters(this.memory) : ordinaryCounters(this.memory);
  }

  state(): State {
    return stateOf(this.vcpus, this.registers, this.devices, this.memory, this.conversion, this.faults);
  }

  /** What the last step, or the state after it, breaks: bit n is entry n of INVARIANTS. */
  brokenInvariants(): number {
    return this.faults.hasPrivateMemory ? brokenInvariants(this.memory, this.conversion) : 0;
  }

  /** A guest operation of a vCPU completes its paused access first. True: that was the end of the host. */
  private diesAtStart(vcpu: number): boolean {
    this.memory.brokenByStep = 0;
    return this.diesOfPaused(vcpu);
  }

  private diesOfPaused(vcpu: number): boolean {
    return this.faults.pauseOf(vcpu) !== NO_PAUSE && outcomeOf(this.faults.resume(vcpu)) === HOST_FATAL;
  }

  /** Another host operation completes a paused conversion first. */
  private startHostOperation(): void {
    this.memory.brokenByStep = 0;
    this.conversion.finish();
  }

  private changeDevice(coherent: boolean, by: 1 | -1): Observation {
    if (this.devices.change(coherent, by)) {
      this.memory.tally.zaps++;
      this.memory.invalidate(0, GFN_LIMIT);
    }
    return plain(OK, RULE.deviceChanged);
  }
}
