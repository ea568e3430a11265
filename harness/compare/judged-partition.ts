/** Who keeps an invariant in a scenario and who breaks it. */
import type { Trace } from '../run/trace.js';
import type { Panel } from './panel.js';
import type { Partition } from './partition.js';

/** Of the seats that state the invariant, up to and with step `step`; the others abstain. */
export function judgedPartition({ seats }: Panel, traces: readonly Trace[], id: string, step: number): Partition {
  const abstaining: number[] = [];
  const breaking: number[] = [];
  const keeping: number[] = [];
  seats.forEach(({ invariants }, seat) => {
    const bit = invariants?.findIndex((invariant) => invariant?.id === id) ?? -1;
    if (bit < 0) abstaining.push(seat);
    else (hasBroken(traces[seat], bit, step) ? breaking : keeping).push(seat);
  });
  const groups = [keeping, breaking].filter((group) => group.length > 0);
  return { groups: groups.sort((a, b) => a[0] - b[0]), abstaining };
}

function hasBroken({ broken }: Trace, bit: number, step: number): boolean {
  return broken?.subarray(0, step + 1).some((bits) => (bits & (1 << bit)) !== 0) ?? false;
}
