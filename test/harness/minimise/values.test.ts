import { simplifyLayout } from '../../../harness/minimise/layout.js';
import { widenRanges } from '../../../harness/minimise/ranges.js';
import { simplifyValues } from '../../../harness/minimise/register-values.js';
import { access, after, at, has, scenario, wrmsr, zap } from './short-scenario.js';

const ANY = at((step) => step.op === 'access');

describe('Register values', () => {
  const start = scenario([
    wrmsr('0x277', '0x40706010406'),
    wrmsr('0x250', '0x605040100000006'),
    wrmsr('0x258', '0x606060606060606'),
    wrmsr('0x2ff', '0xc06'),
    access('0x20', 1),
  ]);

  test('keep the byte of PAT and of a fixed range that is used, and no FE', () => {
    expect(after(simplifyValues, start, ANY)).toEqual({
      steps: [
        wrmsr('0x277', '0x400'),
        wrmsr('0x250', '0x0'),
        wrmsr('0x258', '0x606060606060606'),
        wrmsr('0x2ff', '0x806'),
        access('0x20', 1),
      ],
      evaluations: 1,
    });
  });

  test('stay whole where a part is not enough', () => {
    const needsFe = at((step, before) => step.op === 'access' && has(before, { value: '0xc06' }));
    expect(after(simplifyValues, start, needsFe)).toEqual({
      steps: [
        wrmsr('0x277', '0x400'),
        wrmsr('0x250', '0x0'),
        wrmsr('0x258', '0x606060606060606'),
        wrmsr('0x2ff', '0xc06'),
        access('0x20', 1),
      ],
      evaluations: 3,
    });
  });
});

describe('Variable ranges', () => {
  const twoRanges = (base: string, mask: string, gfn: string) =>
    scenario([wrmsr('0x200', '0x6'), wrmsr('0x201', '0x3fff00000800'), wrmsr('0x202', base), wrmsr('0x203', mask), access(gfn)]);
  /** Shows if the frame is in the second range, whose base is above 0. */
  const higherRange = at((step, before) => {
    const [, , base, mask] = before.map(({ value }) => BigInt(String(value)));
    return step.op === 'access' && base >= 0x1000n && ((BigInt(String(step.gfn)) << 12n) & mask) >> 12n === (base & mask) >> 12n;
  });

  test('cover everything where nothing depends on their size', () => {
    expect(after(widenRanges, twoRanges('0x80000000', '0x3fff80000800', '0x80123'), ANY)).toEqual({
      steps: [wrmsr('0x200', '0x6'), wrmsr('0x201', '0x800'), wrmsr('0x202', '0x0'), wrmsr('0x203', '0x800'), access('0x80123')],
      evaluations: 1,
    });
  });

  test('become as wide as can be, still aligned to their size', () => {
    expect(after(widenRanges, twoRanges('0x80120000', '0x3ffffffe0800', '0x80123'), higherRange)).toEqual({
      steps: [
        wrmsr('0x200', '0x6'),
        wrmsr('0x201', '0x800'),
        wrmsr('0x202', '0x80000000'),
        wrmsr('0x203', '0x3fff80000800'),
        access('0x80123'),
      ],
      evaluations: 7,
    });
  });

  test('reach down to a base that the mask did not cover, with the frame there', () => {
    const { steps } = after(
      widenRanges,
      twoRanges('0x40000000', '0x3fff80000800', '0x100'),
      at((step, before) => step.op === 'access' && before[2]?.value === '0x40000000'),
    );
    expect(steps).toEqual([
      wrmsr('0x200', '0x6'),
      wrmsr('0x201', '0x800'),
      wrmsr('0x202', '0x40000000'),
      wrmsr('0x203', '0x3fffc0000800'),
      access('0x100'),
    ]);
    const covered = at(
      (step, before) =>
        step.op === 'access' &&
        before[2]?.value === '0x40000000' &&
        (before[3]?.value === '0x3fff80000800' || step.gfn === '0x40000'),
    );
    expect(after(widenRanges, twoRanges('0x40000000', '0x3fff80000800', '0x100'), covered)).toMatchObject({
      steps: [{}, {}, { value: '0x40000000' }, { value: '0x3fffc0000800' }, { gfn: '0x40000' }],
    });
  });
});

