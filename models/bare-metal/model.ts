/** What the guest would get without a hypervisor: its own MTRRs, PAT and CR0 on a real processor. */
import { type Gfn, LEVEL_4K, type Level, NO_LEVEL } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import { type RegisterType, UC, WB } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { PAT } from '../contract/msr.js';
import { GP, MMIO, NO_LEAF, type Observation, OK, openBetween, plain, typed } from '../contract/observation.js';
import type { AccessKind } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { AssignedDevices } from './assigned-devices.js';
import { VARIABLE_RANGE } from './decider.js';
import { decidingRegisters } from './deciding-registers.js';
import { BackedFrames } from './backed-frames.js';
import { levelAt } from './l1-leaves.js';
import { typesThroughPage } from './large-page.js';
import { type LevelTwo, NOTHING } from './level-two.js';
import type { LogicalProcessor } from './logical-processor.js';
import { deciderOf, lookUp, typesOf } from './mtrr-lookup.js';
import { FORMAT_RULE as RULE } from './rules.js';
import { NestedProcessor } from './nested-processor.js';
import { readableState } from './state.js';
import { ANY_TYPE } from './svm-guests.js';
import { anyType, hasOneType } from './type-set.js';
import type { Vendor } from './vendor.js';

export class BareMetal extends NestedProcessor {
  private readonly backed = new BackedFrames();
  private readonly devices = new AssignedDevices();
  private vcpus = 0;
  constructor(vendor: Vendor) {
    super(vendor);
  }

  reset(machine: Machine): void {
    this.vcpus = machine.vcpus;
    for (let i = 0; i < this.vcpus; i++) this.processors[i].reset(machine);
    this.backed.reset(machine.regions);
    this.devices.reset(machine.noncoherentDevices);
    this.resetL2(machine);
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const l2 = msr === PAT ? this.inL2(vcpu) : null;
    if (l2 !== null) return l2.writePat(vcpu, hi, lo);
    const fault = this.processors[vcpu].writeMsr(msr, hi, lo);
    if (fault !== NO_RULE) return plain(GP, fault);
    return plain(OK, msr === PAT ? this.vendor.rules.patWritten : this.vendor.rules.mtrrWritten);
  }

  readMsr(vcpu: number, msr: number): Observation {
    const l2 = msr === PAT ? this.inL2(vcpu) : null;
    if (l2 !== null) return this.answered(l2.readPat(vcpu), l2.patHalf(vcpu, true), l2.patHalf(vcpu, false));
    const cpu = this.processors[vcpu];
    if (msr === PAT && cpu.isPatOpen) return cpu.readPat();
    const fault = cpu.readFault(msr);
    if (fault !== NO_RULE) return plain(GP, fault);
    return this.answered(plain(OK, cpu.ruleOf(msr)), cpu.half(msr, true), cpu.half(msr, false));
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (nw && !cd) return plain(GP, this.vendor.rules.cr0NwWithoutCd);
    const l2 = this.inL2(vcpu);
    if (l2 !== null) {
      l2.writeCr0(vcpu, pg);
      return plain(OK, this.vendor.rules.cr0Written);
    }
    const cpu = this.processors[vcpu];
    if (cpu.longMode && cpu.pg && !pg) return plain(GP, this.vendor.rules.cr0LongMode);
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
    const l2 = this.inL2(vcpu);
    if (l2 !== null) return this.accessInL2(l2, vcpu, gfn, pat, pageSize);
    if (!this.backed.has(gfn)) return plain(MMIO, RULE.noBacking);
    const cpu = this.processors[vcpu];
    if (cpu.isPatOpen) return openBetween(ANY_TYPE, cpu.patOpenRule);
    return this.effectiveType(cpu, cpu.pg, cpu.cd, gfn, pat, pageSize);
  }

  private accessInL2(l2: LevelTwo, vcpu: number, gfn: Gfn, pat: number, pageSize: Level): Observation {
    const open = l2.openAccess(vcpu);
    if (open !== NOTHING) return open;
    if (!l2.translates(vcpu)) {
      if (!this.backed.has(gfn)) return plain(MMIO, RULE.noBacking);
      return this.effectiveType(this.processors[vcpu], l2.isPaged(vcpu), l2.isCacheDisabled(vcpu), gfn, pat, pageSize);
    }
    const leaf = this.leaves.find(gfn);
    const exit = l2.exitOnAccess(leaf);
    if (leaf === null || exit !== NOTHING) {
      l2.leave(vcpu);
      return exit;
    }
    const target = leaf.target + gfn - leaf.start;
    if (!this.backed.has(target)) return plain(MMIO, RULE.noBacking);
    const size = l2.isPaged(vcpu) ? (Math.min(pageSize, levelAt(leaf, gfn)) as Level) : LEVEL_4K;
    return l2.access(vcpu, target, leaf, pat, size);
  }

  /** Combines the MTRR type of the frame with the PAT type of its page entry, under CR0.CD and CR0.PG. */
  private effectiveType(cpu: LogicalProcessor, isPaged: boolean, cd: boolean, gfn: Gfn, pat: number, pageSize: Level): Observation {
    const { vendor } = this;
    if (cd && vendor.cacheDisabled === null) return typed(UC, NO_LEVEL, NO_LEAF, vendor.rules.cacheDisabled);
    const patType = isPaged ? (cpu.pat[pat] as RegisterType) : WB;
    const found = lookUp(cpu.mtrrs, gfn);
    const own = typesOf(found);
    // Without paging there is no page whose TLB entry could take one type for several ranges.
    const isLarge = isPaged && pageSize !== LEVEL_4K;
    const types = isLarge ? typesThroughPage(cpu.mtrrs, gfn, pageSize, vendor.splitsFirstMegabyte) : own;
    const byDecider = isPaged ? vendor.paged : vendor.unpaged;
    if (hasOneType(types)) {
      return (cd ? vendor.cacheDisabled! : byDecider[deciderOf(found)]).observation(anyType(types), patType);
    }
    return openBetween(
      (cd ? vendor.cacheDisabled! : byDecider[VARIABLE_RANGE]).candidatesOf(types, patType),
      hasOneType(own) ? vendor.rules.largePageMixed : vendor.rules.overlapUndefined,
    );
  }

  decidingRegisters(vcpu: number, gfn: Gfn): string | null {
    const cpu = this.processors[vcpu];
    return cpu.cd || this.inL2(vcpu) !== null || !this.backed.has(gfn) ? null : decidingRegisters(cpu.mtrrs, gfn);
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
    return readableState(this.processors.slice(0, this.vcpus), this.devices, (state) => {
      this.addL2State(state, this.vcpus);
    });
  }
}
