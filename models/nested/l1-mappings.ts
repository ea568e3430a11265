/** L1's table for L2 (a rule of the scenario format), cut into pieces that each later `map-l2` cuts further. */
import { type Gfn, LEVEL_4K, LEVEL_PAGES, type Level } from '../contract/address.js';

/** Frames in one run, under leaves of L1. */
export interface L1Piece {
  readonly start: Gfn;
  readonly end: Gfn;
  readonly target: Gfn;
  readonly level: Level;
  /** Type and ipat of an EPT leaf. */
  readonly type: number;
  readonly ipat: boolean;
  /** PAT index of an NPT leaf. */
  readonly index: number;
}

export class L1Mappings {
  pieces: readonly L1Piece[] = [];

  find(gfn: Gfn): L1Piece | null {
    return this.pieces.find(({ start, end }) => start <= gfn && gfn < end) ?? null;
  }

  replace(start: Gfn, end: Gfn, piece: L1Piece | null): void {
    const left = this.pieces.flatMap((old) => [...before(old, start, end), ...after(old, start, end)]);
    this.pieces = (piece === null ? left : [...left, piece]).sort((one, other) => one.start - other.start);
  }
}

/** First frame and size of the block that maps the frame. */
export function blockAt({ start, end, target, level }: L1Piece, gfn: Gfn): { readonly first: Gfn; readonly level: Level } {
  for (let size = level; ; size--) {
    const pages = LEVEL_PAGES[size];
    const first = gfn - (gfn % pages);
    const isWhole = first >= start && first + pages <= end && (target + first - start) % pages === 0;
    if (isWhole || size === LEVEL_4K) return { first, level: size as Level };
  }
}

function cut(piece: L1Piece, start: Gfn, end: Gfn, level: Level): L1Piece[] {
  return start < end ? [{ ...piece, start, end, target: piece.target + start - piece.start, level }] : [];
}

/** What is left below `start`; the block that is cut becomes 4K. */
function before(piece: L1Piece, start: Gfn, end: Gfn): L1Piece[] {
  if (piece.end <= start) return [piece];
  if (piece.start >= start || end <= piece.start) return [];
  const { first } = blockAt(piece, start);
  return [...cut(piece, piece.start, first, piece.level), ...cut(piece, first, start, LEVEL_4K)];
}

function after(piece: L1Piece, start: Gfn, end: Gfn): L1Piece[] {
  if (piece.start >= end) return [piece];
  if (piece.end <= end || start >= piece.end) return [];
  const block = blockAt(piece, end - 1);
  const limit = Math.max(end, block.first + LEVEL_PAGES[block.level]);
  return [...cut(piece, end, limit, LEVEL_4K), ...cut(piece, limit, piece.end, piece.level)];
}
