/** The cause of counters that differ after the last step: an invalidation of one side, named by its rule; else what is counted otherwise. */
import type { Finding } from '../finding/finding.js';
import type { Pair } from './pair.js';

export type CounterCause =
  /** One side invalidates by its rule where the other does not, by a rule of its own if it has one for that. */
  | { readonly kind: 'zap'; readonly zaps: 'a' | 'b'; readonly rule: string; readonly keptBy: string | null }
  /** No invalidation tells the sides apart: names of the counters that differ. */
  | { readonly kind: 'counters'; readonly counters: readonly string[] };

export function counterCause({ bucket, got, zaps }: Pick<Finding, 'bucket' | 'got' | 'zaps'>, { work, a, b }: Pair): CounterCause {
  const isZap = (side: number, seat: number) =>
    work.panel.seats[seat].rules.some((rule) => rule?.kind === 'zap' && rule.id === zaps?.[side]);
  const sides = [isZap(0, a), isZap(1, b)];
  if (zaps === null || sides[0] === sides[1])
    return { kind: 'counters', counters: bucket.gotSide.slice(got.length + 1).split('-') };
  const side = sides[0] ? 0 : 1;
  return { kind: 'zap', zaps: side === 0 ? 'a' : 'b', rule: zaps[side] as string, keptBy: zaps[1 - side] };
}
