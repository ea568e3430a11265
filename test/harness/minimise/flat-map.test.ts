import { flattenRanges } from '../../../harness/minimise/flat-map.js';
import { startLater } from '../../../harness/minimise/starting-state.js';
import { access, after, at, has, type Json, scenario, wrmsr } from './short-scenario.js';

const ranges = [wrmsr('0x200', '0x80000001'), wrmsr('0x201', '0x3fff80000800'), wrmsr('0x250', '0x405'), wrmsr('0x2ff', '0xc06')];
const typed = (type: string) => at((step, before) => step.op === 'access' && (before.length > 3 || has(before, { value: type })));

describe('Flattening', () => {
  test('gives all memory the type of a variable range by the default type alone', () => {
    expect(after(flattenRanges, scenario([...ranges, access('0x0')]), typed('0x801'))).toEqual({
      steps: [wrmsr('0x2ff', '0x801'), access('0x0')],
      evaluations: 1,
    });
  });

  test('tries each type of a fixed range', () => {
    expect(after(flattenRanges, scenario([...ranges, access('0x0')]), typed('0x804'))).toEqual({
      steps: [wrmsr('0x2ff', '0x804'), access('0x0')],
      evaluations: 3,
    });
  });

  test('leaves the ranges where it matters that they are ranges', () => {
    const start = scenario([...ranges, access('0x0')]);
    expect(after(flattenRanges, start, typed('0x7'))).toMatchObject({ steps: { length: 5 } });
  });
});

describe('Starting later', () => {
  const CD = { pg: true, cd: true, nw: false };
  const needs = (key: string, value: unknown) =>
    at(
      (step, before, machine) =>
        step.op === 'access' && (before.length > 0 || JSON.stringify(machine[key]) === JSON.stringify(value)),
    );
  test.each<[string, Json, Json, string, unknown]>([
    ['a device was attached', { op: 'attach-device', coherent: false }, {}, 'noncoherentDevices', 1],
    ['a device was detached', { op: 'detach-device', coherent: false }, { noncoherentDevices: 2 }, 'noncoherentDevices', 1],
    ['I/O resources were granted', { op: 'set-io-resources', held: true }, {}, 'ioResources', true],
    ['CR0 was written', { op: 'write-cr0', vcpu: 0, ...CD }, {}, 'cr0', CD],
    ['INIT cleared CR0.PG', { op: 'init', vcpu: 0 }, {}, 'cr0', { pg: false, cd: false, nw: false }],
  ])('starts after %s', (_, step, machine, key, value) => {
    expect(after(startLater, scenario([step, access('0x0')], machine), needs(key, value))).toEqual({
      machine: { [key]: value },
      steps: [access('0x0')],
      evaluations: 1,
    });
  });

  test('starts after a range was backed anew, with what remains around it', () => {
    const backing = { op: 'set-backing', gfn: '0x100', pages: '0x10', backing: 'device' };
    const regions = [
      { gfn: '0x0', pages: '0x100', backing: 'ram', level: '2M' },
      { gfn: '0x100', pages: '0x10', backing: 'device' },
      { gfn: '0x110', pages: '0xf0', backing: 'ram', level: '2M' },
      { gfn: '0x400', pages: '0x1', backing: 'grant' },
    ];
    const before = [{ gfn: '0x0', pages: '0x200', backing: 'ram', level: '2M' }, regions[3]];
    expect(after(startLater, scenario([backing, access('0x100')], { regions: before }), needs('regions', regions))).toEqual({
      machine: { regions },
      steps: [access('0x100')],
      evaluations: 1,
    });
  });

  test('leaves a coherent device, which no machine key counts', () => {
    const start = scenario([{ op: 'attach-device', coherent: true }, access('0x0')]);
    expect(after(startLater, start, needs('iommu', false))).toMatchObject({ steps: { length: 2 }, evaluations: 0 });
  });
});
