/** The addresses that a base and a mask match: one range, or several where the mask has holes. SDM vol. 3, "Range Size and Alignment Requirement". */

/** In frames, the end exclusive. */
export interface FrameRange {
  readonly start: number;
  readonly end: number;
}

export interface MaskPieces {
  readonly ranges: readonly FrameRange[];
  /** More than asked for. */
  readonly isCut: boolean;
  /** Bits below the mask's highest that are clear above its lowest: holes. */
  readonly holes: readonly number[];
}

/** An address matches where (address & mask) equals (base & mask). @param most ranges */
export function maskPieces(base: bigint, mask: bigint, width: number, most: number): MaskPieces {
  const bits = Array.from({ length: width - 12 }, (_, index) => index + 12);
  const set = bits.filter((bit) => ((mask >> BigInt(bit)) & 1n) === 1n);
  const end = 2 ** (width - 12);
  if (set.length === 0) return { ranges: [{ start: 0, end }], isCut: false, holes: [] };
  const lowest = set[0];
  // Bits above the mask's highest, too: an address matches whatever they are.
  const free = bits.filter((bit) => bit > lowest && !set.includes(bit));
  const size = 2 ** (lowest - 12);
  const first = Number((base & mask) >> 12n);
  const ranges: { start: number; end: number }[] = [];
  const count = 2 ** Math.min(free.length, 40);
  for (let choice = 0; choice < count && ranges.length < most; choice++) {
    let start = first;
    free.forEach((bit, index) => {
      if (Math.floor(choice / 2 ** index) % 2 === 1) start += 2 ** (bit - 12);
    });
    const last = ranges.at(-1);
    if (last?.end === start) last.end = start + size;
    else ranges.push({ start, end: start + size });
  }
  return { ranges, isCut: count > most, holes: free };
}
