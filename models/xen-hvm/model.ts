/**
 * What every HVM domain has, whatever pages its memory. How accesses are typed, what CR0.CD does and what an invalidation invalidates is left to
 * the kind of paging.
 */
import type { Level } from '../contract/address.js';
import type { Machine } from '../contract/machine.js';
import type { Counters, State } from '../contract/model.js';
import { MTRRCAP, PAT } from '../contract/msr.js';
import { GP, MMIO, type Observation, OK, plain, ruleOf } from '../contract/observation.js';
import type { AccessKind, AccessPause } from '../contract/operation.js';
import { HostInterface } from './host-interface.js';
import { isPat, loadFromRecord, MtrrAccess } from './mtrr-access.js';
import { MtrrSnapshots } from './mtrr-snapshots.js';
import type { MtrrState } from './mtrr-state.js';
import { NO_RULE } from '../contract/rule.js';
import { RULE } from './rules.js';
import { registerState } from './state.js';
import type { DomainSwitches } from './switches.js';
import { VcpuRegisters } from './vcpu-registers.js';

/** MTRRcap of a domU: WC, FIX, eight pairs. */
const DOMU_MTRRCAP = 0x508;

const MTRRS_HIDDEN = plain(GP, RULE.mtrrsHidden);
export const NO_BACKING = plain(MMIO, RULE.noBacking);

/** Widest guest MAXPHYADDR, in bits. */
const WIDTH: Readonly<Record<DomainSwitches['width'], number>> = { 'of-host': 52, 'of-four-levels': 48, 'of-shadow': 44 };

export abstract class HvmDomain extends HostInterface {
  protected readonly mtrrs = new MtrrSnapshots();
  protected readonly registers = new VcpuRegisters();
  private readonly mtrrAccess = new MtrrAccess(this.mtrrs);
  private readonly width: number;
  private showsMtrrs = true;
  protected zaps = 0;
  protected tlbFlushes = 0;

  /** @param hasP2mHook the p2m can be invalidated: EPT. */
  constructor(switches: DomainSwitches, hasP2mHook: boolean) {
    super(switches, hasP2mHook);
    this.width = WIDTH[switches.width];
  }

  get valueHi(): number {
    return this.mtrrAccess.valueHi;
  }
  get valueLo(): number {
    return this.mtrrAccess.valueLo;
  }

  override reset(machine: Machine): void {
    super.reset(machine);
    this.showsMtrrs = machine.guestMtrr;
    this.mtrrs.reset();
    this.mtrrAccess.reset(Math.min(machine.maxPhysAddr, machine.hostPhysAddr, this.width));
    this.registers.reset(machine);
    this.zaps = 0;
    this.tlbFlushes = 0;
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_msr_write_intercept()`. */
  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (msr === PAT) return this.writePat(vcpu, hi, lo);
    if (!this.showsMtrrs) return MTRRS_HIDDEN;
    if (msr === MTRRCAP) return plain(GP, RULE.mtrrcapReadOnly);
    const observation = this.mtrrAccess.write(vcpu, msr, hi, lo);
    if (this.mtrrAccess.changesTypes) this.typesChanged();
    else if (this.mtrrAccess.sparedBy !== NO_RULE) this.zapRule = this.mtrrAccess.sparedBy;
    return observation;
  }

  private writePat(vcpu: number, hi: number, lo: number): Observation {
    if (!isPat(hi, lo)) return plain(GP, RULE.patInvalidType);
    const observation = this.setGuestPat(vcpu, hi, lo);
    this.registers.patRule[vcpu] = ruleOf(observation);
    return observation;
  }

  /** A guest write changed what the MTRRs say: which rule of `memory_type_changed()` decides what becomes of the entries. */
  private typesChanged(): void {
    const { resources } = this;
    const isOpen = this.memoryTypeChanged();
    if (!this.hasP2mHook) this.zapRule = RULE.withoutHookSpares;
    else if (!isOpen) this.zapRule = resources.hasIommu ? RULE.iommuAloneSpares : RULE.plainDomainSpares;
    else {
      this.zaps++;
      this.zapRule = resources.permitsCacheFlush() ? RULE.mtrrWriteRecalculates : RULE.mtrrWriteRecalculatesForIommu;
    }
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_msr_read_intercept()`. */
  readMsr(vcpu: number, msr: number): Observation {
    if (msr === PAT) {
      const pat = this.guestPat(vcpu);
      return this.mtrrAccess.value(pat[2 * vcpu + 1], pat[2 * vcpu], this.registers.patRule[vcpu]);
    }
    if (!this.showsMtrrs) return MTRRS_HIDDEN;
    return msr === MTRRCAP ? this.mtrrAccess.value(0, DOMU_MTRRCAP, RULE.msrRead) : this.mtrrAccess.read(vcpu, msr);
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_vcpu_reset_state()`: CR0 is set without going through `hvm_set_cr0()`. */
  init(vcpu: number): Observation {
    this.registers.setCr0(vcpu, false, false, false);
    return plain(OK, RULE.init);
  }

  access(
    vcpu: number,
    gfn: number,
    _kind: AccessKind,
    pat: number,
    pageSize: Level,
    isPrivate: boolean,
    _ack: boolean,
    _pauseAfter: AccessPause,
  ): Observation {
    return isPrivate ? this.noPrivateMemory : this.accessPage(vcpu, gfn, pat, pageSize);
  }

  invlpg(_vcpu: number, _gfn: number): Observation {
    return plain(OK, RULE.guestMappingInvalidated);
  }

  saveRestore(): Observation {
    const saved: MtrrState[] = [];
    for (let vcpu = 0; vcpu < this.registers.count; vcpu++) saved.push(this.mtrrs.of(vcpu));
    // The new domain: created, populated, then loaded.
    this.pins.forget();
    for (let vcpu = 0; vcpu < this.registers.count; vcpu++) this.mtrrs.renew(vcpu);
    this.repopulate();
    saved.forEach((state, vcpu) => {
      this.restorePat(vcpu);
      this.mtrrAccess.willLoad(vcpu, state);
      loadFromRecord(this.mtrrs.writable(vcpu), state);
      // The default type comes last, and before it E is clear: one `memory_type_changed()` at most.
      if (state.defType !== 0) this.recalculateIfGated();
    });
    return plain(OK, RULE.restored);
  }

  takeZapRule(): number {
    const rule = this.zapRule;
    this.zapRule = NO_RULE;
    return rule;
  }

  counters(): Counters {
    return { zaps: this.zaps, tlbFlushes: this.tlbFlushes, cacheFlushes: this.cacheFlushes };
  }

  state(): State {
    return registerState(this.registers, this.mtrrs, this.pins, (vcpu) => this.guestPat(vcpu));
  }

  protected abstract accessPage(vcpu: number, gfn: number, pat: number, pageSize: Level): Observation;

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_set_guest_pat()` with a valid value. */
  protected abstract setGuestPat(vcpu: number, hi: number, lo: number): Observation;

  /** The registers that `hvm_get_guest_pat()` reads. */
  protected abstract guestPat(vcpu: number): Int32Array;

  /** The new vCPU of a restored domain gets the guest's PAT. */
  protected abstract restorePat(vcpu: number): void;

  /** Every region is mapped as at the start. */
  protected abstract repopulate(): void;
}
