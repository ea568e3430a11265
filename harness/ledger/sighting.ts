/** Findings as the ledger sees them: what identifies them, and what the two sides answered, in words. */
import type { Bucket } from '../classify/bucket.js';
import { type BucketLens, INVARIANT_LENS, LENSES, type Lens } from '../compare/lens.js';
import { lensFields } from '../finding/answers.js';
import type { Finding } from '../finding/finding.js';
import { type ObservationJson, observationJson } from '../scenario/observation-json.js';
import type { Pair } from './entry.js';

export interface Sighting {
  /** Bucket. */
  readonly id: string;
  readonly lens: string;
  readonly op: string;
  readonly causes: Pair;
  /** Profiles of the edge on which it was seen. */
  readonly sides: Pair;
  /** `UC -> WB` */
  readonly outcomes: readonly string[];
}

/** With every pair of answers that the campaign saw in the bucket; of one that only minimising showed, that of its scenario. */
export function sightingOf({ bucket, expected, got, observations, step }: Finding): Sighting {
  const { id, lens, op, expectedSide, gotSide } = bucket;
  const own = op === 'end' ? [COUNTS] : [outcomeText(lens, observations[expected][step], observations[got][step])];
  const outcomes = [...new Set([...own, ...seenIn(bucket)])];
  return { id, lens: lens.name, op, causes: [expectedSide, gotSide], sides: [expected, got], outcomes };
}

function seenIn({ op, lens, pairs }: Bucket): string[] {
  if (op === 'end') return [];
  return [...pairs.values()].map(({ expected, got }) =>
    outcomeText(lens, observationJson(expected, null), observationJson(got, null)),
  );
}

/** Counters are numbers of a whole scenario: no two scenarios have the same. */
export const COUNTS = 'counts -> other counts';

/** What two answers are to a lens: `UC -> WB`, `gp -> ok`; of values of registers, which are many, only that they differ. */
export function outcomeText(lens: Lens, expected: ObservationJson, got: ObservationJson): string {
  const [one, other] = [answerText(lens, expected), answerText(lens, got)];
  if (lens.name === 'invariant') return `kept -> broken: ${other}`;
  return one === other ? `${one} -> another ${one === 'ok' ? 'value' : one}` : `${one} -> ${other}`;
}

function answerText(lens: Lens, json: ObservationJson): string {
  const { outcome, value: _, rule: __, candidates: ___, ...fields } = lens.name === 'invariant' ? json : lensFields(json, lens);
  const words = Object.values(fields);
  return outcome === undefined || (outcome === 'ok' && words.length > 0) ? words.join(' ') : [outcome, ...words].join(' ');
}

/** From the fields of a lens, as summary.json has them. */
export function outcomeOfFields(lens: BucketLens, op: string, expected: ObservationJson, got: ObservationJson): string {
  if (op === 'end') return COUNTS;
  return outcomeText(lens === 'invariant' ? INVARIANT_LENS : LENSES[lens], expected, got);
}
