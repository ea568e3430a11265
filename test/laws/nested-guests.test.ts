/** Laws on cases with nested guests, of the subjects that have them. */
import { campaignKey } from '../../harness/generate/campaign-key.js';
import { featureSetOf } from '../../harness/generate/feature-set.js';
import { Generator } from '../../harness/generate/generator.js';
import { decodeScenario } from '../../harness/scenario/encoded.js';
import type { Scenario } from '../../harness/scenario/scenario.js';
import { NO_NESTED } from '../../models/contract/machine.js';
import { ERROR, GP, NOT_APPLICABLE, outcomeOf, VM_DEAD } from '../../models/contract/observation.js';
import { differences, SUBJECTS, type Subject } from './subject.js';

const NESTED = SUBJECTS.filter(({ name }) => /^(bare-metal|nested)/.test(name)).map((subject): [string, Subject] => [
  subject.name,
  subject,
]);
const CASES = nestedCases(40);

function nestedCases(count: number): Scenario[] {
  const generator = new Generator({ features: featureSetOf(NESTED.map(([, { profile }]) => profile)) });
  const found: Scenario[] = [];
  for (let index = 0; found.length < count; index++) {
    const scenario = decodeScenario(generator.generate(campaignKey('laws of nested guests'), index));
    if (scenario.machine.nested !== NO_NESTED) found.push(scenario);
  }
  return found;
}

test('The cases enter and leave L2, and there are subjects for them', () => {
  const ops = new Set(CASES.flatMap(({ steps }) => steps.map(({ op }) => op)));
  expect(
    ['write-vmcb12', 'write-vmcs12', 'map-l2', 'enter-l2', 'exit-l2', 'read-l2-pat'].filter((op) => !ops.has(op as 'zap')),
  ).toEqual([]);
  expect(NESTED.length).toBeGreaterThanOrEqual(10);
});

describe.each(NESTED)('%s', (_, subject) => {
  test('answers the beginning of a scenario as it answers it alone', () => {
    for (const { machine, steps } of CASES) {
      const half = Math.floor(steps.length / 2);
      const whole = subject.answers({ machine, steps });
      expect(differences(subject, whole.slice(0, half), subject.answers({ machine, steps: steps.slice(0, half) }))).toEqual([]);
    }
  });

  test('is changed by no step that it refuses or that only reads', () => {
    for (const { machine, steps } of CASES) {
      const answers = subject.answers({ machine, steps });
      const outcomes = answers.map(({ observation }) => outcomeOf(observation));
      if (outcomes.includes(VM_DEAD)) continue;
      const end = subject.end();
      const isIdle = (step: number) =>
        [GP, ERROR, NOT_APPLICABLE].includes(outcomes[step] as typeof GP) || /^read-(msr|l2-pat)$/.test(steps[step].op);
      const kept = [...steps.keys()].filter((step) => !isIdle(step));
      const got = subject.answers({ machine, steps: kept.map((step) => steps[step]) });
      expect(
        differences(
          subject,
          kept.map((step) => answers[step]),
          got,
        ),
      ).toEqual([]);
      expect(subject.end()).toBe(end);
    }
  });
});
