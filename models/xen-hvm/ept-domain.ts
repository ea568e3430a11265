/** An HVM domain on VMX with EPT. */
import type { Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import { type EffectiveType, type RegisterType, UC } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { leafWord, type Observation, OK, plain, typed } from '../contract/observation.js';
import { EmtDecision } from './ept-decision.js';
import { emtOf, ignoresPat, ruleOfEntry } from './ept-entry.js';
import { EptP2m } from './ept-p2m.js';
import { HvmDomain, NO_BACKING } from './model.js';
import { COMBINE, compiled } from './memory-type-tables.js';
import { IN_NO_FILL, RULE, UNPAGED } from './rules.js';
import { leafState } from './state.js';
import type { EptSwitches } from './switches.js';

const COMBINED = compiled(COMBINE);

export class EptDomain extends HvmDomain {
  private readonly p2m: EptP2m;

  constructor(switches: EptSwitches) {
    super(switches, true);
    this.p2m = new EptP2m(new EmtDecision(switches, this.pins), this.mtrrs, this.pins);
  }

  override reset(machine: Machine): void {
    super.reset(machine);
    this.p2m.reset(machine);
    this.resourcesChanged();
    this.p2m.populate();
    if (!machine.cr0.cd || !this.resources.handlesCd()) return;
    for (let vcpu = 0; vcpu < machine.vcpus; vcpu++) this.enterNoFill(vcpu);
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_set_cr0()`. */
  override writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    const isToggled = this.registers.isCacheDisabled(vcpu) !== cd;
    this.registers.setCr0(vcpu, pg, cd, nw);
    if (!isToggled) return plain(OK, RULE.cr0Written);
    const isHandled = this.resources.handlesCd();
    this.zapRule = isHandled ? RULE.cdSpares : RULE.cdUnseenSpares;
    return isHandled ? this.handleCd(vcpu, cd) : plain(OK, RULE.cdNotEmulated);
  }

  override setBacking(gfn: number, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation {
    this.p2m.setBacking(gfn, pages, backing, level, hostMtrr);
    this.tlbFlushes++;
    return plain(OK, RULE.backingReplaced);
  }

  override counters(): Counters {
    return { ...super.counters(), misconfigs: this.p2m.misconfigs };
  }

  override state(): State {
    return { ...super.state(), ...leafState(this.p2m) };
  }

  protected override accessPage(vcpu: number, gfn: number, pat: number): Observation {
    const { p2m, registers } = this;
    const region = p2m.regions.find(gfn);
    if (region === null) return NO_BACKING;
    p2m.translate(region, gfn, vcpu);
    const { entry, level } = p2m;
    const emt = emtOf(entry) as RegisterType & EffectiveType;
    const rule = ruleOfEntry(entry);
    if (ignoresPat(entry)) return typed(emt, level, leafWord(emt, true), rule);
    const leaf = leafWord(emt, false);
    if (!registers.isPaging(vcpu)) return typed(emt, level, leaf, UNPAGED[rule]);
    // All entries of GUEST_PAT are UC.
    if (registers.noFill[vcpu] !== 0) return typed(UC, level, leaf, IN_NO_FILL[rule]);
    const type = COMBINED[(emt << 3) | registers.livePatType(vcpu, pat)] as EffectiveType;
    return typed(type, level, leaf, rule);
  }

  /** Xen xen/arch/x86/hvm/vmx/vmx.c, `vmx_set_guest_pat()`; without it the caller stores `pat_cr`. */
  protected override setGuestPat(vcpu: number, hi: number, lo: number): Observation {
    if (this.registers.noFill[vcpu] !== 0) {
      this.registers.setSavedPat(vcpu, hi, lo);
      return plain(OK, RULE.patDeferred);
    }
    this.registers.setLivePat(vcpu, hi, lo);
    return plain(OK, RULE.patWritten);
  }

  protected override guestPat(vcpu: number): Int32Array {
    return this.registers.noFill[vcpu] !== 0 ? this.registers.savedPat : this.registers.livePat;
  }

  protected override restorePat(vcpu: number): void {
    const pat = this.guestPat(vcpu);
    const lo = pat[2 * vcpu];
    const hi = pat[2 * vcpu + 1];
    // CR0 is loaded without `vmx_handle_cd()`: the mode is normal, and nothing was saved.
    this.registers.create(vcpu);
    this.registers.setLivePat(vcpu, hi, lo);
  }

  protected override repopulate(): void {
    this.p2m.populate();
  }

  protected override resourcesChanged(): void {
    this.p2m.isPlain = this.resources.isPlain();
  }

  protected override recalculate(): void {
    this.p2m.invalidate();
    this.tlbFlushes++;
  }

  /** Xen xen/arch/x86/hvm/vmx/vmx.c, `vmx_handle_cd()`. */
  private handleCd(vcpu: number, cd: boolean): Observation {
    const { registers } = this;
    this.tlbFlushes++;
    if (cd) {
      this.enterNoFill(vcpu);
      this.cacheFlushes++;
      return plain(OK, RULE.cdSet);
    }
    const wasNoFill = registers.noFill[vcpu] !== 0;
    registers.noFill[vcpu] = 0;
    registers.setLivePat(vcpu, registers.savedPat[2 * vcpu + 1], registers.savedPat[2 * vcpu]);
    return plain(OK, wasNoFill ? RULE.cdCleared : RULE.cdClearedWithoutNoFill);
  }

  private enterNoFill(vcpu: number): void {
    const { registers } = this;
    // `vmx_get_guest_pat()` and `vmx_set_guest_pat()` do nothing in no-fill mode.
    if (registers.noFill[vcpu] !== 0) return;
    registers.setSavedPat(vcpu, registers.livePat[2 * vcpu + 1], registers.livePat[2 * vcpu]);
    registers.setLivePat(vcpu, 0, 0);
    registers.noFill[vcpu] = 1;
  }
}
