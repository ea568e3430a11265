/** Scenarios in few words, and a pass run on one: for tests of {scenario, predicate, exact result}. */
import type { Predicate } from '../../../harness/minimise/minimise.js';
import { Search, type Trial } from '../../../harness/minimise/search.js';
import { Place } from '../../../harness/operations/usage-error.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import { machineJson, scenarioJson } from '../../../harness/scenario/print.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';

export type Json = Readonly<Record<string, unknown>>;

export const wrmsr = (msr: string, value: string, vcpu = 0): Json => ({ op: 'write-msr', vcpu, msr, value });
export const rdmsr = (msr: string, vcpu = 0): Json => ({ op: 'read-msr', vcpu, msr });
export const access = (gfn: string, pat = 0, vcpu = 0): Json => ({ op: 'access', vcpu, gfn, kind: 'read', pat });
export const zap = (gfn: string, pages = '0x1'): Json => ({ op: 'zap', gfn, pages });

export function scenario(steps: readonly Json[], machine: Json = {}): Scenario {
  return scenarioFrom({ format: 'emtdiff-scenario/1', machine, steps }, new Place('test', '$'));
}

/** The canonical JSON without its format: what a test states as the exact result. */
export function short(found: Scenario): Json {
  const { format, ...rest } = scenarioJson(found);
  return rest;
}

/** Shows at the first step that `is` the one looked for, given the machine and the steps before it. */
export function at(is: (step: Json, before: readonly Json[], machine: Json) => boolean): Predicate {
  return ({ machine, steps }) => {
    const printed = steps.map((step) => scenarioJson({ machine, steps: [step] }).steps as Json[]).map(([step]) => step);
    return printed.findIndex((step, index) => is(step, printed.slice(0, index), machineJson(machine)));
  };
}

/** Whether a list of steps has one with these fields. */
export function has(steps: readonly Json[], fields: Json): boolean {
  return steps.some((step) => matches(step, fields));
}

export function matches(step: Json, fields: Json): boolean {
  return Object.entries(fields).every(([key, value]) => step[key] === value);
}

/** Runs work to its end with the answers of a predicate. */
export function driven<T>(work: Trial<T>, holds: Predicate): T {
  let next = work.next();
  while (!next.done) next = work.next(holds(next.value));
  return next.value;
}

/** What a pass alone makes of a scenario, and in how many evaluations. */
export function after(pass: (search: Search) => Trial<unknown>, start: Scenario, holds: Predicate): Json & { evaluations: number } {
  const search = new Search(start);
  driven(search.adopt(search.scenario), holds);
  driven(pass(search), holds);
  return { ...short(search.scenario), evaluations: search.evaluations - 1 };
}
