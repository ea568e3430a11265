/** Edges that rules may look at: of regions, of huge pages, of ranges. */
import type { Gfn } from '../../models/contract/address.js';
import type { Region } from '../../models/contract/machine.js';

/** First and last frames of a region and of the special pages in it. */
export function edgesOf({ gfn, pages, specialOffset, specialPages }: Region): [Gfn, string][] {
  const edges: [Gfn, string][] = [
    [gfn, 'first frame'],
    [gfn + pages - 1, 'last frame'],
  ];
  if (specialPages > 0)
    edges.push([gfn + specialOffset, 'first special page'], [gfn + specialOffset + specialPages - 1, 'last special page']);
  return edges;
}

/** Whether a frame begins or ends a huge page. */
export function blockEdges(gfn: Gfn): string[] {
  const at = gfn % 512;
  return at === 0 ? ['first of 2M'] : at === 511 ? ['last of 2M'] : [];
}

/** Where a frame lies in [first, end) or right beside it; nothing further away. */
export function rangeEdge(gfn: Gfn, first: Gfn, end: Gfn): string[] {
  if (gfn < first - 1 || gfn > end) return [];
  if (gfn < first) return ['before'];
  return [gfn === end ? 'after' : gfn === first ? 'first' : gfn === end - 1 ? 'last' : 'inside'];
}
