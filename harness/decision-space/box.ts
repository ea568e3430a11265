/** Sets of contexts as few boxes: products of subsets of each dimension's values, as a reader can take them in. */
import type { Dimension } from './dimensions.js';

/** By dimension: the values that belong to it, as indices in ascending order. */
export type Box = readonly (readonly number[])[];

/** Boxes that together hold exactly these points of the dimensions; not always the fewest. */
export function boxesOf(points: readonly (readonly number[])[], dimensions: readonly Dimension[]): Box[] {
  let boxes: Box[] = points.map((point) => point.map((value) => [value]));
  for (let before = -1; before !== boxes.length; ) {
    before = boxes.length;
    for (let dimension = dimensions.length - 1; dimension >= 0; dimension--) boxes = mergedAlong(boxes, dimension);
  }
  return boxes;
}

/** Joins boxes that are equal in every other dimension. */
function mergedAlong(boxes: readonly Box[], dimension: number): Box[] {
  const merged = new Map<string, Box>();
  for (const box of boxes) {
    const key = box.map((values, other) => (other === dimension ? '' : values.join())).join(';');
    const known = merged.get(key);
    const values = [...(known?.[dimension] ?? []), ...box[dimension]].sort((a, b) => a - b);
    merged.set(key, box.with(dimension, values));
  }
  return [...merged.values()];
}
