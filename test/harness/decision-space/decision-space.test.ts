import { boxesOf } from '../../../harness/decision-space/box.js';
import {
  DIMENSIONS,
  FIRST_HOLE,
  indexOfPoint,
  MTRRS,
  PATS,
  type Point,
  pointAt,
  SPACE_SIZE,
} from '../../../harness/decision-space/dimensions.js';
import { matrixOf } from '../../../harness/decision-space/matrix.js';
import { pointAnswers } from '../../../harness/decision-space/point-answers.js';
import { pointScenario } from '../../../harness/decision-space/point-scenario.js';
import { answerOf } from '../../../harness/run/readable.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import { printScenario } from '../../../harness/scenario/print.js';
import type { Profile } from '../../../models/contract/model.js';
import { MEMORY_TYPE_NAMES } from '../../../models/contract/memory-type.js';
import { memtypeOf, MMIO, outcomeOf } from '../../../models/contract/observation.js';
import { PROFILES } from '../../../models/registry.js';

const profile = (name: string) => PROFILES.find((known) => known.name === name) as Profile;

/** The point with these values, the first value of every dimension that is not named. */
function point(values: Readonly<Record<string, string>>): number {
  return indexOfPoint(DIMENSIONS.map(({ name, values: all }) => Math.max(0, all.indexOf(values[name] ?? all[0]))));
}

const typeAt = (answers: Int32Array, values: Readonly<Record<string, string>>) =>
  MEMORY_TYPE_NAMES[memtypeOf(answers[point(values)]) ?? -1];

describe('The decision space', () => {
  test('numbers its points without a gap', () => {
    const odd = Array.from({ length: SPACE_SIZE }, (_, index) => index).filter((index) => indexOfPoint(pointAt(index)) !== index);
    expect(odd).toEqual([]);
    expect(pointAt(SPACE_SIZE - 1)).toEqual(DIMENSIONS.map(({ values }) => values.length - 1));
  });

  test('has a valid scenario of at most five steps for each point, and no scenario twice', () => {
    const scenarios = Array.from({ length: SPACE_SIZE }, (_, index) => pointScenario(index));
    expect(Math.max(...scenarios.map(({ steps }) => steps.length))).toBe(5);
    expect(new Set(scenarios.map(({ machine, steps }) => JSON.stringify([machine, steps]))).size).toBe(SPACE_SIZE);
    for (const index of [0, 4711, SPACE_SIZE - 1])
      expect(parseScenario(printScenario(pointScenario(index)), 'a point')).toEqual(pointScenario(index));
  });

  const [metal, kvm, xen] = pointAnswers(['bare-metal/intel', 'intel-ept/6.16', 'xen-hvm/ept-4.19'].map(profile));

  test('selects the PAT type that the point names: over MTRR WB real hardware gives that type', () => {
    const types = PATS.map((PAT) => typeAt(metal, { MTRR: 'WB', PAT }));
    expect(types).toEqual(['UC', 'UC', 'WC', 'WT', 'WP', 'WB']);
  });

  test('sets the MTRR type that the point names: under PAT WB real hardware gives that type, UC while MTRRs are off', () => {
    expect(MTRRS.map((MTRR) => typeAt(metal, { MTRR, PAT: 'WB' }))).toEqual(['UC', 'UC', 'WC', 'WT', 'WP', 'WB']);
  });

  test('sets CR0.CD: real hardware then gives UC', () => {
    expect(typeAt(metal, { MTRR: 'WB', PAT: 'WB', 'CR0.CD': '1' })).toBe('UC');
  });

  test('attaches devices and sets quirks: KVM honours the guest PAT with a non-coherent device or without the quirk', () => {
    const guest = { MTRR: 'WB', PAT: 'WC' };
    expect(typeAt(kvm, guest)).toBe('WB');
    expect(typeAt(kvm, { ...guest, devices: 'coherent' })).toBe('WB');
    expect(typeAt(kvm, { ...guest, devices: 'non-coherent' })).toBe('WC');
    expect(typeAt(kvm, { ...guest, quirks: 'cd-nw-cleared' })).toBe('WC');
    expect(typeAt(kvm, { ...guest, quirks: 'ignore-guest-pat' })).toBe('WB');
    expect(typeAt(kvm, { ...guest, quirks: 'neither', 'self-snoop': 'no' })).toBe('WB');
    expect(typeAt(kvm, { ...guest, PAT: 'WB', backing: 'device' })).toBe('UC');
  });

  test('gives Xen an IOMMU or I/O resources: without either RAM is WB whatever the guest asks for', () => {
    const guest = { MTRR: 'WT', PAT: 'WB' };
    const types = ['none', 'io-resources', 'iommu', 'coherent', 'non-coherent'].map((devices) =>
      typeAt(xen, { ...guest, devices }),
    );
    expect(types).toEqual(['WB', 'WT', 'WT', 'WT', 'WT']);
  });
});

