/**
 * One thread of a trace: what it did, put into the order in which it happened. A fault is served before the guest executes its next
 * instruction, a zap is printed before the kvm_msr line and after the kvm_cr line that caused it, and lines with equal stamps may have
 * changed places.
 */
import { isLeaf, pagesOf } from './leaf-entry.js';
import type { TraceEvent } from './trace-event.js';
import type { TracedAct, ZapRange } from './traced-step.js';

type Emit = (line: number, act: TracedAct) => void;
type Event<K extends TraceEvent['kind']> = Extract<TraceEvent, { kind: K }>;

interface OpenFault {
  readonly event: Event<'fault'>;
  readonly line: number;
  readonly vcpu: number;
}

interface Waiting {
  readonly event: Event<'msr'> | Event<'cr'>;
  readonly line: number;
  readonly time: string;
  readonly vcpu: number;
}

const DEF_TYPE = 0x2ff;
const PAT = 0x277;
const CR0 = { pg: 0x80000000, cd: 0x40000000, nw: 0x20000000 };
/** A zap of everything ends beyond every frame. */
const ALL = 2 ** 40;

export class TraceThread {
  private fault: OpenFault | null = null;
  /** Instructions of the guest that are printed before the leaf of the fault that came before them. */
  private waiting: Waiting[] = [];
  private cr0: { readonly line: number; readonly vcpu: number; readonly lo: number } | null = null;
  private zaps: ({ readonly line: number } & ZapRange)[] = [];
  private removed: ({ readonly line: number } & ZapRange)[] = [];
  /** kvm_tdp_mmu_spte_changed and kvm_mmu_set_spte print one leaf twice. */
  private lastLeaf = '';

  constructor(
    /** Of the trace: a probe on kvm_zap_gfn_range(), faults. */
    private readonly facts: { readonly hasZapEvents: boolean; readonly hasFaultEvents: boolean },
    private readonly emit: Emit,
  ) {}

  on(event: TraceEvent, line: number, time: string, vcpu: number): void {
    if (this.waiting.length > 0 && time !== this.waiting[0].time) this.settleFault();
    switch (event.kind) {
      case 'fault':
        this.settle();
        this.fault = { event, line, vcpu };
        return;
      case 'entry':
      case 'exit':
        this.settle();
        return;
      case 'msr':
      case 'cr':
        if (this.fault !== null) this.waiting.push({ event, line, time, vcpu });
        else this.instruction(event, line, vcpu);
        return;
      case 'zap':
        if (event.end > event.start) this.zaps.push({ line, start: event.start, end: event.end });
        return;
      case 'change':
        this.change(event, line, vcpu);
        return;
      case 'leaf':
        if (isLeaf(event.spte, event.level)) this.leaf(event.gfn, event.spte, event.level, false, line, vcpu);
        return;
      case 'mmio':
        this.built(event.gfn, 1, line, vcpu, { leaf: null, isMmio: true, isReplaced: false });
        return;
      default:
        return;
    }
  }

  /** What is open is done: the guest runs again, or the trace ends. */
  settle(): void {
    this.settleFault();
    this.settleCr0();
    this.hostActs();
    this.lastLeaf = '';
  }

  /** A fault that no leaf followed: emulated, or served before. */
  private settleFault(): void {
    if (this.fault !== null) {
      const { event, line, vcpu } = this.fault;
      this.fault = null;
      this.emit(line, {
        kind: 'access',
        vcpu,
        gfn: event.gfn,
        code: event.code,
        rip: event.rip,
        leaf: null,
        isReplaced: false,
        isMmio: false,
      });
    }
    const waiting = this.waiting;
    this.waiting = [];
    for (const { event, line, vcpu } of waiting) this.instruction(event, line, vcpu);
  }

