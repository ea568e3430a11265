/** The one document of `compare --lens cost --format json`. */
import type { Profile } from '../../models/contract/model.js';
import type { BootCost } from '../private-boot/boot-cost.js';

export const COST_FORMAT = 'emtdiff-cost/1';

export function bootCostJson(
  costs: readonly BootCost[],
  [a, b]: readonly Profile[],
  guestFrames: number,
  version: string,
): Record<string, unknown> {
  const side = ({ name, span, commits, summary }: Profile) => ({ name, span, commits, summary });
  return {
    format: COST_FORMAT,
    version,
    a: side(a),
    b: side(b),
    guestFrames,
    boots: costs.map(({ accepted, ...cost }) => ({ ...cost, acceptedFrames: accepted })),
  };
}
