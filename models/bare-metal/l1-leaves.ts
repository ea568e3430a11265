/** The nested table of L1: which of its frames stand behind those of L2. What `map-l2` leaves is a rule of the scenario format. */
import { type Gfn, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';

/** A run of mappings that one `map-l2` made, or what later ones left of it. */
export interface L1Leaf {
  readonly start: Gfn;
  readonly end: Gfn;
  /** L1's frame behind `start`. */
  readonly target: Gfn;
  /** No block of it is larger. */
  readonly level: Level;
  /** PAT index of an NPT leaf. */
  readonly index: number;
  /** Type field of an EPT leaf, and its ipat. */
  readonly type: number;
  readonly ipat: boolean;
}

export class L1Leaves {
  private leaves: L1Leaf[] = [];

  clear(): void {
    this.leaves = [];
  }

  find(gfn: Gfn): L1Leaf | null {
    for (const leaf of this.leaves) if (gfn >= leaf.start && gfn < leaf.end) return leaf;
    return null;
  }

  /** Puts the leaf in the place of what was there; null: nothing is there afterwards. */
  replace(start: Gfn, end: Gfn, leaf: L1Leaf | null): void {
    const kept = this.leaves.flatMap((old) => (old.start < end && old.end > start ? remains(old, start, end) : [old]));
    this.leaves = (leaf === null ? kept : [...kept, leaf]).sort((a, b) => a.start - b.start);
  }

  /** In the order of frames. */
  list(): readonly L1Leaf[] {
    return this.leaves;
  }
}

/** Level of the largest aligned block around the frame inside the leaf. */
export function levelAt({ start, end, target, level }: L1Leaf, gfn: Gfn): Level {
  for (let candidate = level; candidate > LEVEL_4K; candidate--) {
    const pages = LEVEL_PAGES[candidate];
    const first = gfn - (gfn % pages);
    if (first >= start && first + pages <= end && (target - start) % pages === 0) return candidate;
  }
  return LEVEL_4K;
}

/** What is left of a leaf around [start, end): a large block that the cut goes through becomes 4K. */
function remains(leaf: L1Leaf, start: Gfn, end: Gfn): L1Leaf[] {
  const parts: L1Leaf[] = [];
  const keep = (from: Gfn, to: Gfn, level: Level) => {
    if (from < to) parts.push({ ...leaf, start: from, end: to, target: leaf.target + from - leaf.start, level });
  };
  if (leaf.start < start) {
    const cut = blockStart(leaf, start);
    keep(leaf.start, cut, leaf.level);
    keep(cut, start, LEVEL_4K);
  }
  if (leaf.end > end) {
    const last = blockStart(leaf, end - 1);
    const cut = Math.min(leaf.end, last + LEVEL_PAGES[levelAt(leaf, end - 1)]);
    keep(end, cut, LEVEL_4K);
    keep(cut, leaf.end, leaf.level);
  }
  return parts;
}

function blockStart(leaf: L1Leaf, gfn: Gfn): Gfn {
  const pages = LEVEL_PAGES[levelAt(leaf, gfn)];
  return gfn - (gfn % pages);
}
