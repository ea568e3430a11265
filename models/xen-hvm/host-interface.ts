/** What the toolstack and the hardware domain do to a domain: devices, I/O capabilities, pinned ranges, and the invalidation they share with MTRRs. */
import type { Machine } from '../contract/machine.js';
import { UC, UC_MINUS, WB, WC } from '../contract/memory-type.js';
import {
  EBUSY,
  ENODEV,
  ENOENT,
  ENOSPC,
  EOPNOTSUPP,
  EPERM,
  type Errno,
  type Observation,
  OK,
  plain,
  refused,
} from '../contract/observation.js';
import type { PinType } from '../contract/operation.js';
import type { InvalidationHistory, PinHistory } from './history.js';
import { ABSENT, DELETED, OVER_LIMIT, OVERLAPS, PinnedRanges, REPLACED } from './pinned-ranges.js';
import { Resources } from './resources.js';
import { RULE } from './rules.js';

export abstract class HostInterface {
  protected readonly resources: Resources;
  protected readonly pins: PinnedRanges;
  private hasSelfSnoop = true;
  protected cacheFlushes = 0;

  /** @param hasP2mHook the p2m can be invalidated: EPT. */
  constructor(
    private readonly invalidation: InvalidationHistory,
    private readonly pinHistory: PinHistory,
    protected readonly hasP2mHook: boolean,
  ) {
    this.resources = new Resources(invalidation.devicePermitsFlush);
    this.pins = new PinnedRanges(pinHistory.limit);
  }

  reset(machine: Machine): void {
    this.hasSelfSnoop = machine.selfSnoop;
    this.resources.reset(machine);
    this.pins.reset();
    this.cacheFlushes = 0;
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

  /** Devices or I/O capabilities came or went. */
  protected resourcesChanged(): void {}

  /** `p2m_memory_type_changed()`: recalculates all entries; a no-op but on EPT. */
  protected recalculate(): void {}

  /** Xen xen/arch/x86/hvm/mtrr.c, `memory_type_changed()`: true if its gate is open. */
  protected memoryTypeChanged(): boolean {
    if (!this.recalculateIfGated()) return false;
    if (this.invalidation.needsP2mHook && !this.hasP2mHook) return true;
    // 2d779cabdd. No IOMMU of these profiles has snoop control.
    if (!this.invalidation.flushSparesSelfSnoop || !this.hasSelfSnoop || this.resources.hasIommu) this.cacheFlushes++;
    return true;
  }

  protected recalculateIfGated(): boolean {
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
