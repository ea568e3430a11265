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
import { ABSENT, DELETED, OVER_LIMIT, OVERLAPS, PinnedRanges, REPLACED } from './pinned-ranges.js';
import { Resources } from './resources.js';
import { NO_RULE } from '../contract/rule.js';
import { Subject } from '../contract/subject.js';
import { RULE } from './rules.js';
import type { DomainSwitches } from './switches.js';

/** `d484dcca79`. */
const MOST_PINS = 64;
const NO_LIMIT = 0;

export abstract class HostInterface extends Subject {
  protected readonly resources: Resources;
  protected readonly pins: PinnedRanges;
  private hasSelfSnoop = true;
  protected cacheFlushes = 0;
  /** By which rule the last invalidation was decided on. */
  protected zapRule = NO_RULE;

  /** @param hasP2mHook the p2m can be invalidated: EPT. */
  constructor(
    private readonly switches: DomainSwitches,
    protected readonly hasP2mHook: boolean,
  ) {
    super({ privateMemory: RULE.noSuchOperation, hostZap: RULE.noSuchOperation });
    this.resources = new Resources(switches.devicePermitsFlush);
    this.pins = new PinnedRanges(switches.limitsPins ? MOST_PINS : NO_LIMIT);
  }

  override reset(machine: Machine): void {
    this.hasSelfSnoop = machine.selfSnoop;
    this.resources.reset(machine);
    this.pins.reset();
    this.cacheFlushes = 0;
    this.zapRule = NO_RULE;
  }

  override attachDevice(coherent: boolean): Observation {
    if (!this.resources.hasIommu) return refused(EOPNOTSUPP, RULE.domainWithoutIommu);
    if (!this.resources.attach(coherent)) return refused(ENOSPC, RULE.tooManyDevices);
    return this.deviceChanged();
  }

  override detachDevice(coherent: boolean): Observation {
    if (!this.resources.detach(coherent)) return refused(ENODEV, RULE.noSuchDevice);
    return this.deviceChanged();
  }

  private deviceChanged(): Observation {
    this.resourcesChanged();
    this.zapRule = RULE.deviceSpares;
    return plain(OK, RULE.deviceAssigned);
  }

  /** Xen xen/arch/x86/domctl.c, `XEN_DOMCTL_ioport_permission`, and common/domctl.c, `XEN_DOMCTL_iomem_permission`. */
  override setIoResources(held: boolean): Observation {
    const { resources } = this;
    const permittedBefore = resources.permitsCacheFlush();
    resources.hasIoResources = held;
    this.resourcesChanged();
    // c4e5cc2ccc: after the first grant or the last revocation, without IOMMU.
    const isFirstOrLast = held ? !permittedBefore : !resources.permitsCacheFlush();
    if (!this.switches.onlyFirstGrantCounts || (isFirstOrLast && !resources.hasIommu)) this.memoryTypeChanged();
    return plain(OK, RULE.ioResourcesSet);
  }

  /** Xen xen/arch/x86/hvm/mtrr.c, `hvm_set_mem_pinned_cacheattr()`. */
  override pinCacheattr(gfn: number, pages: number, type: PinType): Observation {
    const { everyPinOutcomeCounts, uncachablePinNeedsPermission } = this.switches;
    const isUncachable = type === UC || type === UC_MINUS || type === WC;
    if (isUncachable && uncachablePinNeedsPermission && this.resources.isPlain()) return refused(EPERM, RULE.pinNotPermitted);
    switch (this.pins.set(gfn, pages, type)) {
      case ABSENT:
        return refused(ENOENT, RULE.pinAbsent);
      case DELETED:
        this.pinDeleted(this.pins.deletedType);
        return plain(OK, RULE.pinDeleted);
      case REPLACED:
        if (everyPinOutcomeCounts) this.pinAdded(type);
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
    if (this.switches.needsP2mHook && !this.hasP2mHook) return true;
    // 2d779cabdd. No IOMMU of these profiles has snoop control.
    if (!this.switches.flushSparesSelfSnoop || !this.hasSelfSnoop || this.resources.hasIommu) this.cacheFlushes++;
    return true;
  }

  protected recalculateIfGated(): boolean {
    const { resources } = this;
    const isOpen = resources.permitsCacheFlush() || (!this.switches.gateIgnoresIommu && resources.hasIommu);
    if (isOpen) this.recalculate();
    return isOpen;
  }

  /** The effects of a range that is pinned. */
  private pinAdded(type: PinType): void {
    const isUncachable = type === UC || type === UC_MINUS || type === WC;
    if (!this.switches.uncachablePinNeedsPermission) {
      this.recalculate();
      if (type !== WB) this.cacheFlushes++;
    } else if (isUncachable) this.memoryTypeChanged();
    else this.recalculate();
  }

  /** The effects of a range that is pinned no more. */
  private pinDeleted(type: PinType): void {
    const isUncachable = type === UC || type === UC_MINUS || type === WC;
    if (!this.switches.uncachablePinNeedsPermission) {
      this.recalculate();
      // EPT stores UC- as UC.
      if (type !== UC && (type !== UC_MINUS || !this.hasP2mHook)) this.cacheFlushes++;
    } else if (isUncachable) this.recalculate();
    else this.memoryTypeChanged();
  }

  private pinFailed(type: PinType, errno: Errno, rule: number): Observation {
    if (this.switches.everyPinOutcomeCounts) this.pinAdded(type);
    return refused(errno, rule);
  }
}
