/**
 * What every HVM domain has, whatever pages its memory: MTRR and PAT registers, devices, pinned ranges. How accesses are typed, what CR0.CD
 * does and what an invalidation invalidates is left to the kind of paging.
 */
import type { Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import { type RegisterType, UC, UC_MINUS, WB, WC } from '../contract/memory-type.js';
import type { Counters, Model, State } from '../contract/model.js';
import { MTRRCAP, PAT } from '../contract/msr.js';
import {
  EBUSY,
  ENODEV,
  ENOENT,
  ENOSPC,
  EOPNOTSUPP,
  EPERM,
  type Errno,
  GP,
  MMIO,
  NOT_APPLICABLE,
  type Observation,
  OK,
  plain,
  refused,
} from '../contract/observation.js';
import type { AccessKind, AccessPause, PinType } from '../contract/operation.js';
import type { InvalidationHistory, PinHistory } from './history.js';
import { isPat, loadFromRecord, MtrrAccess } from './mtrr-access.js';
import { MtrrHistory } from './mtrr-history.js';
import { ABSENT, DELETED, OVER_LIMIT, OVERLAPS, PinnedRanges, REPLACED } from './pinned-ranges.js';
import { registerState } from './register-state.js';
import { Resources } from './resources.js';
import { RULE } from './rules.js';
import { VcpuRegisters } from './vcpu-registers.js';

/** MTRRcap of a domU: WC, FIX, eight pairs. */
const DOMU_MTRRCAP = 0x508;

const NO_SUCH_OPERATION = plain(NOT_APPLICABLE, RULE.noSuchOperation);
const MTRRS_HIDDEN = plain(GP, RULE.mtrrsHidden);
export const NO_BACKING = plain(MMIO, RULE.noBacking);

/** What a profile chooses for any kind of paging. */
export interface DomainHistory {
  readonly invalidation: InvalidationHistory;
  readonly pins: PinHistory;
  /** Widest guest MAXPHYADDR. */
  readonly width: number;
}

export abstract class HvmDomain implements Model {
  protected readonly mtrrs = new MtrrHistory();
  protected readonly registers = new VcpuRegisters();
  protected readonly resources: Resources;
  protected readonly pins: PinnedRanges;
  private readonly mtrrAccess = new MtrrAccess(this.mtrrs);
  private readonly invalidation: InvalidationHistory;
  private readonly pinHistory: PinHistory;
  private readonly width: number;
  private showsMtrrs = true;
  private hasSelfSnoop = true;
  protected zaps = 0;
  protected cacheFlushes = 0;
  protected tlbFlushes = 0;

  /** @param hasP2mHook the p2m can be invalidated: EPT. */
  constructor(
    history: DomainHistory,
    private readonly hasP2mHook: boolean,
  ) {
    this.invalidation = history.invalidation;
    this.pinHistory = history.pins;
    this.width = history.width;
    this.resources = new Resources(history.invalidation.devicePermitsFlush);
    this.pins = new PinnedRanges(history.pins.limit);
  }

  get valueHi(): number {
    return this.mtrrAccess.valueHi;
  }
  get valueLo(): number {
    return this.mtrrAccess.valueLo;
  }

  reset(machine: Machine): void {
    this.showsMtrrs = machine.guestMtrr;
    this.hasSelfSnoop = machine.selfSnoop;
    this.mtrrs.reset();
    this.mtrrAccess.reset(Math.min(machine.maxPhysAddr, machine.hostPhysAddr, this.width));
    this.registers.reset(machine);
    this.resources.reset(machine);
    this.pins.reset();
    this.zaps = 0;
    this.cacheFlushes = 0;
    this.tlbFlushes = 0;
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_msr_write_intercept()`. */
  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (msr === PAT) return isPat(hi, lo) ? this.setGuestPat(vcpu, hi, lo) : plain(GP, RULE.patInvalid);
    if (!this.showsMtrrs) return MTRRS_HIDDEN;
    if (msr === MTRRCAP) return plain(GP, RULE.mtrrCapReadOnly);
    const observation = this.mtrrAccess.write(vcpu, msr, hi, lo);
    if (this.mtrrAccess.changesTypes && this.memoryTypeChanged() && this.hasP2mHook) this.zaps++;
    return observation;
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_msr_read_intercept()`. */
  readMsr(vcpu: number, msr: number): Observation {
    if (msr === PAT) {
      const pat = this.guestPat(vcpu);
      return this.mtrrAccess.value(pat[2 * vcpu + 1], pat[2 * vcpu]);
    }
    if (!this.showsMtrrs) return MTRRS_HIDDEN;
    return msr === MTRRCAP ? this.mtrrAccess.value(0, DOMU_MTRRCAP) : this.mtrrAccess.read(vcpu, msr);
  }

  abstract writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation;

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
    return isPrivate ? NO_SUCH_OPERATION : this.accessPage(vcpu, gfn, pat, pageSize);
  }

  invlpg(_vcpu: number, _gfn: number): Observation {
    return plain(OK, RULE.mappingInvalidated);
  }

  attachDevice(coherent: boolean): Observation {
    if (!this.resources.hasIommu) return refused(EOPNOTSUPP, RULE.domainWithoutIommu);
    if (!this.resources.attach(coherent)) return refused(ENOSPC, RULE.tooManyDevices);
    this.resourcesChanged();
    return plain(OK, RULE.deviceAssigned);
  }

  detachDevice(coherent: boolean): Observation {
    if (!this.resources.detach(coherent)) return refused(ENODEV, RULE.noSuchDevice);
    this.resourcesChanged();
    return plain(OK, RULE.deviceAssigned);
  }

  /** Xen xen/arch/x86/domctl.c, `XEN_DOMCTL_ioport_permission`, and common/domctl.c, `XEN_DOMCTL_iomem_permission`. */
  setIoResources(held: boolean): Observation {
    const { resources } = this;
    const permittedBefore = resources.permitsCacheFlush();
    resources.hasIoResources = held;
    this.resourcesChanged();
    // c4e5cc2ccc: after the first grant or the last revocation, without IOMMU.
    const isFirstOrLast = held ? !permittedBefore : !resources.permitsCacheFlush();
    if (!this.invalidation.onlyFirstGrantCounts || (isFirstOrLast && !resources.hasIommu)) this.memoryTypeChanged();
    return plain(OK, RULE.resourcesSet);
  }

  zap(_gfn: number, _pages: number): Observation {
    return NO_SUCH_OPERATION;
  }

  abstract setBacking(gfn: number, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation;

  /** Xen xen/arch/x86/hvm/mtrr.c, `hvm_set_mem_pinned_cacheattr()`. */
  pinCacheattr(gfn: number, pages: number, type: PinType): Observation {
    const { pinHistory } = this;
    const isUncachable = type === UC || type === UC_MINUS || type === WC;
    if (isUncachable && pinHistory.uncachableNeedsPermission && this.resources.isPlain())
      return refused(EPERM, RULE.pinNotPermitted);
    switch (this.pins.set(gfn, pages, type)) {
      case ABSENT:
        return refused(ENOENT, RULE.pinAbsent);
      case DELETED:
        this.pinDeleted(this.pins.deletedType);
        return plain(OK, RULE.pinDeleted);
      case REPLACED:
        if (pinHistory.everyOutcomeCounts) this.pinAdded(type);
        return plain(OK, RULE.pinReplaced);
      case OVERLAPS:
        return this.pinFailed(type, EBUSY, RULE.pinOverlaps);
      case OVER_LIMIT:
        return this.pinFailed(type, ENOSPC, RULE.pinLimit);
      default:
        this.pinAdded(type);
        return plain(OK, RULE.pinStored);
    }
  }

  saveRestore(): Observation {
    const saved = Array.from({ length: this.registers.count }, (_, vcpu) => this.mtrrs.of(vcpu));
    // The new domain: created, populated, then loaded.
    this.pins.forget();
    for (let vcpu = 0; vcpu < this.registers.count; vcpu++) this.mtrrs.renew(vcpu);
    this.repopulate();
    saved.forEach((state, vcpu) => {
      this.restorePat(vcpu);
      loadFromRecord(this.mtrrs.writable(vcpu), state);
      // The default type comes last, and before it E is clear: one `memory_type_changed()` at most.
      if (state.defType !== 0) this.recalculateIfGated();
    });
    return plain(OK, RULE.restored);
  }

  resumeAccess(_vcpu: number): Observation {
    return NO_SUCH_OPERATION;
  }
  setAttributes(): Observation {
    return NO_SUCH_OPERATION;
  }
  resumeAttributes(): Observation {
    return NO_SUCH_OPERATION;
  }
  punchHole(_gfn: number, _pages: number): Observation {
    return NO_SUCH_OPERATION;
  }

  counters(): Counters {
    return { zaps: this.zaps, tlbFlushes: this.tlbFlushes, cacheFlushes: this.cacheFlushes };
  }

  state(): State {
    return registerState(this.registers, this.mtrrs, this.pins, (vcpu) => this.guestPat(vcpu));
  }

  protected abstract accessPage(vcpu: number, gfn: number, pat: number, pageSize: Level): Observation;

  /** Xen xen/arch/x86/hvm/mtrr.c, `hvm_set_guest_pat()` with a valid value. */
  protected abstract setGuestPat(vcpu: number, hi: number, lo: number): Observation;

  /** The registers that `hvm_get_guest_pat()` reads. */
  protected abstract guestPat(vcpu: number): Int32Array;

  /** The new vCPU of a restored domain gets the guest's PAT. */
  protected abstract restorePat(vcpu: number): void;

  /** Every region is mapped as at the start. */
  protected abstract repopulate(): void;

  /** Devices or I/O capabilities came or went. */
  protected resourcesChanged(): void {}

  /** `p2m_memory_type_changed()`: recalculates all entries; a no-op but on EPT. */
  protected recalculate(): void {}

  /** Xen xen/arch/x86/mm/p2m.c or hvm/mtrr.c, `memory_type_changed()`: true if its gate is open. */
  private memoryTypeChanged(): boolean {
    if (!this.recalculateIfGated()) return false;
    if (this.invalidation.needsP2mHook && !this.hasP2mHook) return true;
    // 2d779cabdd. No IOMMU of these profiles has snoop control.
    if (!this.invalidation.flushSparesSelfSnoop || !this.hasSelfSnoop || this.resources.hasIommu) this.cacheFlushes++;
    return true;
  }

  private recalculateIfGated(): boolean {
    const { resources } = this;
    const isOpen = resources.permitsCacheFlush() || (!this.invalidation.gateIgnoresIommu && resources.hasIommu);
    if (isOpen) this.recalculate();
    return isOpen;
  }

  /** The effects of a range that is pinned. */
  private pinAdded(type: PinType): void {
    const isUncachable = type === UC || type === UC_MINUS || type === WC;
    if (!this.pinHistory.uncachableNeedsPermission) {
      this.recalculate();
      if (type !== WB) this.cacheFlushes++;
    } else if (isUncachable) this.memoryTypeChanged();
    else this.recalculate();
  }

  /** The effects of a range that is pinned no more. */
  private pinDeleted(type: PinType): void {
    const isUncachable = type === UC || type === UC_MINUS || type === WC;
    if (!this.pinHistory.uncachableNeedsPermission) {
      this.recalculate();
      // EPT stores UC- as UC.
      if (type !== UC && (type !== UC_MINUS || !this.hasP2mHook)) this.cacheFlushes++;
    } else if (isUncachable) this.recalculate();
    else this.memoryTypeChanged();
  }

  private pinFailed(type: PinType, errno: Errno, rule: number): Observation {
    if (this.pinHistory.everyOutcomeCounts) this.pinAdded(type);
    return refused(errno, rule);
  }
}
