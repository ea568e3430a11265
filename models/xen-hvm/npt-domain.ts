/** An HVM domain on SVM with nested paging. */
import type { Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import { CD, type EffectiveType, type RegisterType, UC, WB } from '../contract/memory-type.js';
import type { State } from '../contract/model.js';
import { leafWord, type Observation, OK, plain, typed, VM_DEAD } from '../contract/observation.js';
import { HvmDomain, NO_BACKING } from './model.js';
import { nestedType } from './nested-type.js';
import { NPT_CELLS, NPT_INDEXES, nptIndex } from './npt-cells.js';
import { NptP2m } from './npt-p2m.js';
import { CELL_RULE, RULE, UNPAGED_CELL_RULE } from './rules.js';
import { nptState } from './state.js';
import type { DomainSwitches } from './switches.js';

/** Effective type and rules by `nptIndex`. */
const EFFECTIVE = new Uint8Array(NPT_INDEXES);
const RULE_AT = new Uint16Array(NPT_INDEXES);
const UNPAGED_RULE_AT = new Uint16Array(NPT_INDEXES);
NPT_CELLS.forEach(({ index, effective }, cell) => {
  EFFECTIVE[index] = effective;
  RULE_AT[index] = CELL_RULE[cell];
  UNPAGED_RULE_AT[index] = UNPAGED_CELL_RULE[cell];
});

const CACHE_DISABLED = RULE.nptCacheDisabled;
const INVALID_CR0 = plain(VM_DEAD, RULE.nptCdClearNwSet);

export class NptDomain extends HvmDomain {
  private readonly p2m = new NptP2m();
  /** The machine starts with a CR0 that VMRUN refuses. */
  private isCrashed = false;

  constructor(switches: DomainSwitches) {
    super(switches, false);
  }

  override reset(machine: Machine): void {
    super.reset(machine);
    this.p2m.reset(machine);
    this.p2m.populate();
    this.isCrashed = machine.cr0.nw && !machine.cr0.cd;
  }

  override writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    return this.isCrashed ? INVALID_CR0 : super.writeMsr(vcpu, msr, hi, lo);
  }

  override readMsr(vcpu: number, msr: number): Observation {
    return this.isCrashed ? INVALID_CR0 : super.readMsr(vcpu, msr);
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_set_cr0()`: SVM has no hook for CD, and the VMCB gets CD and NW as the guest wrote them. */
  override writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (this.isCrashed || (nw && !cd)) return INVALID_CR0;
    if (this.registers.isCacheDisabled(vcpu) !== cd) this.zapRule = RULE.cdReachesVmcb;
    this.registers.setCr0(vcpu, pg, cd, nw);
    return plain(OK, RULE.cr0Written);
  }

  override init(vcpu: number): Observation {
    return this.isCrashed ? INVALID_CR0 : super.init(vcpu);
  }

  override invlpg(vcpu: number, gfn: number): Observation {
    return this.isCrashed ? INVALID_CR0 : super.invlpg(vcpu, gfn);
  }

  override setBacking(gfn: number, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation {
    this.p2m.setBacking(gfn, pages, backing, level, hostMtrr);
    this.tlbFlushes++;
    return plain(OK, RULE.nptBackingReplaced);
  }

  override state(): State {
    return { ...super.state(), ...nptState(this.p2m) };
  }

  protected override accessPage(vcpu: number, gfn: number, pat: number): Observation {
    if (this.isCrashed) return INVALID_CR0;
    const { p2m, registers } = this;
    const region = p2m.regions.find(gfn);
    if (region === null) return NO_BACKING;
    const level = p2m.levelOf(region, gfn);
    const nested = nestedType(region);
    const leaf = leafWord(nested, false);
    const { hostMtrr } = region;
    if (registers.isCacheDisabled(vcpu)) return typed(hostMtrr === UC ? UC : CD, level, leaf, CACHE_DISABLED);
    const isPaging = registers.isPaging(vcpu);
    const index = nptIndex(isPaging ? registers.livePatType(vcpu, pat) : WB, nested, hostMtrr);
    return typed(EFFECTIVE[index] as EffectiveType, level, leaf, (isPaging ? RULE_AT : UNPAGED_RULE_AT)[index]);
  }

  /** Xen xen/arch/x86/hvm/svm/svm.c, `svm_set_guest_pat()`: the VMCB's g_pat. */
  protected override setGuestPat(vcpu: number, hi: number, lo: number): Observation {
    this.registers.setLivePat(vcpu, hi, lo);
    return plain(OK, RULE.patWritten);
  }

  protected override guestPat(): Int32Array {
    return this.registers.livePat;
  }

  /** g_pat is saved and loaded. */
  protected override restorePat(): void {}

  protected override repopulate(): void {
    this.p2m.populate();
  }
}
