/** What the guest would get without a hypervisor: its own MTRRs, PAT and CR0 on a real processor. */
import { type Gfn, LEVEL_4K, type Level, NO_LEVEL } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import { type RegisterType, UC, WB } from '../contract/memory-type.js';
import type { Counters, Model, State } from '../contract/model.js';
import { PAT } from '../contract/msr.js';
import { GP, MMIO, NO_LEAF, NOT_APPLICABLE, type Observation, OK, openBetween, plain, typed } from '../contract/observation.js';
import type { AccessKind, AccessPause, ConversionPause, PinType } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { AssignedDevices } from './assigned-devices.js';
import { BackedFrames } from './backed-frames.js';
import { FORMAT_RULES } from './format-rules.js';
import { typesThroughPage } from './large-page.js';
import { LogicalProcessor } from './logical-processor.js';
import { typesAt } from './mtrr-lookup.js';
import { addRegisters } from './register-state.js';
import { ruleNumbers } from './rules.js';
import { anyType, hasOneType } from './type-set.js';
import type { Vendor } from './vendor.js';

const RULE = ruleNumbers(FORMAT_RULES);
const MAX_VCPUS = 8;

export class BareMetal implements Model {
  valueHi = 0;
  valueLo = 0;
  private readonly processors: readonly LogicalProcessor[];
  private readonly backed = new BackedFrames();
  private readonly devices = new AssignedDevices();
  private vcpus = 0;

  constructor(private readonly vendor: Vendor) {
    this.processors = Array.from({ length: MAX_VCPUS }, () => new LogicalProcessor(vendor));
  }

  reset(machine: Machine): void {
    this.vcpus = machine.vcpus;
    for (let i = 0; i < this.vcpus; i++) this.processors[i].reset(machine);
    this.backed.reset(machine.regions);
    this.devices.reset(machine.noncoherentDevices);
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const fault = this.processors[vcpu].writeMsr(msr, hi, lo);
    if (fault !== NO_RULE) return plain(GP, fault);
    return plain(OK, msr === PAT ? this.vendor.rules.patWritten : this.vendor.rules.mtrrWritten);
  }

  readMsr(vcpu: number, msr: number): Observation {
    const cpu = this.processors[vcpu];
    const fault = cpu.readFault(msr);
    if (fault !== NO_RULE) return plain(GP, fault);
    this.valueHi = cpu.half(msr, true);
    this.valueLo = cpu.half(msr, false);
    return plain(OK, this.vendor.rules.registerRead);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (nw && !cd) return plain(GP, this.vendor.rules.cr0NwWithoutCd);
    const cpu = this.processors[vcpu];
    cpu.pg = pg;
    cpu.cd = cd;
    cpu.nw = nw;
    return plain(OK, this.vendor.rules.cr0Written);
  }

  init(vcpu: number): Observation {
    this.processors[vcpu].pg = false;
    return plain(OK, this.vendor.rules.initKeepsCaching);
  }

  access(
    vcpu: number,
    gfn: Gfn,
    _kind: AccessKind,
    pat: number,
    pageSize: Level,
    isPrivate: boolean,
    _ack: boolean,
    _pauseAfter: AccessPause,
  ): Observation {
    if (isPrivate) return plain(NOT_APPLICABLE, RULE.noPrivateMemory);
    if (!this.backed.has(gfn)) return plain(MMIO, RULE.noBacking);
    return this.effectiveType(this.processors[vcpu], gfn, pat, pageSize);
  }

  /** Combines the MTRR type of the frame with the PAT type of its page entry, under CR0.CD and CR0.PG. */
  private effectiveType(cpu: LogicalProcessor, gfn: Gfn, pat: number, pageSize: Level): Observation {
    const { vendor } = this;
    if (cpu.cd && vendor.cacheDisabled === null) return typed(UC, NO_LEVEL, NO_LEAF, vendor.rules.cacheDisabled);
    const patType = cpu.pg ? (cpu.pat[pat] as RegisterType) : WB;
    const answers = cpu.cd ? vendor.cacheDisabled! : cpu.pg ? vendor.paged : vendor.unpaged;
    const own = typesAt(cpu.mtrrs, gfn);
    // Without paging there is no page whose TLB entry could take one type for several ranges.
    const isLarge = cpu.pg && pageSize !== LEVEL_4K;
    const types = isLarge ? typesThroughPage(cpu.mtrrs, gfn, pageSize, vendor.splitsFirstMegabyte) : own;
    if (hasOneType(types)) return answers.observation(anyType(types), patType);
    return openBetween(
      answers.candidatesOf(types, patType),
      hasOneType(own) ? vendor.rules.largePageMixed : vendor.rules.overlapUndefined,
    );
  }

  invlpg(_vcpu: number, _gfn: Gfn): Observation {
    return plain(OK, RULE.translationInvalidated);
  }

  attachDevice(coherent: boolean): Observation {
    return this.devices.attach(coherent);
  }

  detachDevice(coherent: boolean): Observation {
    return this.devices.detach(coherent);
  }

  setBacking(gfn: Gfn, pages: number, _backing: Backing, _level: Level, _hostMtrr: RegisterType): Observation {
    this.backed.add(gfn, pages);
    return plain(OK, RULE.backingReplaced);
  }

  saveRestore(): Observation {
    return plain(OK, RULE.registersKept);
  }

  setIoResources(_held: boolean): Observation {
    return plain(NOT_APPLICABLE, RULE.noHypervisor);
  }

  zap(_gfn: Gfn, _pages: number): Observation {
    return plain(NOT_APPLICABLE, RULE.noHypervisor);
  }

  pinCacheattr(_gfn: Gfn, _pages: number, _type: PinType): Observation {
    return plain(NOT_APPLICABLE, RULE.noHypervisor);
  }

  resumeAccess(_vcpu: number): Observation {
    return plain(NOT_APPLICABLE, RULE.noPrivateMemory);
  }

  setAttributes(_gfn: Gfn, _pages: number, _toPrivate: boolean, _pauseAfter: ConversionPause): Observation {
    return plain(NOT_APPLICABLE, RULE.noPrivateMemory);
  }

  resumeAttributes(): Observation {
    return plain(NOT_APPLICABLE, RULE.noPrivateMemory);
  }

  punchHole(_gfn: Gfn, _pages: number): Observation {
    return plain(NOT_APPLICABLE, RULE.noPrivateMemory);
  }

  /** Nothing on bare metal faults, is zapped or is flushed on anyone's behalf. */
  counters(): Counters {
    return {};
  }

  state(): State {
    const state: Record<string, unknown> = {};
    for (let i = 0; i < this.vcpus; i++) addRegisters(state, i, this.processors[i]);
    for (const { gfn, pages } of this.backed.ranges()) state[`gfn 0x${gfn.toString(16)}`] = { pages: `0x${pages.toString(16)}` };
    state.devices = { coherent: this.devices.coherent, noncoherent: this.devices.noncoherent };
    return state;
  }
}