  private change(event: Event<'change'>, line: number, vcpu: number): void {
    const { gfn, level, old, spte } = event;
    const wasLeaf = isLeaf(old, level);
    if (isLeaf(spte, level)) {
      // Without a fault it is no new decision: a large page that is split, a right that dirty logging takes.
      const isDecision = this.fault !== null || !this.facts.hasFaultEvents;
      if (event.space === 0 && isDecision) this.leaf(gfn, spte, level, wasLeaf, line, vcpu);
    } else if (wasLeaf) this.removed.push({ line, start: gfn, end: gfn + pagesOf(level) });
  }

  private leaf(gfn: number, spte: Event<'leaf'>['spte'], level: number, isReplaced: boolean, line: number, vcpu: number): void {
    const size = pagesOf(level);
    const base = Math.floor(gfn / size) * size;
    const key = `${base} ${spte.text}`;
    if (key === this.lastLeaf) return;
    this.lastLeaf = key;
    this.built(base, size, line, vcpu, { leaf: { gfn: base, spte, level }, isReplaced, isMmio: false });
  }

  /** The fault that this serves, then the instructions that were printed too early. */
  private built(
    base: number,
    size: number,
    line: number,
    vcpu: number,
    built: { leaf: { gfn: number; spte: Event<'leaf'>['spte']; level: number } | null; isReplaced: boolean; isMmio: boolean },
  ): void {
    const { fault } = this;
    const isServed = fault !== null && fault.event.gfn >= base && fault.event.gfn < base + size;
    if (!isServed) {
      this.emit(line, { kind: 'access', vcpu, gfn: base, code: null, rip: null, ...built });
      return;
    }
    this.fault = null;
    const { gfn, code, rip } = fault.event;
    this.emit(line, { kind: 'access', vcpu: fault.vcpu, gfn, code, rip, ...built });
    this.settleFault();
  }

  private instruction(event: Event<'msr'> | Event<'cr'>, line: number, vcpu: number): void {
    if (event.kind === 'cr') {
      this.settleCr0();
      this.hostActs();
      if (event.isWrite && event.register === 0) this.cr0 = { line, vcpu, lo: event.lo };
      return;
    }
    const { msr, hi, lo, refused } = event;
    if (!event.isWrite) {
      this.settleCr0();
      this.hostActs();
      this.emit(line, { kind: 'read-msr', vcpu, msr, hi, lo, refused });
      return;
    }
    const own = this.zaps.filter((zap) => isZapOf(msr, zap));
    this.zaps = this.zaps.filter((zap) => !own.includes(zap));
    const takesLeaves = own.length > 0 || (!this.facts.hasZapEvents && this.cr0 === null && msr !== PAT);
    const leaves = takesLeaves ? this.removed : [];
    if (takesLeaves) this.removed = [];
    this.settleCr0();
    this.hostActs();
    this.emit(line, { kind: 'write-msr', vcpu, msr, hi, lo, refused, zaps: own, leaves });
  }

  private settleCr0(): void {
    if (this.cr0 === null) return;
    const { line, vcpu, lo } = this.cr0;
    const { zaps, removed } = this;
    this.cr0 = null;
    this.zaps = [];
    this.removed = [];
    const bit = (mask: number) => (lo & mask) !== 0;
    this.emit(line, { kind: 'write-cr0', vcpu, pg: bit(CR0.pg), cd: bit(CR0.cd), nw: bit(CR0.nw), zaps, leaves: removed });
  }

  private hostActs(): void {
    for (const { line, start, end } of this.zaps) this.emit(line, { kind: 'host-zap', start, end, isCall: true });
    for (const { line, start, end } of this.removed) this.emit(line, { kind: 'host-zap', start, end, isCall: false });
    this.zaps = [];
    this.removed = [];
  }
}

/** Whether a write of this MSR can have caused the zap: update_mtrr() of Linux 4.2 to 6.10 zaps what the register covers. */
function isZapOf(msr: number, { start, end }: ZapRange): boolean {
  if (msr === PAT) return false;
  if (msr === DEF_TYPE) return start === 0 && end > ALL;
  if (msr >= 0x250 && msr <= 0x26f) return end <= 0x100;
  return msr >= 0x200 && msr <= 0x20f && end <= ALL;
}
