/** The decision space: every input that a memory type is decided by when a leaf is built, each with the few values that can matter. */
import { BACKING_NAMES } from '../../models/contract/machine.js';

export interface Dimension {
  readonly name: string;
  /** In words, as tables print them. */
  readonly values: readonly string[];
}

/** What is behind the frame; `hole`: nothing, which is emulated MMIO to a hypervisor and has the type of the MTRRs without one. */
export const BACKINGS = [...BACKING_NAMES, 'hole'] as const;
/** What the VM was given: an IOMMU without a device, I/O resources without either, a device that snoops, one that does not. */
export const DEVICES = ['none', 'io-resources', 'iommu', 'coherent', 'non-coherent'] as const;
/** KVM quirks left enabled. */
export const QUIRKS = ['both', 'cd-nw-cleared', 'ignore-guest-pat', 'neither'] as const;
/** MTRRs disabled, or the type that the default type register gives the frame. */
export const MTRRS = ['off', 'UC', 'WC', 'WT', 'WP', 'WB'] as const;
/** Type of the PAT entry that the guest's leaf entry selects. */
export const PATS = ['UC', 'UC-', 'WC', 'WT', 'WP', 'WB'] as const;

/** Slowest first; the last two are the rows and columns of a table. */
export const DIMENSIONS: readonly Dimension[] = [
  { name: 'backing', values: BACKINGS },
  { name: 'devices', values: DEVICES },
  { name: 'quirks', values: QUIRKS },
  { name: 'self-snoop', values: ['yes', 'no'] },
  { name: 'CR0.CD', values: ['0', '1'] },
  { name: 'MTRR', values: MTRRS },
  { name: 'PAT', values: PATS },
];

/** Number of points. */
export const SPACE_SIZE = DIMENSIONS.reduce((size, { values }) => size * values.length, 1);

/** Points from here on have a hole behind the frame. */
export const FIRST_HOLE = (SPACE_SIZE / BACKINGS.length) * BACKING_NAMES.length;

/** Value of each dimension, as an index into its values. */
export type Point = readonly number[];

/** The point with this number, 0 to SPACE_SIZE - 1. */
export function pointAt(index: number): Point {
  const point = DIMENSIONS.map(() => 0);
  let rest = index;
  for (let dimension = DIMENSIONS.length - 1; dimension >= 0; dimension--) {
    const { length } = DIMENSIONS[dimension].values;
    point[dimension] = rest % length;
    rest = Math.floor(rest / length);
  }
  return point;
}

/** Inverse of `pointAt`. */
export function indexOfPoint(point: Point): number {
  return point.reduce((index, value, dimension) => index * DIMENSIONS[dimension].values.length + value, 0);
}
