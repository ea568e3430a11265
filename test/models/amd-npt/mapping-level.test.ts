import { Guest } from './guest.js';

const LIMITED = ['4.2-npt-pat', '4.2.8', '4.3', '4.4', '4.12', '4.14', '5.17'];
const RAM_1G = [{ gfn: 0, pages: 0x200000, level: '1G' as const }];
const NARROW = { maxPhysAddr: 36, hostPhysAddr: 46 };

function levels(version: string, writes: [number, bigint][], ...gfns: number[]): string {
  const guest = new Guest(version, NARROW, RAM_1G);
  guest.writes(...writes);
  return gfns.map((gfn) => guest.level(gfn)).join(' ');
}

describe('the host maps the largest aligned block inside one region', () => {
  test('of at most the level of the region', () => {
    const guest = new Guest('gpat', {}, [
      { gfn: 0x100, pages: 0x80f00, level: '1G' },
      { gfn: 0x81000, pages: 0x1000, level: '2M' },
      { gfn: 0x82000, pages: 0x1000 },
    ]);
    expect([0x100, 0x200, 0x3ffff, 0x40000, 0x7ffff, 0x80000, 0x81000, 0x82000].map((gfn) => guest.level(gfn))).toEqual([
      '4K',
      '2M',
      '2M',
      '1G',
      '1G',
      '2M',
      '2M',
      '4K',
    ]);
  });
  test('a region that lacks one page of a block has no leaf of its size', () => {
    const guest = new Guest('gpat', {}, [
      { gfn: 0, pages: 0x1ff, level: '2M' },
      { gfn: 0x201, pages: 0x1ff, level: '2M' },
    ]);
    expect([guest.level(0), guest.level(0x3ff)]).toEqual(['4K', '4K']);
  });
  test.each(['reserved', 'device', 'device-wc', 'device-ro', 'special', 'grant', 'foreign'])('%s has 4K leaves', (backing) => {
    expect(new Guest('gpat', {}, [{ gfn: 0, pages: 0x40000, backing, level: '1G' }]).level(0x200)).toBe('4K');
  });
  test('RAM that the host maps WC has large leaves too, far up as well', () => {
    const guest = new Guest('gpat', { maxPhysAddr: 52, hostPhysAddr: 52 }, [
      { gfn: 2 ** 40 - 0x40000, pages: 0x40000, backing: 'ram-wc', level: '1G' },
    ]);
    expect([guest.level(2 ** 40 - 1), guest.model.state()[`gfn 0x${(2 ** 40 - 0x40000).toString(16)}`]]).toEqual([
      '1G',
      { level: '1G', leaf: 'WB' },
    ]);
  });
});

describe('guest MTRRs limit the level in Linux 4.2 to 5.19, though the leaf does not need them', () => {
  const ONE_FIXED: [number, bigint][] = [
    [0x250, 6n],
    [0x2ff, 0xc06n],
  ];
  test.each(['2.6.27', '2.6.29', '2.6.31', '4.1', '6.6', 'gpat'])('not in %s', (version) =>
    expect(levels(version, ONE_FIXED, 0, 0x40000)).toBe('1G 1G'),
  );
  test.each(LIMITED)('in %s mixed fixed ranges leave the first 2M in 4K leaves and the first 1G in 2M', (version) => {
    expect(levels(version, ONE_FIXED, 0, 0x1ff, 0x200, 0x40000)).toBe('4K 4K 2M 1G');
  });
  test.each(LIMITED)('in %s nothing is limited while MTRRs are disabled', (version) => {
    expect(levels(version, [[0x250, 6n]], 0)).toBe('1G');
    expect(
      levels(
        version,
        [
          [0x250, 6n],
          [0x2ff, 0x406n],
        ],
        0,
      ),
    ).toBe('1G');
  });
  test.each(LIMITED)('in %s UC over WB splits the block it lies in', (version) => {
    const ranges: [number, bigint][] = [
      [0x200, 6n],
      [0x201, 0xf00000800n],
      [0x202, 0xc0000000n],
      [0x203, 0xfc0000800n],
      [0x2ff, 0x800n],
    ];
    expect(levels(version, ranges, 0xc0000, 0xbfe00, 0x80000)).toBe('4K 1G 1G');
  });
  test.each(LIMITED)('in %s adjacent equal ranges count as partial, unless they equal the default', (version) => {
    const ranges: [number, bigint][] = [
      [0x200, 0x40000006n],
      [0x201, 0xff0000800n],
      [0x202, 0x50000006n],
      [0x203, 0xff0000800n],
      [0x204, 0x60000006n],
      [0x205, 0xfe0000800n],
    ];
    expect(levels(version, [...ranges, [0x2ff, 0x800n]], 0x40000)).toBe('2M');
    expect(levels(version, [...ranges, [0x2ff, 0x806n]], 0x40000)).toBe('1G');
    const halves: [number, bigint][] = [
      [0x200, 0x40000006n],
      [0x201, 0xffff00800n],
      [0x202, 0x40100006n],
      [0x203, 0xffff00800n],
      [0x2ff, 0x800n],
    ];
    expect(levels(version, halves, 0x40000)).toBe('4K');
  });
  test('in 4.12 equal fixed ranges are consistent with an equal default, and not with another', () => {
    const fixed = [0x250, 0x258, 0x259, ...Array.from({ length: 8 }, (_, i) => 0x268 + i)].map((msr): [number, bigint] => [
      msr,
      0x0606060606060606n,
    ]);
    expect(levels('4.12', [...fixed, [0x2ff, 0xc06n]], 0)).toBe('1G');
    expect(levels('4.12', [...fixed, [0x2ff, 0xc00n]], 0)).toBe('4K');
  });
  test('in 4.12 masks have the width of the guest, in 4.2 that of the host', () => {
    const range: [number, bigint][] = [
      [0x200, 6n],
      [0x201, 0xfc0000800n],
      [0x204, 0x40000000n],
      [0x205, 0xfffe00800n],
      [0x2ff, 0x800n],
    ];
    expect(levels('4.12', range, 0x40000, 0x40200)).toBe('1G 1G');
    expect(levels('4.2-npt-pat', range, 0x40000, 0x40200)).toBe('4K 4K');
  });
  test.each(LIMITED)('in %s a 2M leaf takes the place of the 4K leaves below it', (version) => {
    const guest = new Guest(version, {}, [{ gfn: 0, pages: 0x200, level: '2M' }]);
    guest.writes(...ONE_FIXED);
    expect([guest.level(5, 0), guest.level(6, 1), guest.level(5, 0)]).toEqual(['4K', '2M', '2M']);
    guest.model.zap(5, 1);
    expect(guest.counters()).toMatchObject({ faults: 2, zappedLeaves: 1 });
  });
  test.each(LIMITED)('in %s the MTRRs of the vCPU that faults decide', (version) => {
    const guest = new Guest(version, {}, RAM_1G);
    guest.writes(...ONE_FIXED);
    expect([guest.level(0, 0), guest.level(1, 1), guest.level(0, 0)]).toEqual(['4K', '1G', '1G']);
  });
});

test('a region without backing is MMIO, between the regions and above them', () => {
  const guest = new Guest('gpat', {}, [
    { gfn: 0x10, pages: 0x10 },
    { gfn: 0x30, pages: 0x10 },
  ]);
  expect([0xf, 0x10, 0x1f, 0x20, 0x2f, 0x30, 0x3f, 0x40].map((gfn) => guest.type(gfn))).toEqual([
    'mmio',
    'WB',
    'WB',
    'mmio',
    'mmio',
    'WB',
    'WB',
    'mmio',
  ]);
});
