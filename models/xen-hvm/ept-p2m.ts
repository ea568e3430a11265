/**
 * EPT entries. Xen keeps page tables; `breakUp()` and `resolveMisconfig()` below are what it does to them. How entries are stored here is an
 * optimisation and no part of Xen, because a region of a scenario may have 2^40 frames, all of them mapped before the first step: an entry is
 * given by what it was computed from (the population of its region, the last resolution of its table, or the leaf that it was split
 * from), whichever has the highest event number. An invalidation is one event number: what is older carries emt 7. A first reader may skip `find()`.
 * The test `lazy-entries.test.ts` compares this with tables that are written and walked in full.
 */
import { LEVEL_1G, LEVEL_2M, LEVEL_4K, type Level } from '../contract/address.js';
import type { Machine } from '../contract/machine.js';
import type { EmtDecision } from './ept-decision.js';
import { EMT_INVALID, type Entry, emtOf } from './ept-entry.js';
import type { MtrrSnapshots } from './mtrr-snapshots.js';
import { gigaBlock, megaBlock, P2m } from './p2m.js';
import type { PinnedRanges } from './pinned-ranges.js';
import { GIGA_PAGES, MEGA_PAGES, type Region } from './region.js';

/** The entry has still to be computed from what it was resolved with. */
const NOT_COMPUTED = -1;
const ORDER_OF_LEVEL = [0, 0, 9, 18] as const;

export class EptP2m extends P2m {
  /** The domain has neither IOMMU nor `cache_flush_permitted()`. Set by the domain. */
  isPlain = true;
  /** Exits for an entry with emt 7. */
  misconfigs = 0;

  /** The leaf found last: its level and entry. */
  level: Level = LEVEL_4K;
  entry: Entry = 0;
  private entryEvent = 0;
  private computedMtrrs = 0;
  private computedInputs = 0;
  private lastInvalidation = 0;

  constructor(
    private readonly decision: EmtDecision,
    private readonly mtrrs: MtrrSnapshots,
    private readonly pins: PinnedRanges,
  ) {
    super();
  }

  override reset(machine: Machine): void {
    super.reset(machine);
    this.lastInvalidation = 0;
    this.misconfigs = 0;
  }

  /** Every valid entry of the root table gets emt 7, and with it all below: `ept_memory_type_changed()`. */
  invalidate(): void {
    this.lastInvalidation = ++this.event;
  }

  /** The vCPU touches the frame: leaves level and entry of its leaf in `level` and `entry`, resolving a misconfiguration first. */
  translate(region: Region, gfn: number, vcpu: number): void {
    this.find(region, gfn);
    if (!this.isInvalid()) return;
    this.misconfigs++;
    this.resolveMisconfig(region, gfn, vcpu);
  }

  /** The leaf as it stands, for the state: true if it is marked. */
  inspect(region: Region, gfn: number): boolean {
    this.find(region, gfn);
    return this.isInvalid();
  }

  /** First frames of the blocks that were touched, for the state. */
  touched(): number[] {
    const frames = [
      ...Array.from(this.giga.numbers.subarray(0, this.giga.count), (block) => block * GIGA_PAGES),
      ...Array.from(this.mega.numbers.subarray(0, this.mega.count), (block) => block * MEGA_PAGES),
    ];
    return frames.sort((a, b) => a - b);
  }

  protected override populateRegion(region: Region): void {
    super.populateRegion(region);
    // The toolstack's domain writes these entries: the MTRRs are those of d->vcpu[0].
    region.bornMtrrs = this.mtrrs.remember(0);
    region.bornInputs = this.inputs();
  }

