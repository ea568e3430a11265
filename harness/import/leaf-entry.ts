/** What a second-level entry of KVM says about memory type. Linux arch/x86/kvm/mmu/spte.h; SDM vol. 3, "EPT"; APM vol. 2, "Nested Paging". */
import { type RegisterType, UC, UC_MINUS, WB, WC, WP, WT } from '../../models/contract/memory-type.js';
import type { Spte } from './trace-event.js';

/** Whose entries they are: EPT, or a paging entry (nested or shadow) that selects an entry of the host's PAT. */
export type EntryKind = 'ept' | 'paging';

/** A leaf as a trace records it. */
export interface RecordedLeaf {
  /** First frame of the mapping. */
  readonly gfn: number;
  readonly level: 1 | 2 | 3;
  /** 2, 3 and 7 are reserved in EPT; 7 is UC- in a paging entry. */
  readonly type: number;
  readonly ipat: boolean;
}

const LARGE = 1 << 7;
/** Linux's PAT: WB WC UC- UC WB WP UC- WT. */
const HOST_PAT: readonly RegisterType[] = [WB, WC, UC_MINUS, UC, WB, WP, UC_MINUS, WT];
const PAGES = [0, 1, 512, 262144];

/** Maps memory: readable, or executable alone. EPT's `-wx` and bit 51 are marks of MMIO; all bits clear: removed. */
export function isLeaf(spte: Spte, level: number): boolean {
  const rights = spte.low & 7;
  return (
    !spte.bit51 &&
    ((rights & 1) === 1 || rights === 4) &&
    (level === 1 || ((level === 2 || level === 3) && (spte.low & LARGE) !== 0))
  );
}

/** Refers to a table of the next level. */
export function isTable(spte: Spte, level: number): boolean {
  return !spte.bit51 && (spte.low & 1) === 1 && level > 1 && !isLeaf(spte, level);
}

export function leafOfEntry(gfn: number, spte: Spte, level: number, kind: EntryKind): RecordedLeaf {
  const size = PAGES[level];
  const base = Math.floor(gfn / size) * size;
  if (kind === 'ept') return { gfn: base, level: level as 1, type: (spte.low >>> 3) & 7, ipat: (spte.low & 0x40) !== 0 };
  const pat = level === 1 ? (spte.low >>> 7) & 1 : (spte.low >>> 12) & 1;
  return { gfn: base, level: level as 1, type: HOST_PAT[4 * pat + ((spte.low >>> 3) & 3)], ipat: false };
}

/** 4 KiB pages of a mapping. */
export function pagesOf(level: number): number {
  return PAGES[level] ?? 1;
}
