/** Seats, traces and steps of tests about comparing: small, made by hand. */
import type { Seat } from '../../harness/compare/panel.js';
import { Trace } from '../../harness/run/trace.js';
import { encodeScenario, type EncodedScenario } from '../../harness/scenario/encoded.js';
import { machineFrom } from '../../harness/scenario/parse.js';
import { parseStep } from '../../harness/operations/step-codec.js';
import { Place } from '../../harness/operations/usage-error.js';
import type { Observation } from '../../models/contract/observation.js';
import type { Rule } from '../../models/contract/rule.js';

const place = new Place('test', '$');

/** A seat of family and vendor by its name; bare metal has no leaf. */
export function seat(name: string, more: Partial<Seat> = {}): Seat {
  const lineage = name.split('/')[0];
  const vendor = /amd|svm|npt/.test(name) ? 'amd' : 'intel';
  return { name, lineage, vendor, hasLeaf: lineage !== 'bare-metal', rules: [], ...more };
}

export function rule(id: string, cause?: string): Rule {
  const citation = { document: 'a test', place: 'here' };
  return { id, sentence: 'A test decides it.', citation, ...(cause === undefined ? {} : { cause }) };
}

/** The trace of these observations; values where a step has one. */
export function traceOf(observations: readonly Observation[], values: Readonly<Record<number, [number, number]>> = {}): Trace {
  const trace = new Trace(observations.length);
  trace.observations.set(observations);
  for (const [step, halves] of Object.entries(values)) trace.values.set(halves, 2 * Number(step));
  return trace;
}

/** A scenario in the fast lane, from JSON as scenario files have it. */
export function encoded(machine: object, steps: readonly object[]): EncodedScenario {
  const read = machineFrom(machine, place);
  return encodeScenario({ machine: read, steps: steps.map((step) => parseStep(step, place)) });
}

export const access = (gfn = '0x0') => ({ op: 'access', vcpu: 0, gfn, kind: 'read', pat: 0 });
