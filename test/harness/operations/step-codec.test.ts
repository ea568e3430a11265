import fc from 'fast-check';
import { STEP_WORDS } from '../../../harness/operations/operation-spec.js';
import { codeOf, OPERATION_NAMES, OPERATIONS, SPECS } from '../../../harness/operations/registry.js';
import { decodeStep, encodeStep, parseStep, printStep, simplerSteps } from '../../../harness/operations/step-codec.js';
import { Place } from '../../../harness/operations/usage-error.js';
import type { Operation } from '../../../models/contract/operation.js';
import { anyStep, stepOf } from '../../any-step.js';

const place = new Place('steps', '$');

describe.each(OPERATION_NAMES)('%s', (op) => {
  const encoded = (step: Operation) => {
    const words = new Int32Array(3 * STEP_WORDS).fill(-1);
    encodeStep(step, words, STEP_WORDS, STEP_WORDS);
    return words;
  };

  test('encodes into its words of 32 bits and no others, and decodes to what it was', () => {
    fc.assert(
      fc.property(stepOf(op), (step) => {
        const words = encoded(step);
        expect(words[STEP_WORDS]).toBe(codeOf(op));
        expect(decodeStep(words, STEP_WORDS)).toEqual(step);
        expect([...words.subarray(0, STEP_WORDS), ...words.subarray(2 * STEP_WORDS)].every((word) => word === -1)).toBe(true);
        const used = (Object.values(SPECS[codeOf(op)].fields) as { words: number }[]).reduce(
          (sum, { words: count }) => sum + count,
          1,
        );
        expect([...words.subarray(STEP_WORDS + used, 2 * STEP_WORDS)].every((word) => word === 0)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('prints canonical JSON that parses to what it was', () => {
    fc.assert(
      fc.property(stepOf(op), (step) => {
        const json = JSON.parse(JSON.stringify(printStep(step)));
        expect(parseStep(json, place)).toEqual(step);
        expect(Object.keys(json)).toEqual(['op', ...Object.keys(OPERATIONS[op].fields).filter((key) => key in json)]);
      }),
      { numRuns: 60 },
    );
  });
});

test('Following simpler steps comes to an end, by legal steps that differ from the one before in one field', () => {
  fc.assert(
    fc.property(anyStep, fc.infiniteStream(fc.nat(1000)), (start, choices) => {
      let step = start;
      for (let length = 0; ; length++) {
        expect(length).toBeLessThan(300);
        const simpler = [...simplerSteps(step)];
        if (simpler.length === 0) break;
        for (const { key, step: candidate } of simpler) {
          const changed = Object.keys(candidate).filter(
            (field) => JSON.stringify(candidate[field as keyof Operation]) !== JSON.stringify(step[field as keyof Operation]),
          );
          expect(changed).toEqual([key]);
        }
        step = simpler[choices.next().value % simpler.length].step;
        expect(parseStep(printStep(step), place)).toEqual(step);
      }
    }),
    { numRuns: 40 },
  );
});

test('The simplest steps of each operation are those that a scenario starts from by default', () => {
  const simplest = (step: Operation): Operation => {
    const next = simplerSteps(step).next();
    return next.done ? step : simplest(next.value.step);
  };
  const [access] = fc.sample(stepOf('access'), { numRuns: 1, seed: 1 });
  expect(printStep(simplest(access))).toEqual({ op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0 });
  const [backing] = fc.sample(stepOf('set-backing'), { numRuns: 1, seed: 1 });
  expect(printStep(simplest(backing))).toEqual({ op: 'set-backing', gfn: '0x0', pages: '0x1', backing: 'ram' });
  const [cr0] = fc.sample(stepOf('write-cr0'), { numRuns: 1, seed: 1 });
  expect(printStep(simplest(cr0))).toEqual({ op: 'write-cr0', vcpu: 0, pg: true, cd: false, nw: false });
});
