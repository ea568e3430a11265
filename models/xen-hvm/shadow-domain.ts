/** An HVM domain on VMX with shadow paging. The hardware walks the shadows, with Xen's own PAT. */
import { LEVEL_4K, type Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import type { EffectiveType, RegisterType } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { leafWord, type Observation, OK, plain, typed } from '../contract/observation.js';
import { HvmDomain, NO_BACKING } from './model.js';
import { COMBINE, compiled } from './memory-type-tables.js';
import { Regions } from './regions.js';
import { RULE } from './rules.js';
import { ShadowCacheBits } from './shadow-cache-bits.js';
import { mappingKey, NO_ENTRY, ShadowEntries, UNPAGED } from './shadow-entries.js';
import { shadowState } from './state.js';
import type { ShadowSwitches } from './switches.js';

const COMBINED = compiled(COMBINE);

export class ShadowDomain extends HvmDomain {
  private readonly regions = new Regions();
  private readonly entries = new ShadowEntries();
  private readonly cacheBits: ShadowCacheBits;
  private faults = 0;
  private zappedLeaves = 0;

  constructor(switches: ShadowSwitches) {
    super(switches, false);
    this.cacheBits = new ShadowCacheBits(switches, this.pins);
  }

  override reset(machine: Machine): void {
    super.reset(machine);
    this.regions.reset(machine);
    this.entries.dropAll();
    this.faults = 0;
    this.zappedLeaves = 0;
    this.cacheBits.isInUcMode = machine.cr0.cd && this.resources.handlesCd();
    if (this.cacheBits.isInUcMode) this.registers.noFill.fill(1, 0, machine.vcpus);
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_set_cr0()`. */
  override writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    const isToggled = this.registers.isCacheDisabled(vcpu) !== cd;
    this.registers.setCr0(vcpu, pg, cd, nw);
    if (!isToggled) return plain(OK, RULE.cr0Written);
    this.zapRule = RULE.cdUnseenSpares;
    if (!this.resources.handlesCd()) return plain(OK, RULE.cdNotEmulated);
    this.zapRule = RULE.shadowUcModeSpares;
    return cd ? this.enterNoFill(vcpu) : this.leaveNoFill(vcpu);
  }

  override invlpg(_vcpu: number, gfn: number): Observation {
    this.zappedLeaves += this.entries.drop(gfn, 1);
    return plain(OK, RULE.shadowEntryDropped);
  }

  override setBacking(gfn: number, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation {
    this.zappedLeaves += this.entries.drop(gfn, pages);
    this.tlbFlushes++;
    this.regions.replace(gfn, gfn + pages).place(gfn, gfn + pages, backing, level, hostMtrr);
    return plain(OK, RULE.shadowBackingReplaced);
  }

  override counters(): Counters {
    return { faults: this.faults, zappedLeaves: this.zappedLeaves, ...super.counters() };
  }

  override state(): State {
    return { ...super.state(), 'UC mode': this.cacheBits.isInUcMode, ...shadowState(this.entries) };
  }

  protected override accessPage(vcpu: number, gfn: number, pat: number, pageSize: Level): Observation {
    const region = this.regions.find(gfn);
    if (region === null) return NO_BACKING;
    const isPaging = this.registers.isPaging(vcpu);
    const key = mappingKey(gfn, isPaging ? (pageSize << 3) | pat : UNPAGED);
    let entry = this.entries.find(key);
    if (entry === NO_ENTRY) {
      const guestPat = this.registers.savedPatType(vcpu, isPaging ? pat : 0);
      entry = this.cacheBits.entry(region, gfn, guestPat, isPaging, this.resources.hasIoResources);
      this.entries.put(key, entry);
      this.faults++;
    }
    const type = entry & 7;
    const effective = COMBINED[(region.hostMtrr << 3) | type] as EffectiveType;
    // Guest superpages are shadowed by level-1 entries.
    return typed(effective, LEVEL_4K, leafWord(type as RegisterType, false), entry >> 3);
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_set_guest_pat()`: without HAP the value goes to `pat_cr`. */
  protected override setGuestPat(vcpu: number, hi: number, lo: number): Observation {
    this.registers.setSavedPat(vcpu, hi, lo);
    return plain(OK, RULE.patForNewShadows);
  }

  protected override guestPat(): Int32Array {
    return this.registers.savedPat;
  }

  /** `pat_cr` is saved and loaded; the mode of CD emulation is not. */
  protected override restorePat(vcpu: number): void {
    this.registers.noFill[vcpu] = 0;
  }

  /** A new domain has no shadows. */
  protected override repopulate(): void {
    this.entries.dropAll();
    this.cacheBits.isInUcMode = false;
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_shadow_handle_cd()`, CD set. */
  private enterNoFill(vcpu: number): Observation {
    this.registers.noFill[vcpu] = 1;
    if (this.cacheBits.isInUcMode) return plain(OK, RULE.shadowUcModeHeld);
    this.cacheFlushes++;
    this.setUcMode(true);
    return plain(OK, RULE.shadowUcModeEntered);
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_shadow_handle_cd()`, CD clear. */
  private leaveNoFill(vcpu: number): Observation {
    if (this.registers.noFill[vcpu] === 0) return plain(OK, RULE.cr0Written);
    this.registers.noFill[vcpu] = 0;
    if (!this.canLeaveUcMode(vcpu)) return plain(OK, RULE.shadowUcModeHeld);
    this.setUcMode(false);
    return plain(OK, RULE.shadowUcModeLeft);
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `domain_exit_uc_mode()`: every other vCPU caches, and has equal MTRRs and PAT. */
  private canLeaveUcMode(vcpu: number): boolean {
    const { registers, mtrrs } = this;
    const pat = registers.savedPat;
    for (let other = 0; other < registers.count; other++) {
      if (other === vcpu) continue;
      if (registers.noFill[other] !== 0 || mtrrs.of(other).differsFrom(mtrrs.of(vcpu))) return false;
      if (pat[2 * other] !== pat[2 * vcpu] || pat[2 * other + 1] !== pat[2 * vcpu + 1]) return false;
    }
    return true;
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_set_uc_mode()`: all shadows are dropped. */
  private setUcMode(isInUcMode: boolean): void {
    this.cacheBits.isInUcMode = isInUcMode;
    this.zaps++;
    this.zapRule = RULE.shadowUcModeDrops;
    this.tlbFlushes++;
    this.zappedLeaves += this.entries.dropAll();
  }
}
