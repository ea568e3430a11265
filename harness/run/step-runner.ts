/**
 * The loop that asks a model step after step, compiled once for each class of models.
 *
 * One loop for all of them would see every class at each of its calls, and V8 would look each method up anew, step after step: a
 * fifth of a campaign's time in models. Functions share what V8 learns of their calls by their text, so each class gets a text of its own.
 */
import { BACKING_HOST_MTRR, type Machine } from '../../models/contract/machine.js';
import type { Model } from '../../models/contract/model.js';
import { ERROR, HOST_FATAL, NOT_APPLICABLE, NOT_ASKED, OK, OUTCOME_MASK, VM_DEAD } from '../../models/contract/observation.js';
import type { Field } from '../operations/field.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { AGAIN, ANSWER } from '../operations/beside.js';
import { type AnyOperationSpec, SPECS } from '../operations/registry.js';
import type { GuestSession } from './guest-session.js';
import type { Trace } from './trace.js';

/**
 * Resets the model with the machine (null: it goes on from where it is), asks it the first `steps` steps and leaves what it says in
 * `trace`, which has room for them. Without a guest OS `request` is `n/a`. From step `first` on (0) it is asked: those before were done.
 */
export type StepRunner = (
  model: Model,
  machine: Machine | null,
  words: Int32Array,
  steps: number,
  trace: Trace,
  guest?: GuestSession | null,
  first?: number,
) => void;

/** By the prototype of the models. */
const RUNNERS = new WeakMap<object, StepRunner>();
const JUDGING_RUNNERS = new WeakMap<object, StepRunner>();
let compiled = 0;

/** @param judges whether it notes in the trace, too, which invariants each step breaks */
export function runnerOf(model: Model, judges = false): StepRunner {
  const runners = judges ? JUDGING_RUNNERS : RUNNERS;
  const prototype = Object.getPrototypeOf(model) as object;
  let runner = runners.get(prototype);
  if (runner === undefined) {
    runner = compile(++compiled, model, judges);
    runners.set(prototype, runner);
  }
  return runner;
}

/** `write-msr` at `words[at]` becomes `model.writeMsr(words[at + 1], words[at + 2], words[at + 3] >>> 0, words[at + 4] >>> 0)`. */
function callOf(spec: AnyOperationSpec): string {
  const args: string[] = [];
  let next = 1;
  for (const field of Object.values(spec.fields as unknown as Record<string, Field<unknown>>)) {
    const first = next;
    const word = (offset: number) => `words[at + ${first + offset}]`;
    args.push(field.argument?.(word) ?? word(0));
    next += field.words;
  }
  return `model.${methodOf(spec)}(${args.join(', ')})`;
}

/** Keeps what the model left beside its answer. */
const KEEP_BESIDE = `{
          values[2 * step] = model.valueHi;
          values[2 * step + 1] = model.valueLo;
        }`;

function keepValue({ fields, beside, besideUnless }: AnyOperationSpec): string {
  if (beside !== 'value') return '';
  const isAsked = besideUnless === undefined ? '' : ` && words[at + ${wordOf(fields, besideUnless)}] === 0`;
  return `if ((observation & ${OUTCOME_MASK}) === ${OK}${isAsked}) ${KEEP_BESIDE}`;
}

/** Where in a step a field begins. */
function wordOf(fields: object, wanted: string): number {
  let next = 1;
  for (const [key, field] of Object.entries(fields as Record<string, Field<unknown>>)) {
    if (key === wanted) break;
    next += field.words;
  }
  return next;
}

function answerTo(spec: AnyOperationSpec, model: Model): string {
  if (spec.beside === 'index') return REQUEST;
  if (typeof model[methodOf(spec) as keyof Model] !== 'function') return `observation = ${NOT_ASKED};`;
  return `observation = ${callOf(spec)}; ${keepValue(spec)}`;
}

function methodOf({ op }: AnyOperationSpec): string {
  return op.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The guest OS makes an access of it. */
const REQUEST = `if (!guest) observation = ${NOT_ASKED};
        else {
          observation = guest.request(model, words[at + 1], words[at + 2] * 1048576 + words[at + 3], words[at + 4], words, step, trace);
          if ((observation & ${OUTCOME_MASK}) !== ${ERROR} && (observation & ${OUTCOME_MASK}) !== ${NOT_APPLICABLE}) {
            values[2 * step] = 0;
            values[2 * step + 1] = guest.index;
          }
        }`;

/** State invariants are reported once, when they break; event invariants every time. */
const JUDGE = `const now = model.brokenInvariants();
      broken[step] = now & ~(before & trace.lasting);
      before = now;`;

/** @param number tells this text from those of other classes */
function compile(number: number, model: Model, judges: boolean): StepRunner {
  const cases = SPECS.map((spec, code) => `case ${code}: ${answerTo(spec, model)} break;`);
  const text = `return function run${number}(model, machine, words, steps, trace, guest, first = 0) {
    if (machine !== null) {
      model.reset(machine);
      if (guest) guest.start(machine);
    }
    const { observations, values${judges ? ', broken' : ''} } = trace;
    ${judges ? 'let before = 0;' : ''}
    values.fill(0, 2 * first, 2 * steps);
    for (let step = first, at = first * ${STEP_WORDS}; step < steps; step++, at += ${STEP_WORDS}) {
      let observation = 0;
      switch (words[at]) {
        ${cases.join('\n')}
      }
      observations[step] = observation;
      if ((observation & ${ANSWER}) === ${AGAIN}) ${KEEP_BESIDE}
      const outcome = observation & ${OUTCOME_MASK};
      ${judges ? JUDGE : ''}
      if (outcome === ${HOST_FATAL} || outcome === ${VM_DEAD}) {
        observations.fill(${NOT_ASKED}, step + 1, steps);
        ${judges ? 'broken.fill(0, step + 1, steps);' : ''}
        return;
      }
    }
  }`;
  return new Function('BACKING_HOST_MTRR', text)(BACKING_HOST_MTRR) as StepRunner;
}
