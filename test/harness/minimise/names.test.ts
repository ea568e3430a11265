import { simplestColumns } from '../../../harness/minimise/columns.js';
import { firstFixedRange } from '../../../harness/minimise/fixed-ranges.js';
import { usualOrder } from '../../../harness/minimise/order.js';
import { firstPatEntry } from '../../../harness/minimise/pat-entries.js';
import { lowPairs } from '../../../harness/minimise/variable-pairs.js';
import { access, after, at, rdmsr, scenario, wrmsr, zap } from './short-scenario.js';

const ANY = at((step) => step.op === 'access');

describe('Names', () => {
  test('variable-range pairs count from 0 in their order, and absent pairs from 8', () => {
    const start = scenario([
      wrmsr('0x20c', '0x6'),
      wrmsr('0x20d', '0x800'),
      wrmsr('0x206', '0x1'),
      wrmsr('0x21f', '0x0'),
      rdmsr('0x20c'),
      access('0x0'),
    ]);
    expect(after(lowPairs, start, ANY)).toEqual({
      steps: [
        wrmsr('0x202', '0x6'),
        wrmsr('0x203', '0x800'),
        wrmsr('0x200', '0x1'),
        wrmsr('0x211', '0x0'),
        rdmsr('0x202'),
        access('0x0'),
      ],
      evaluations: 1,
    });
  });

  test('pairs stay where their numbers matter', () => {
    const start = scenario([wrmsr('0x20c', '0x6'), access('0x0')]);
    const needs6 = at((step, before) => step.op === 'access' && before[0].msr === '0x20c');
    expect(after(lowPairs, start, needs6)).toEqual({ steps: [wrmsr('0x20c', '0x6'), access('0x0')], evaluations: 1 });
  });

  test('the PAT entry that is used changes places with entry 0', () => {
    const start = scenario([wrmsr('0x277', '0x106050403020100'), access('0x1', 0), access('0x1', 2), access('0x0', 6)]);
    expect(
      after(
        firstPatEntry,
        start,
        at((step) => step.gfn === '0x0'),
      ),
    ).toEqual({
      steps: [wrmsr('0x277', '0x100050403020106'), access('0x1', 6), access('0x1', 2), access('0x0', 0)],
      evaluations: 1,
    });
  });

  test('without a write of PAT the index says which type it is, and stays', () => {
    expect(after(firstPatEntry, scenario([access('0x0', 6)]), ANY)).toEqual({ steps: [access('0x0', 6)], evaluations: 0 });
  });

  test('register writes stand as firmware makes them: PAT, fixed ranges, pairs, default type', () => {
    const start = scenario([
      wrmsr('0x2ff', '0x806'),
      wrmsr('0x201', '0x800'),
      wrmsr('0x268', '0x1'),
      wrmsr('0x200', '0x6'),
      wrmsr('0x277', '0x1'),
      zap('0x0'),
      wrmsr('0x203', '0x0'),
      wrmsr('0x202', '0x0'),
      access('0x0'),
    ]);
    expect(after(usualOrder, start, ANY)).toEqual({
      steps: [
        wrmsr('0x277', '0x1'),
        wrmsr('0x268', '0x1'),
        wrmsr('0x200', '0x6'),
        wrmsr('0x201', '0x800'),
        wrmsr('0x2ff', '0x806'),
        zap('0x0'),
        wrmsr('0x202', '0x0'),
        wrmsr('0x203', '0x0'),
        access('0x0'),
      ],
      evaluations: 1,
    });
  });

  test('register writes of one vCPU stand together, in the order of vCPUs', () => {
    const start = scenario([wrmsr('0x2ff', '0x806', 1), wrmsr('0x2ff', '0x801'), wrmsr('0x277', '0x1', 1), access('0x0')], {
      vcpus: 2,
    });
    expect(after(usualOrder, start, ANY)).toMatchObject({
      steps: [wrmsr('0x2ff', '0x801'), wrmsr('0x277', '0x1', 1), wrmsr('0x2ff', '0x806', 1), access('0x0')],
    });
  });

  test.each([
    ['0x7f', '0x250', '0x600000000000000'],
    ['0x10', '0x250', '0x600'],
    ['0x84', '0x258', '0x600'],
    ['0xbf', '0x259', '0x600000000000000'],
    ['0xc9', '0x269', '0x600'],
    ['0xff', '0x26f', '0x600000000000000'],
  ])('frame %s under a fixed range becomes frame 0 under the first', (gfn, msr, value) => {
    const start = scenario([wrmsr(msr, value), access(gfn)]);
    expect(after(firstFixedRange, start, ANY)).toEqual({ steps: [wrmsr('0x250', '0x6'), access('0x0')], evaluations: 1 });
  });

  test('frames above 1 MiB have no fixed range', () => {
    const start = scenario([wrmsr('0x250', '0x6'), access('0x100')]);
    expect(after(firstFixedRange, start, ANY)).toEqual({ steps: [wrmsr('0x250', '0x6'), access('0x100')], evaluations: 0 });
  });

  test('a column that does not matter is the simplest in all steps at once', () => {
    const start = scenario([
      { op: 'access', vcpu: 0, gfn: '0x1', kind: 'write', pat: 5, pageSize: '2M' },
      zap('0x1', '0x7'),
      { op: 'access', vcpu: 0, gfn: '0x2', kind: 'execute', pat: 3, pageSize: '1G' },
    ]);
    const needsPat = at((step) => step.gfn === '0x2' && step.pat === 3);
    expect(after(simplestColumns, start, needsPat)).toEqual({
      steps: [access('0x1', 5), zap('0x1'), access('0x2', 3)],
      evaluations: 4,
    });
  });
});
