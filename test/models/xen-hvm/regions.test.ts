import { last, read, region, saveRestore, setBacking, tell } from './subject.js';

const machine = { regions: [region(0x10, 0x10, 'ram'), region(0x20, 0x10, 'device'), region(0x40, 0x10, 'ram', { level: '2M' })] };
const backingsAfter = (...steps: Parameters<typeof tell>[2]): string =>
  tell('ept-4.21', machine, [...steps, ...Array.from({ length: 0x48 }, (_, n) => read(0xc + n))])
    .words.slice(steps.length)
    .map((word) => (word === 'mmio' ? '.' : word.startsWith('WB') ? 'r' : 'd'))
    .join('');

describe('a new backing', () => {
  const untouched = '....rrrrrrrrrrrrrrrrdddddddddddddddd................rrrrrrrrrrrrrrrr....';
  test('replaces what its range covers, down to a remainder of one frame on either side', () => {
    expect(backingsAfter()).toBe(untouched);
    expect(backingsAfter(setBacking(0x11, 0xe, 'device'))).toBe(
      '....rddddddddddddddrdddddddddddddddd................rrrrrrrrrrrrrrrr....',
    );
    expect(backingsAfter(setBacking(0x1f, 0x22, 'ram'))).toBe(
      '....rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr....',
    );
    expect(backingsAfter(setBacking(0x10, 0x10, 'device'), setBacking(0x2f, 1, 'ram'))).toBe(
      '....dddddddddddddddddddddddddddddddr................rrrrrrrrrrrrrrrr....',
    );
  });
  test('goes where nothing was: before, between and behind the regions', () => {
    expect(backingsAfter(setBacking(0xc, 2, 'ram'), setBacking(0x38, 1, 'device'), setBacking(0x52, 2, 'ram'))).toBe(
      'rr..rrrrrrrrrrrrrrrrdddddddddddddddd........d.......rrrrrrrrrrrrrrrr..rr',
    );
  });
  test('stays over a restore', () => {
    expect(backingsAfter(setBacking(0x11, 0xe, 'device'), saveRestore)).toBe(backingsAfter(setBacking(0x11, 0xe, 'device')));
  });
  test('of special pages leaves those beside it as they were', () => {
    const special = { ioResources: true, regions: [region(0, 0x10, 'ram', { special: { offset: '0x4', pages: '0x4' } })] };
    const words = tell('ept-4.21', special, [setBacking(5, 1, 'ram'), ...[3, 4, 5, 6, 7, 8].map((gfn) => read(gfn))]).words.slice(
      1,
    );
    expect(words).toEqual(['UC 4K UC', 'WB 4K WB+ipat', 'UC 4K UC', 'WB 4K WB+ipat', 'WB 4K WB+ipat', 'UC 4K UC']);
  });
  test('is mapped by its level where it is aligned', () => {
    const steps = [setBacking(0, 0x401, 'ram', { level: '2M' }), read(0x10), read(0x3ff), read(0x400)];
    expect(tell('ept-4.21', machine, steps).words.slice(1)).toEqual(['WB 2M WB+ipat', 'WB 2M WB+ipat', 'WB 4K WB+ipat']);
    expect(last('npt', machine, [setBacking(0x200, 0x200, 'special', { level: '2M' }), read(0x3ff)])).toBe('WB 2M WB');
  });
});
