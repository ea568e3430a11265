/** L1's nested page table, as its `map-l2` steps leave it (a rule of the scenario format): the last step that names a frame decides. */
import { type Gfn, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';

/** One `map-l2`. */
export interface L1Mapping {
  readonly gfn: Gfn;
  readonly pages: number;
  readonly target: Gfn;
  /** PAT index of the leaf: PAT, PCD and PWT of L1's entry. */
  readonly index: number;
  readonly level: Level;
  readonly isPresent: boolean;
}

export class L1Table {
  /** Oldest first. */
  private mappings: L1Mapping[] = [];

  clear(): void {
    this.mappings = [];
  }

  add(mapping: L1Mapping): void {
    const isHidden = (old: L1Mapping) => old.gfn >= mapping.gfn && old.gfn + old.pages <= mapping.gfn + mapping.pages;
    this.mappings = [...this.mappings.filter((old) => !isHidden(old)), mapping];
  }

  /** Null: no present leaf. */
  find(gfn: Gfn): L1Mapping | null {
    const found = this.mappings.findLast((mapping) => meets(mapping, gfn, 1));
    return found?.isPresent ? found : null;
  }

  /** Size of the leaf: the largest aligned block in its range, or 4K where a later step replaced a part of it. */
  level(mapping: L1Mapping, gfn: Gfn): Level {
    let level = mapping.level;
    while (level > LEVEL_4K && !isBlock(mapping, gfn, LEVEL_PAGES[level])) level--;
    const pages = LEVEL_PAGES[level];
    const later = this.mappings.slice(this.mappings.indexOf(mapping) + 1);
    return later.some((newer) => meets(newer, gfn - (gfn % pages), pages)) ? LEVEL_4K : level;
  }

  state(): readonly object[] {
    return this.mappings;
  }
}

function meets(mapping: L1Mapping, gfn: Gfn, pages: number): boolean {
  return gfn < mapping.gfn + mapping.pages && gfn + pages > mapping.gfn;
}

function isBlock({ gfn: start, pages: length, target }: L1Mapping, gfn: Gfn, pages: number): boolean {
  const first = gfn - (gfn % pages);
  return first >= start && first + pages <= start + length && (target - start) % pages === 0;
}