describe('Boxes', () => {
  const two = [
    { name: 'x', values: ['0', '1', '2'] },
    { name: 'y', values: ['0', '1'] },
  ];
  const spread = (boxes: readonly (readonly (readonly number[])[])[]) =>
    boxes.flatMap(([xs, ys]) => xs.flatMap((x) => ys.map((y) => `${x}${y}`))).sort();

  test('join points to products', () => {
    const all = [0, 1, 2].flatMap((x) => [0, 1].map((y): Point => [x, y]));
    expect(boxesOf(all, two)).toEqual([
      [
        [0, 1, 2],
        [0, 1],
      ],
    ]);
  });

  test('hold exactly the points, each once, where they are no product', () => {
    const points = [
      [0, 0],
      [1, 0],
      [1, 1],
      [2, 1],
    ];
    expect(spread(boxesOf(points, two))).toEqual(['00', '10', '11', '21']);
  });
});

describe('The matrix', () => {
  const names = ['intel-ept/6.6', 'intel-ept/6.16'];
  const matrix = matrixOf(names.map(profile));

  test('puts every context into exactly one section', () => {
    const contexts = matrix.sections.flatMap(({ boxes }) => boxes.map((box) => box.reduce((size, { length }) => size * length, 1)));
    expect(contexts.reduce((sum, size) => sum + size, 0)).toBe(SPACE_SIZE / (MTRRS.length * PATS.length));
  });

  test('marks against the first profile, which differs nowhere from itself', () => {
    expect(matrix.differing[0]).toEqual([]);
    // Guest MTRRs are looked up by 6.6 with a non-coherent device, and not by 6.16.
    expect(matrix.differing[1]).toContain(point({ devices: 'non-coherent', MTRR: 'UC', PAT: 'WB' }));
    expect(matrix.differing[1]).not.toContain(point({ devices: 'non-coherent', MTRR: 'WB', PAT: 'WB' }));
    const marked = matrix.sections.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells[1].filter(({ differs }) => differs)));
    expect(marked.length).toBeGreaterThan(0);
  });

  test('joins MTRR types with equal rows: where guest MTRRs play no part there is one row', () => {
    const [device] = matrix.sections.filter(({ boxes }) => boxes.some(([backing]) => backing.join() === '3,4,5'));
    expect(device.rows).toHaveLength(1);
    expect(device.rows[0].mtrrs).toEqual(MTRRS);
    expect(device.rows[0].cells[0].map(({ answer }) => MEMORY_TYPE_NAMES[memtypeOf(answer) ?? -1])).toEqual(
      // SDM vol. 3, effective types of a UC range.
      ['UC', 'UC', 'WC', 'UC', 'UC', 'UC'],
    );
  });
});

describe('A hole', () => {
  const profiles = [profile('bare-metal/intel'), profile('bare-metal/amd'), profile('intel-ept/6.6')];
  const [intel, amd, ept] = pointAnswers(profiles);
  const hole = (values: Readonly<Record<string, string>>) => ({ backing: 'hole', ...values });

  test('has the type of the MTRRs on bare metal, and is mmio to a hypervisor', () => {
    expect(typeAt(intel, hole({ MTRR: 'WP', PAT: 'WB' }))).toBe('WP');
    expect(typeAt(amd, hole({ MTRR: 'off', PAT: 'WB' }))).toBe('UC');
    expect(outcomeOf(ept[point(hole({ MTRR: 'WP', PAT: 'WB' }))])).toBe(MMIO);
  });

  test('is no difference between the two', () => {
    const { differing } = matrixOf([profiles[0], profiles[2]]);
    expect(differing[1].filter((index) => index >= FIRST_HOLE)).toEqual([]);
    expect(differing[1].length).toBeGreaterThan(0);
  });

  test('stays mmio to an access of a scenario', () => {
    expect(answerOf(profiles[0], pointScenario(point(hole({ MTRR: 'WB', PAT: 'WB' })))).observations.at(-1)?.outcome).toBe('mmio');
  });
});
