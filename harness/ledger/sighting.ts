/** Findings and single divergences as the ledger sees them. */
import { OUTCOME_NAMES, outcomeOf } from '../../models/contract/observation.js';
import type { Bucket } from '../classify/bucket.js';
import type { Finding } from '../finding/finding.js';
import type { Pair } from './known-entry.js';
import type { Sighting } from './ledger-review.js';

/** Every pair of outcomes that the campaign saw in the bucket; of one that only minimising showed, that of its scenario. */
export function sightingOf({ bucket, expected, got, observations, step }: Finding): Sighting {
  const own: Pair[] = bucket.op === 'end' ? [] : [[observations[expected][step].outcome, observations[got][step].outcome]];
  const seen = [...bucket.pairs.values()].map(
    (pair): Pair => [OUTCOME_NAMES[outcomeOf(pair.expected)], OUTCOME_NAMES[outcomeOf(pair.got)]],
  );
  return { ...causesOf(bucket), sides: [expected, got], outcomes: distinct([...own, ...seen]) };
}

export function causesOf({ id, lens, op, expectedSide, gotSide }: Bucket): Pick<Sighting, 'id' | 'lens' | 'op' | 'causes'> {
  return { id, lens: lens.name, op, causes: [expectedSide, gotSide] };
}

function distinct(pairs: readonly Pair[]): Pair[] {
  return pairs.filter((pair, index) => pairs.findIndex((other) => other[0] === pair[0] && other[1] === pair[1]) === index);
}
