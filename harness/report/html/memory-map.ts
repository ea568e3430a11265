/** The memory map of a scenario as inline SVG: addresses downwards, one band between two boundaries, whatever its size. */
import { printHex } from '../../operations/number.js';
import { html, type Markup, NOTHING } from './markup.js';
import type { MemoryRange } from './memory-ranges.js';

/** Pixels. A telephone shows 360 of them. */
const WIDTH = 340;
const BAND = 24;
const HEAD = 20;
/** Of a column that is to show its label. */
const LEAST_LABELLED = 30;
const LETTER = 6.7;
/** Between an address and its line. */
const GAP = 8;

/** Lanes from `left` on. */
const lanesFrom = (left: number) =>
  [
    { lane: 'backing', title: 'backing', left, width: 72 },
    { lane: 'mtrr', title: 'MTRRs written', left: left + 76, width: 92 },
    { lane: 'step', title: 'steps', left: left + 172, width: WIDTH - left - 172 },
  ] as const;

export function memoryMap(ranges: readonly MemoryRange[]): Markup {
  if (ranges.length === 0) return NOTHING;
  const points = [...new Set(ranges.flatMap(({ first, end }) => [first, end]))].sort((a, b) => a - b);
  const left = GAP + Math.ceil(LETTER * Math.max(...points.map((frame) => printHex(frame * 4096).length)));
  const height = HEAD + BAND * (points.length - 1) + 14;
  const yOf = (frame: number) => HEAD + BAND * points.indexOf(frame);
  const grid = points.map((frame) => `M${left - 4} ${yOf(frame)}H${WIDTH}`).join('');
  const addresses = points.map((frame) => html`<text x="${left - GAP}" y="${yOf(frame) + 4}">${printHex(frame * 4096)}</text>`);
  const lanes = lanesFrom(left).map(
    ({ lane, title, left: start, width }) => html`<text x="${start}" y="11" class="head">${title}</text>
${columns(ranges.filter((range) => range.lane === lane)).map(({ range, column, of }) =>
  box(range, { left: start + (column * width) / of, width: width / of - 2, top: yOf(range.first), bottom: yOf(range.end) }),
)}`,
  );
  return html`<svg class="map" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Memory map">
<path d="${grid}"/><g class="addresses">${addresses}</g>
${lanes}
</svg>`;
}

interface Placed {
  readonly range: MemoryRange;
  readonly column: number;
  /** Columns of the lane. */
  readonly of: number;
}

/** Ranges that overlap stand side by side: each in the first column that is free. */
function columns(ranges: readonly MemoryRange[]): Placed[] {
  const ends: number[] = [];
  const placed = [...ranges]
    .sort((a, b) => a.first - b.first || b.end - a.end)
    .map((range) => {
      const free = ends.findIndex((end) => end <= range.first);
      const column = free < 0 ? ends.length : free;
      ends[column] = range.end;
      return { range, column };
    });
  return placed.map(({ range, column }) => ({ range, column, of: ends.length }));
}

interface Area {
  readonly left: number;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
}

function box({ label, detail, kind, first, end }: MemoryRange, { left, width, top, bottom }: Area): Markup {
  const room = Math.floor((width - 6) / LETTER);
  const text = label.length <= room ? label : width < LEAST_LABELLED ? '' : label.slice(0, room);
  const title = `${detail}, ${printHex(first * 4096)} to ${printHex(end * 4096 - 1)}`;
  return html`<g class="${kindClass(kind)}"><title>${title}</title><rect x="${rounded(left)}" y="${top + 1}" width="${rounded(width)}" height="${bottom - top - 2}"/>${
    text === '' ? NOTHING : html`<text x="${rounded(left + 4)}" y="${(top + bottom) / 2 + 4}">${text}</text>`
  }</g>`;
}

const rounded = (pixels: number) => Math.round(pixels * 10) / 10;

/** `type-wb` for memory types and what is like them, `plain` for the rest. */
export function kindClass(kind: string): string {
  const types: Readonly<Record<string, string>> = {
    UC: 'uc',
    'UC-': 'uc',
    CD: 'uc',
    WC: 'wc',
    'WC+': 'wc',
    WT: 'wt',
    WP: 'wp',
    WB: 'wb',
    reserved: 'uc',
    device: 'uc',
    'device-ro': 'uc',
    'device-wc': 'wc',
    'ram-wc': 'wc',
    ram: 'wb',
  };
  return `type-${Object.hasOwn(types, kind) ? types[kind] : 'other'}`;
}
