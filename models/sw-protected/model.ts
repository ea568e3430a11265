/** A KVM_X86_SW_PROTECTED_VM on EPT: one method for every operation of a scenario. */
import { GFN_LIMIT, type Gfn, type Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import type { Counters, State } from '../contract/model.js';
import { PAT } from '../contract/msr.js';
import { ENODEV, ENOSPC, GP, HOST_FATAL, type Observation, OK, outcomeOf, plain, refused } from '../contract/observation.js';
import { type AccessKind, type AccessPause, type ConversionPause, NO_PAUSE } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { Subject } from '../contract/subject.js';
import { Conversion } from './conversion.js';
import { DeviceAssignment } from './device-assignment.js';
import { GuestMemory } from './guest-memory.js';
import { GuestRegisters } from './guest-registers.js';
import { brokenInvariants, eventsOf, judgeRedundant } from './invariants.js';
import { PageFaults } from './page-fault.js';
import { RULE } from './rules.js';
import { stateOf } from './state.js';
import type { Switches } from './switches.js';

const HOST_DIED = plain(HOST_FATAL, RULE.pfnChanged);

export class SoftwareProtectedVm extends Subject {
  private readonly registers = new GuestRegisters();
  private readonly devices = new DeviceAssignment();
  private readonly memory = new GuestMemory();
  private readonly conversion: Conversion;
  private readonly faults: PageFaults;
  private vcpus = 1;
  private zapRule = NO_RULE;

  constructor(switches: Switches) {
    super({ privateMemory: RULE.noPrivateMemory, xenInterface: RULE.notOfKvm });
    this.conversion = new Conversion(this.memory, switches);
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
    this.zapRule = NO_RULE;
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (this.diesAtStart(vcpu)) return HOST_DIED;
    const rule = this.registers.write(vcpu, msr, hi, lo);
    if (rule !== RULE.registerStored) return plain(GP, rule);
    if (msr !== PAT) this.zapRule = RULE.mtrrWriteSpares;
    return plain(OK, rule);
  }

  readMsr(vcpu: number, msr: number): Observation {
    if (this.diesAtStart(vcpu)) return HOST_DIED;
    return this.registers.read(vcpu, msr) ? plain(OK, this.registers.ruleOf(vcpu, msr)) : plain(GP, RULE.absentRegister);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (this.diesAtStart(vcpu)) return HOST_DIED;
    if (nw && !cd) return plain(GP, RULE.nwWithoutCd);
    if (this.registers.hasCd(vcpu) !== cd) this.zapRule = RULE.cdToggleSpares;
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
    if (isPrivate && !this.faults.hasPrivateMemory) return this.noPrivateMemory;
    if (this.diesAtStart(vcpu)) return HOST_DIED;
    return this.faults.access(vcpu, gfn, pat, pauseAfter);
  }

  override resumeAccess(vcpu: number): Observation {
    return this.faults.hasPrivateMemory ? this.faults.resume(vcpu) : this.noPrivateMemory;
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

  override zap(gfn: Gfn, pages: number): Observation {
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
    for (let vcpu = 0; vcpu < this.vcpus; vcpu++) isDead = this.diesAtStart(vcpu) || isDead;
    if (isDead) return HOST_DIED;
    this.memory.leaves.reset();
    this.memory.attributes.reset();
    this.memory.mixedFrom.reset();
    this.memory.pages.clear();
    return plain(OK, RULE.restored);
  }

  override setAttributes(gfn: Gfn, pages: number, toPrivate: boolean, pauseAfter: ConversionPause): Observation {
    if (!this.faults.hasPrivateMemory) return this.noPrivateMemory;
    this.startHostOperation();
    const isRedundant = this.memory.attributes.all(gfn, gfn + pages, toPrivate);
    const before = eventsOf(this.memory);
    const observation = this.conversion.run(gfn, gfn + pages, toPrivate, pauseAfter);
    if (isRedundant) judgeRedundant(this.memory, eventsOf(this.memory) - before);
    return observation;
  }

  override resumeAttributes(): Observation {
    return this.faults.hasPrivateMemory ? this.conversion.finish() : this.noPrivateMemory;
  }

  override punchHole(gfn: Gfn, pages: number): Observation {
    if (!this.faults.hasPrivateMemory) return this.noPrivateMemory;
    this.memory.punchHole(gfn, gfn + pages);
    return plain(OK, RULE.holePunched);
  }

  counters(): Counters {
    return this.faults.hasPrivateMemory ? this.memory.privateMemoryCounters() : this.memory.tally.ordinaryCounters();
  }

  state(): State {
    return stateOf(this.vcpus, this.registers, this.devices, this.memory, this.conversion, this.faults);
  }

  takeZapRule(): number {
    const rule = this.zapRule;
    this.zapRule = NO_RULE;
    return rule;
  }

  /** What the steps since the last call, or the state after them, break: bit n is entry n of INVARIANTS. */
  brokenInvariants(): number {
    return this.faults.hasPrivateMemory ? brokenInvariants(this.memory, this.conversion) : 0;
  }

  /** A guest operation of a vCPU completes its paused access first. True: that was the end of the host. */
  private diesAtStart(vcpu: number): boolean {
    return this.faults.pauseOf(vcpu) !== NO_PAUSE && outcomeOf(this.faults.resume(vcpu)) === HOST_FATAL;
  }

  /** Another host operation completes a paused conversion first. */
  private startHostOperation(): void {
    this.conversion.finish();
  }

  private changeDevice(coherent: boolean, by: 1 | -1): Observation {
    if (this.devices.change(coherent, by)) {
      if (this.devices.ignoresGuestPat) {
        this.memory.tally.zaps++;
        this.memory.invalidate(0, GFN_LIMIT);
        this.zapRule = RULE.nonCoherentDmaZaps;
      } else this.zapRule = RULE.nonCoherentDmaSpares;
    }
    return plain(OK, RULE.deviceChanged);
  }
}
