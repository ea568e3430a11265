/** What an external model answers to one scenario: the JSON of a `result` into the form of the fast lane. */
import { COUNTER_NAMES, type CounterName, type Counters } from '../../models/contract/counters.js';
import { HOST_FATAL, NOT_APPLICABLE, NOT_ASKED, outcomeOf, VM_DEAD } from '../../models/contract/observation.js';
import type { Operation, OperationName } from '../../models/contract/operation.js';
import { besideOf, LEFT_OUT } from '../operations/beside.js';
import type { Place } from '../operations/usage-error.js';
import { observationJson, parseObservation } from '../scenario/observation-json.js';
import { objectWith } from '../operations/known-keys.js';
import { object, type OptionalShape, optional } from '../scenario/shape.js';
import { whole } from '../scenario/shape-values.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Message } from './message.js';

export interface ExternalAnswer {
  /** Packed, one a step, with rule 0. */
  readonly observations: Int32Array;
  /** Two words a step: what stands beside its observation, else 0. */
  readonly values: Int32Array;
  /** One a step: the id of the deciding rule where the model names one. Never compared. */
  readonly rules: readonly (string | undefined)[];
  readonly counters: Counters;
}

const COUNTERS = object(
  Object.fromEntries(COUNTER_NAMES.map((name) => [name, optional(whole(0))])) as Record<CounterName, OptionalShape<number>>,
);

/**
 * Steps of an operation that is not in `operations`, and all after `host-fatal` or `vm-dead`, are `n/a` whatever was sent for them.
 * A wrong answer is no fault, it is what the comparison is for; one that the format cannot hold is.
 * @throws {UsageError} naming what was found and what was expected.
 */
export function parseAnswer(
  message: Message,
  scenario: Scenario,
  operations: ReadonlySet<OperationName>,
  place: Place,
): ExternalAnswer {
  const found = objectWith(message, ['type', 'id', 'observations', 'counters', 'state'], place);
  const sent = found.observations;
  const { steps } = scenario;
  const at = place.at('observations');
  if (!Array.isArray(sent)) return at.fail(sent, `an array of ${steps.length} observations, one a step`);
  if (sent.length !== steps.length)
    return at.fail(counted(sent.length), `${counted(steps.length)}, one for each step of the scenario`);
  const observations = new Int32Array(steps.length).fill(NOT_ASKED);
  const values = new Int32Array(2 * steps.length);
  const rules: (string | undefined)[] = new Array(steps.length).fill(undefined);
  for (let step = 0; step < steps.length; step++) {
    if (!operations.has(steps[step].op)) continue;
    const { observation, beside } = parseOne(sent[step], steps[step], at.at(step));
    observations[step] = observation;
    values[2 * step] = beside?.hi ?? 0;
    values[2 * step + 1] = beside?.lo ?? 0;
    rules[step] = parseRule(sent[step], at.at(step));
    const outcome = outcomeOf(observation);
    if (outcome === HOST_FATAL || outcome === VM_DEAD) break;
  }
  if (standsAside(observations, rules)) observations.fill(NOT_ASKED);
  return { observations, values, rules, counters: COUNTERS.parse(found.counters ?? {}, place.at('counters')) };
}

/** The whole scenario is out of its reach, and `rule` of each step says why: a real machine cannot be every machine. */
function standsAside(observations: Int32Array, rules: readonly (string | undefined)[]): boolean {
  return observations.every(
    (observation, step) => observation === NOT_ASKED || (outcomeOf(observation) === NOT_APPLICABLE && rules[step] !== undefined),
  );
}

const counted = (observations: number) => `${observations} observation${observations === 1 ? '' : 's'}`;

function parseOne(sent: unknown, step: Operation, place: Place): ReturnType<typeof parseObservation> {
  const { observation, beside } = parseObservation(sent, place, step.op);
  const asked = besideOf(step, observation, 0, 0)?.kind ?? null;
  if (asked === 'value' && beside?.kind !== asked)
    place.at('value').fail(undefined, `the value that was read, a hex string: the step is ${step.op}`);
  const held = observationJson(observation, beside !== null && beside.kind === asked ? beside : null);
  for (const [key, field] of Object.entries(sent as object)) {
    if (key !== 'rule' && !Object.hasOwn(held, key)) place.at(key).fail(field, `no such field in ${held.outcome} of ${step.op}`);
  }
  return { observation, beside: asked === null ? null : (beside ?? { kind: asked, hi: LEFT_OUT, lo: LEFT_OUT }) };
}

function parseRule(sent: unknown, place: Place): string | undefined {
  const { rule } = sent as { rule?: unknown };
  return rule === undefined || typeof rule === 'string' ? rule : place.at('rule').fail(rule, 'the id of a rule');
}
