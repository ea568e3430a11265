/** What the guest would get without a hypervisor: its own MTRRs, PAT and CR0 on a real processor. */
import { type Gfn, LEVEL_4K, type Level, NO_LEVEL } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import { type RegisterType, UC, WB } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { PAT } from '../contract/msr.js';
import { GP, MMIO, NO_LEAF, type Observation, OK, openBetween, plain, typed } from '../contract/observation.js';
import type { AccessKind } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { Subject } from '../contract/subject.js';
import { AssignedDevices } from './assigned-devices.js';
import { VARIABLE_RANGE } from './decider.js';
import { decidingRegisters } from './deciding-registers.js';
import { BackedFrames } from './backed-frames.js';
import { typesThroughPage } from './large-page.js';
import { LogicalProcessor } from './logical-processor.js';
import { deciderOf, lookUp, typesOf } from './mtrr-lookup.js';
import { FORMAT_RULE as RULE } from './rules.js';
import { readableState } from './state.js';
import { anyType, hasOneType } from './type-set.js';
import type { Vendor } from './vendor.js';

const MAX_VCPUS = 8;

export class BareMetal extends Subject {
  valueHi = 0;
  valueLo = 0;
  private readonly processors: readonly LogicalProcessor[];
  private readonly backed = new BackedFrames();
  private readonly devices = new AssignedDevices();
  private vcpus = 0;

  constructor(private readonly vendor: Vendor) {
    super({ privateMemory: RULE.noPrivateMemory, xenInterface: RULE.noHypervisor, hostZap: RULE.noHypervisor });
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
    return plain(OK, cpu.ruleOf(msr));
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

  access(vcpu: number, gfn: Gfn, _kind: AccessKind, pat: number, pageSize: Level, isPrivate: boolean): Observation {
    if (isPrivate) return this.noPrivateMemory;
    if (!this.backed.has(gfn)) return plain(MMIO, RULE.noBacking);
    return this.effectiveType(this.processors[vcpu], gfn, pat, pageSize);
  }

  /** Combines the MTRR type of the frame with the PAT type of its page entry, under CR0.CD and CR0.PG. */
  private effectiveType(cpu: LogicalProcessor, gfn: Gfn, pat: number, pageSize: Level): Observation {
    const { vendor } = this;
    if (cpu.cd && vendor.cacheDisabled === null) return typed(UC, NO_LEVEL, NO_LEAF, vendor.rules.cacheDisabled);
    const patType = cpu.pg ? (cpu.pat[pat] as RegisterType) : WB;
    const found = lookUp(cpu.mtrrs, gfn);
    const own = typesOf(found);
    // Without paging there is no page whose TLB entry could take one type for several ranges.
    const isLarge = cpu.pg && pageSize !== LEVEL_4K;
    const types = isLarge ? typesThroughPage(cpu.mtrrs, gfn, pageSize, vendor.splitsFirstMegabyte) : own;
    const byDecider = cpu.pg ? vendor.paged : vendor.unpaged;
    if (hasOneType(types)) {
      return (cpu.cd ? vendor.cacheDisabled! : byDecider[deciderOf(found)]).observation(anyType(types), patType);
    }
    return openBetween(
      (cpu.cd ? vendor.cacheDisabled! : byDecider[VARIABLE_RANGE]).candidatesOf(types, patType),
      hasOneType(own) ? vendor.rules.largePageMixed : vendor.rules.overlapUndefined,
    );
  }

  decidingRegisters(vcpu: number, gfn: Gfn): string | null {
    const cpu = this.processors[vcpu];
    return cpu.cd || !this.backed.has(gfn) ? null : decidingRegisters(cpu.mtrrs, gfn);
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

  /** Nothing on bare metal faults, is zapped or is flushed on anyone's behalf. */
  counters(): Counters {
    return {};
  }

  state(): State {
    return readableState(this.processors.slice(0, this.vcpus), this.devices);
  }
}
