/** One step between its forms: JSON, readable operation, words of the fast lane. Inverse by property test. */
import type { Operation, OperationName } from '../../models/contract/operation.js';
import type { Field } from './field.js';
import { objectWith } from './known-keys.js';
import { codeOf, OPERATION_NAMES, SPECS, specOf } from './registry.js';
import type { Place } from './usage-error.js';

type Fields = Readonly<Record<string, Field<unknown>>>;
const fieldsOf = (name: OperationName) => specOf(name).fields as unknown as Fields;

/** @throws {UsageError} */
export function parseStep(value: unknown, place: Place): Operation {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) place.fail(value, 'an object with "op"');
  const found = value as Record<string, unknown>;
  const name = OPERATION_NAMES.find((known) => known === found.op);
  if (name === undefined) return place.at('op').fail(found.op, `one of ${OPERATION_NAMES.join(' ')}`);
  const fields = fieldsOf(name);
  objectWith(found, ['op', ...Object.keys(fields)], place, `"${name}"`);
  const step: Record<string, unknown> = { op: name };
  for (const [key, field] of Object.entries(fields)) {
    const absent = field.absent !== undefined && !Object.hasOwn(found, key);
    step[key] = absent ? field.absent?.value : field.parse(found[key], place.at(key));
  }
  specOf(name).check?.(step as never, place);
  return step as unknown as Operation;
}

/** The canonical JSON value of a step: keys in the scenario format's order, defaults omitted. */
export function printStep(step: Operation): Record<string, unknown> {
  const printed: Record<string, unknown> = { op: step.op };
  for (const [key, field] of Object.entries(fieldsOf(step.op))) {
    const value = (step as unknown as Record<string, unknown>)[key];
    if (field.absent === undefined || field.absent.value !== value) printed[key] = field.print(value);
  }
  return printed;
}

/** Writes the step's words at `at`; words that the operation does not use are 0. */
export function encodeStep(step: Operation, words: Int32Array, at: number, stepWords: number): void {
  words.fill(0, at, at + stepWords);
  words[at] = codeOf(step.op);
  let next = at + 1;
  for (const [key, field] of Object.entries(fieldsOf(step.op))) {
    field.encode((step as unknown as Record<string, unknown>)[key], words, next);
    next += field.words;
  }
}

export function decodeStep(words: Int32Array, at: number): Operation {
  const spec = SPECS[words[at]];
  const step: Record<string, unknown> = { op: spec.op };
  let next = at + 1;
  for (const [key, field] of Object.entries(spec.fields as unknown as Fields)) {
    step[key] = field.decode(words, next);
    next += field.words;
  }
  return step as unknown as Operation;
}

/** The step with one field made simpler: what the operation's file names, simplest first, field by field. */
export function* simplerSteps(step: Operation): Generator<{ readonly key: string; readonly step: Operation }> {
  for (const [key, field] of Object.entries(fieldsOf(step.op))) {
    for (const value of field.simpler(
      (step as unknown as Record<string, unknown>)[key],
      step as unknown as Record<string, unknown>,
    )) {
      yield { key, step: { ...step, [key]: value } as unknown as Operation };
    }
  }
}
