/**
 * EPT tables as Xen keeps them: 512 entries a table, every entry with its emt, every walk done. Only for comparing: it writes all entries of the
 * regions. Xen xen/arch/x86/mm/p2m-ept.c: ept_set_entry(), ept_split_super_page(), ept_invalidate_emt(), resolve_misconfig().
 */
import type { Level } from '../../../models/contract/address.js';

interface Table {
  readonly entries: Slot[];
}
interface Slot {
  /** Absent, or a leaf, or a table below. */
  kind: 'none' | 'leaf' | 'table';
  /** Of a leaf: emt, ipat and rule as the model packs them. Of a table: 7 if marked, else 0. */
  entry: number;
  below: Table | null;
}
/** Decides on the leaf of `gfn` at `level` for a vCPU; 7: split. */
export type Decide = (gfn: number, level: Level, vcpu: number) => number;

const emptyTable = (): Table => ({ entries: Array.from({ length: 512 }, () => ({ kind: 'none', entry: 0, below: null })) });
const PAGES = [0, 1, 0x200, 0x40000, 0x8000000];
const isMarked = (slot: Slot): boolean => (slot.entry & 7) === 7;

export class EagerP2m {
  private readonly root = emptyTable();

  constructor(private readonly decide: Decide) {}

  private slot(table: Table, gfn: number, level: number): Slot {
    return table.entries[Math.floor(gfn / PAGES[level]) % 512];
  }

  invalidate(): void {
    this.mark(this.root);
  }

  private mark(table: Table): void {
    for (const slot of table.entries) if (slot.kind !== 'none') slot.entry = 7;
  }

  set(gfn: number, level: Level, isPresent: boolean): void {
    this.resolve(gfn, 0);
    let table = this.root;
    for (let at = 4; at > level; at--) {
      const slot = this.slot(table, gfn, at);
      if (slot.kind === 'none') Object.assign(slot, { kind: 'table', entry: 0, below: emptyTable() });
      if (slot.kind === 'leaf') this.split(slot, at, level);
      table = slot.below!;
    }
    const slot = this.slot(table, gfn, level);
    Object.assign(slot, { kind: isPresent ? 'leaf' : 'none', entry: isPresent ? this.decide(gfn, level, 0) : 0, below: null });
  }

  /** Down to `target` in all of the superpage. */
  private split(slot: Slot, level: number, target: number): void {
    const below = emptyTable();
    for (const child of below.entries) {
      Object.assign(child, { kind: 'leaf', entry: slot.entry });
      if (level - 1 > target) this.split(child, level - 1, target);
    }
    Object.assign(slot, { kind: 'table', entry: 0, below });
  }

  resolve(gfn: number, vcpu: number): void {
    let table = this.root;
    for (let level = 4; ; level--) {
      const slot = this.slot(table, gfn, level);
      if (slot.kind === 'none') return;
      if (slot.kind === 'leaf') {
        if (!isMarked(slot)) return;
        if (level === 1) {
          const base = gfn - (gfn % 512);
          for (const [index, other] of table.entries.entries()) {
            if (other.kind === 'leaf') other.entry = this.decide(base + index, 1, vcpu);
          }
          return;
        }
        slot.entry = this.decide(gfn - (gfn % PAGES[level]), level as Level, vcpu);
        if (!isMarked(slot)) return;
        this.split(slot, level, level - 1);
      } else if (isMarked(slot)) {
        this.mark(slot.below!);
        slot.entry = 0;
      }
      table = slot.below!;
    }
  }

  /** A vCPU touches the frame: level and entry of its leaf, or null. */
  translate(gfn: number, vcpu: number): { level: number; entry: number } | null {
    for (let attempt = 0; attempt < 2; attempt++) {
      let table = this.root;
      for (let level = 4; level > 0; level--) {
        const slot = this.slot(table, gfn, level);
        if (slot.kind === 'none') return null;
        if (isMarked(slot)) break;
        if (slot.kind === 'leaf') return { level, entry: slot.entry };
        table = slot.below!;
      }
      this.resolve(gfn, vcpu);
    }
    throw new Error(`gfn ${gfn} is still marked`);
  }
}
