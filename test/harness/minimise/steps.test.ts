import { dropKinds } from '../../../harness/minimise/kinds.js';
import { dropSteps, dropTwoSteps } from '../../../harness/minimise/steps.js';
import { access, after, at, has, rdmsr, scenario, wrmsr, zap } from './short-scenario.js';

const END = { op: 'save-restore' };

describe('Dropping kinds', () => {
  const start = scenario([
    wrmsr('0x200', '0x6'),
    wrmsr('0x202', '0x6'),
    wrmsr('0x250', '0x6'),
    wrmsr('0x277', '0x6'),
    wrmsr('0x2ff', '0x6'),
    wrmsr('0x201', '0x800'),
    wrmsr('0x26f', '0x6'),
    access('0x1'),
    END,
  ]);
  test.each([
    ['base and mask of a pair', '0x201', [wrmsr('0x200', '0x6'), wrmsr('0x201', '0x800')]],
    ['the fixed ranges', '0x26f', [wrmsr('0x250', '0x6'), wrmsr('0x26f', '0x6')]],
    ['the default type', '0x2ff', [wrmsr('0x2ff', '0x6')]],
    ['PAT', '0x277', [wrmsr('0x277', '0x6')]],
  ])('takes %s as one kind', (_, msr, kept) => {
    const needed = at((step, before) => step.op === 'save-restore' && has(before, { msr }));
    expect(after(dropKinds, start, needed)).toMatchObject({ steps: [...kept, END] });
  });
});

describe('Dropping steps', () => {
  test('finds the few that are needed among many in a logarithmic number of evaluations', () => {
    const many = Array.from({ length: 199 }, (_, index) => access(`0x${(index + 0x100).toString(16)}`));
    const needed = [many[20], many[110], many[111]];
    const needsThree = at((step, before) => step.op === 'save-restore' && needed.every((other) => has(before, other)));
    expect(after(dropSteps, scenario([...many, END]), needsThree)).toEqual({ steps: [...needed, END], evaluations: 24 });
  });

  test('cuts off what stands after the step that shows', () => {
    const start = scenario([zap('0x1'), access('0x1'), zap('0x2'), rdmsr('0x277')]);
    expect(
      after(
        dropSteps,
        start,
        at((step) => step.op === 'access'),
      ),
    ).toEqual({ steps: [access('0x1')], evaluations: 1 });
  });

  test('drops two that cannot go one at a time', () => {
    const on = { op: 'write-cr0', vcpu: 0, pg: true, cd: true, nw: false };
    const off = { ...on, cd: false };
    const isOff = at(
      (step, before) =>
        step.op === 'save-restore' &&
        before.findLast(({ op }) => op === 'write-cr0')?.cd !== true &&
        has(before, { op: 'write-cr0', cd: true }) === has(before, { op: 'write-cr0', cd: false }),
    );
    const start = scenario([on, zap('0x1'), off, END]);
    expect(after(dropTwoSteps, start, isOff)).toEqual({ steps: [zap('0x1'), END], evaluations: 2 });
  });
});
