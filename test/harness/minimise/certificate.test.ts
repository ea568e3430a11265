import { certify } from '../../../harness/minimise/certificate.js';
import { Search } from '../../../harness/minimise/search.js';
import { access, after, at, driven, has, scenario, short, wrmsr, zap } from './short-scenario.js';

describe('The certificate', () => {
  test('drops single steps, resets single keys and simplifies single fields until nothing more can be', () => {
    const start = scenario([zap('0x7', '0x3'), wrmsr('0x205', '0x3fff80000800'), access('0x180', 3)], {
      noncoherentDevices: 3,
      iommu: true,
    });
    const needs = at(
      (step, before, machine) =>
        step.op === 'access' && Number(step.gfn) >= 0x100 && machine.iommu === true && has(before, { op: 'write-msr' }),
    );
    expect(after(certify, start, needs)).toMatchObject({
      machine: { iommu: true },
      steps: [wrmsr('0x201', '0x0'), access('0x100')],
    });
  });

  test('goes round again: what was refused may be possible after a later success', () => {
    const start = scenario([access('0x2'), access('0x1', 1)]);
    const needs = at(
      (step, before) =>
        step.gfn === '0x0' || (step.gfn === '0x1' && before[0]?.gfn === '0x2') || (step.gfn === '0x1' && step.pat === 0),
    );
    expect(after(certify, start, needs)).toMatchObject({ steps: [access('0x0')] });
  });

  test('evaluates what was cut off on the word of the predicate, and refuses one that broke it', () => {
    const lies = at((step) => step.op === 'access');
    const search = new Search(scenario([access('0x0'), zap('0x1')]));
    driven(search.adopt(search.scenario), lies);
    expect(short(search.scenario)).toEqual({ steps: [access('0x0')] });
    const needsZap = ({ steps }: { steps: readonly { op: string }[] }) => (steps.some(({ op }) => op === 'zap') ? 0 : -1);
    expect(() => driven(certify(search), needsZap)).toThrow('minimise: the predicate depends on steps after the one that it names');
  });
});
