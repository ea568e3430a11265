/** A scenario that an external model stands aside from as a whole is not compared; a single n/a without a reason is. */
import { NOT_APPLICABLE, NOT_ASKED, outcomeOf } from '../../../models/contract/observation.js';
import { parseAnswer } from '../../../harness/external/answer.js';
import { Place } from '../../../harness/operations/usage-error.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';

const step = { op: 'read-msr', vcpu: 0, msr: '0x2ff' };
const scenario = scenarioFrom({ format: 'emtdiff-scenario/1', steps: [step, step] }, new Place('x', '$'));

function answered(...observations: readonly object[]): number[] {
  const message = { type: 'result', id: 1, observations };
  return [...parseAnswer(message, scenario, new Set(['read-msr']), new Place('x', '$')).observations];
}

const ASIDE = { outcome: 'n/a', rule: 'the device is not there' };

test('Every step n/a, each with its reason: nothing was asked', () => {
  expect(answered(ASIDE, ASIDE)).toEqual([NOT_ASKED, NOT_ASKED]);
});

test('One step answered, or one without a reason: n/a is an answer like others', () => {
  expect(answered(ASIDE, { outcome: 'gp' })[0]).not.toBe(NOT_ASKED);
  const [first] = answered({ outcome: 'n/a' }, ASIDE);
  expect(first).not.toBe(NOT_ASKED);
  expect(outcomeOf(first)).toBe(NOT_APPLICABLE);
});