describe('Layout', () => {
  test('frames of the default layout become 0x0, 0x100 and so on', () => {
    const start = scenario([access('0x12345'), zap('0x80000'), access('0x12345')]);
    const needsTwo = at(
      (step, before) => step.op === 'access' && before.length === 2 && before[0].gfn === step.gfn && before[1].gfn !== step.gfn,
    );
    expect(after(simplifyLayout, start, needsTwo)).toEqual({ steps: [access('0x0'), zap('0x100'), access('0x0')], evaluations: 1 });
  });

  test('frames stay above the fixed ranges where those matter', () => {
    const above = at((step) => step.op === 'access' && Number(step.gfn) >= 0x100);
    expect(after(simplifyLayout, scenario([access('0x12345')]), above)).toEqual({ steps: [access('0x100')], evaluations: 2 });
  });

  test('a frame inside a naturally aligned range becomes its first one', () => {
    const high = at((step) => step.op === 'access' && Number(step.gfn) >= 0x80000);
    expect(after(simplifyLayout, scenario([access('0x81234')]), high)).toEqual({ steps: [access('0x80000')], evaluations: 3 });
  });

  const regions = [
    { gfn: '0x0', pages: '0xa0', backing: 'ram' },
    { gfn: '0xc0', pages: '0x40', backing: 'ram', level: '2M', special: { offset: '0x3f', pages: '0x1' } },
    { gfn: '0x80000', pages: '0x20', backing: 'device', level: '2M' },
  ];
  const backed = (gfn: string, ...more: string[]) => scenario([...more.map((other) => access(other)), access(gfn, 1)], { regions });
  const inRegion = (backing: string, extra: object = {}) =>
    at((step, _, machine) => {
      const found = (machine.regions as typeof regions | undefined)?.find(
        (region) => Number(region.gfn) <= Number(step.gfn) && Number(step.gfn) < Number(region.gfn) + Number(region.pages),
      );
      return (
        step.pat === 1 && found?.backing === backing && Object.entries(extra).every(([key, value]) => found[key as 'gfn'] === value)
      );
    });

  test('only the region that is used remains, plain, at 0', () => {
    expect(after(simplifyLayout, backed('0x80005'), inRegion('device'))).toEqual({
      machine: { regions: [{ gfn: '0x0', pages: '0x100', backing: 'device' }] },
      steps: [access('0x0', 1)],
      evaluations: 1,
    });
  });

  test('a level that matters stays, with room for a mapping of it', () => {
    expect(after(simplifyLayout, backed('0x80005'), inRegion('device', { level: '2M' }))).toEqual({
      machine: { regions: [{ gfn: '0x0', pages: '0x200', backing: 'device', level: '2M' }] },
      steps: [access('0x0', 1)],
      evaluations: 2,
    });
  });

  test('special pages that matter come first in their region; frames without backing come after the regions', () => {
    const specialFrame = at((step, _, machine) => step.pat === 1 && JSON.stringify(machine.regions).includes('special'));
    expect(after(simplifyLayout, backed('0xff', '0xc5', '0xc4', '0xb0'), specialFrame)).toEqual({
      machine: { regions: [{ gfn: '0x0', pages: '0x200', backing: 'ram', level: '2M', special: { offset: '0x0', pages: '0x1' } }] },
      steps: [access('0x2'), access('0x1'), access('0x200'), access('0x0', 1)],
      evaluations: 2,
    });
  });

  test('regions stay where they are, without the unused, where the place matters', () => {
    const there = at((step) => step.gfn === '0x80005');
    expect(after(simplifyLayout, backed('0x80005'), there)).toEqual({
      machine: { regions: [regions[2]] },
      steps: [access('0x80005', 1)],
      evaluations: 4,
    });
  });
});