  /** Xen xen/arch/x86/mm/p2m-ept.c, `ept_set_entry()` up to the new entry: resolves what is pending, then splits without recomputing. */
  protected override breakUp(region: Region, gfn: number, level: Level): void {
    this.find(region, gfn);
    // A 2M leaf or a table that a 2M write replaces leaves nothing behind.
    if (level === LEVEL_2M && this.level !== LEVEL_1G) return;
    if (this.isInvalid()) this.resolveMisconfig(region, gfn, 0);
    if (this.level === level) return;
    // `ept_split_super_page()` goes down to the target level in all of the superpage.
    if (this.level === LEVEL_1G) this.giga.put(gigaBlock(gfn), level, this.entry, ++this.event);
    else this.mega.put(megaBlock(gfn), level, this.entry, ++this.event);
  }

  /** What a decision made now depends on besides the MTRRs. */
  private inputs(): number {
    return (this.pins.time << 1) | (this.isPlain ? 1 : 0);
  }

  /** Finds the leaf of the frame: sets `level`, `entry` and the event of its making. */
  private find(region: Region, gfn: number): void {
    let level = region.populatedLevel(gfn);
    let entry = NOT_COMPUTED;
    let event = region.born;
    this.computedMtrrs = region.bornMtrrs;
    this.computedInputs = region.bornInputs;
    if (level === LEVEL_1G) {
      const record = this.giga.find(gigaBlock(gfn));
      if (record >= 0 && this.giga.events[record] > event) {
        level = this.giga.levels[record] as Level;
        entry = this.giga.entries[record];
        event = this.giga.events[record];
      }
    }
    if (level !== LEVEL_1G) {
      const { mega } = this;
      const record = mega.find(megaBlock(gfn));
      if (record >= 0 && mega.events[record] > event) {
        level = mega.levels[record] as Level;
        entry = mega.entries[record];
        event = mega.events[record];
      }
      if (record >= 0 && level === LEVEL_4K && mega.tableEvents[record] > event) {
        entry = NOT_COMPUTED;
        event = mega.tableEvents[record];
        this.computedMtrrs = mega.tableMtrrs[record];
        this.computedInputs = mega.tableInputs[record];
      }
    }
    this.level = level;
    this.entryEvent = event;
    this.entry = entry === NOT_COMPUTED && event >= this.lastInvalidation ? this.computed(region, gfn) : entry;
  }

  /** The entry of the leaf just found, from what it was resolved with. */
  private computed(region: Region, gfn: number): Entry {
    return this.decide(region, gfn, this.level, this.computedMtrrs, this.computedInputs);
  }

  /** `emt` is 7. */
  private isInvalid(): boolean {
    return this.entryEvent < this.lastInvalidation || emtOf(this.entry) === EMT_INVALID;
  }

  /**
   * Xen xen/arch/x86/mm/p2m-ept.c, `resolve_misconfig()` for a frame whose leaf is marked: one superpage, or all entries of a table of 4K leaves. A
   * superpage that cannot have one type is split by one level; the children inherit emt 7, and the frame's own is resolved.
   */
  private resolveMisconfig(region: Region, gfn: number, vcpu: number): void {
    const mtrrs = this.mtrrs.stateOf(vcpu);
    const inputs = this.inputs();
    while (this.level !== LEVEL_4K) {
      const { level } = this;
      this.entry = this.decide(region, gfn, level, mtrrs, inputs);
      const isSplit = this.entry === EMT_INVALID;
      if (isSplit) this.level = level === LEVEL_1G ? LEVEL_2M : LEVEL_4K;
      if (level === LEVEL_1G) this.giga.put(gigaBlock(gfn), this.level, this.entry, ++this.event);
      else this.mega.put(megaBlock(gfn), this.level, this.entry, ++this.event);
      if (!isSplit) return;
    }
    this.mega.resolveTable(megaBlock(gfn), this.mtrrs.remember(vcpu), inputs, ++this.event);
    this.entry = this.decide(region, gfn, LEVEL_4K, mtrrs, inputs);
  }

  private decide(region: Region, gfn: number, level: Level, mtrrs: number, inputs: number): Entry {
    const order = ORDER_OF_LEVEL[level];
    const base = gfn - (gfn & ((1 << order) - 1));
    return this.decision.entry(region, base, order, this.mtrrs.at(mtrrs), inputs >> 1, (inputs & 1) !== 0);
  }
}
