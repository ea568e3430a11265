/** A finding's file as far as the ledger reads it: to make an entry of it, or to compare with it. */
import { BUCKET_LENSES, type BucketLens } from '../compare/lens.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import { Place } from '../operations/usage-error.js';
import { FINDING_FORMAT } from '../finding/finding-format.js';
import { type ObservationJson, parseObservation } from '../scenario/observation-json.js';
import { scenarioFrom } from '../scenario/parse.js';
import type { Scenario } from '../scenario/scenario.js';
import { formatOf } from '../scenario/shape.js';
import { oneOf } from '../scenario/shape-values.js';
import type { Pair } from './entry.js';

export interface FoundDivergence {
  readonly file: string;
  readonly id: string;
  readonly lens: BucketLens;
  readonly op: string;
  /** Ids of the deciding rules of its scenario. */
  readonly rules: Pair;
  readonly causes: Pair;
  readonly sides: Pair;
  readonly step: number;
  readonly profiles: readonly string[];
  /** By profile: one a step. */
  readonly observations: Readonly<Record<string, readonly ObservationJson[]>>;
  readonly scenario: Scenario;
}

/** @throws {UsageError} */
export function foundDivergence(json: unknown, file: string): FoundDivergence {
  const place = new Place(file, '$');
  const { format, bucket, expected, got, step, observations, scenario, profiles } = object(json, place);
  formatOf(FINDING_FORMAT).parse(format, place.at('format'));
  const at = place.at('bucket');
  const { id, lens, op, rules, causes } = object(bucket, at);
  const read = scenarioFrom(scenario, place.at('scenario'));
  const { length } = read.steps;
  const isEnd = op === 'end';
  if (!Number.isSafeInteger(step) || (step as number) < 0 || (step as number) >= length + (isEnd ? 1 : 0))
    place.at('step').fail(step, `a step of the scenario, which has ${length}`);
  return {
    file,
    id: text(id, at.at('id')),
    lens: oneOf(BUCKET_LENSES).parse(lens, at.at('lens')),
    op: oneOf([...OPERATION_NAMES, 'end']).parse(op, at.at('op')),
    rules: pair(rules, at.at('rules')),
    causes: pair(causes, at.at('causes')),
    sides: [text(expected, place.at('expected')), text(got, place.at('got'))],
    step: isEnd ? length : (step as number),
    profiles: names(profiles, place.at('profiles')),
    observations: answers(observations, read, place.at('observations')),
    scenario: read,
  };
}

function answers(value: unknown, { steps }: Scenario, place: Place): FoundDivergence['observations'] {
  const found = object(value, place);
  for (const [name, own] of Object.entries(found)) {
    const at = place.at(name);
    if (!Array.isArray(own) || own.length !== steps.length) at.fail(own, `an array of ${steps.length} answers, one a step`);
    for (const [step, answer] of (own as unknown[]).entries()) parseObservation(answer, at.at(step), steps[step].op);
  }
  return found as FoundDivergence['observations'];
}

function object(value: unknown, place: Place): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return place.fail(value, 'an object');
  return value as Record<string, unknown>;
}

const text = (value: unknown, place: Place) => (typeof value === 'string' ? value : place.fail(value, 'a text'));

function pair(value: unknown, place: Place): Pair {
  if (!Array.isArray(value) || value.length !== 2) return place.fail(value, 'two texts');
  return [text(value[0], place.at(0)), text(value[1], place.at(1))];
}

function names(value: unknown, place: Place): readonly string[] {
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string'))
    return place.fail(value, 'an array of profile names');
  return value;
}
