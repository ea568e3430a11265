import { LEVEL_1G, LEVEL_2M, LEVEL_4K, type Level } from '../../../models/contract/address.js';
import { DEVICE, RAM } from '../../../models/contract/machine.js';
import { UC, WB, WC } from '../../../models/contract/memory-type.js';
import { BOTH, level, memtype, outcome, region, start, touch } from './bench.js';

const FROM_1G = 0x40000;
const HUGE = [region(0, 2 * FROM_1G, 'ram', LEVEL_1G)];

describe.each(BOTH)('a leaf on %s', (profile) => {
  test.each([
    ['4K', LEVEL_4K],
    ['2M', LEVEL_2M],
    ['1G', LEVEL_1G],
  ] as const)('is %s where the guest page is, in host memory of 1G', (name, pageSize) => {
    const model = start(profile, { regions: HUGE });
    expect(level(touch(model, FROM_1G + 5, { pageSize }))).toBe(name);
  });

  test.each([
    ['4K', LEVEL_4K],
    ['2M', LEVEL_2M],
    ['1G', LEVEL_1G],
  ] as const)('is %s where the host memory is, in a guest page of 1G', (name, hostLevel) => {
    const model = start(profile, { regions: [region(0, FROM_1G, 'ram', hostLevel)] });
    expect(level(touch(model, 5, { pageSize: LEVEL_1G }))).toBe(name);
  });

  test('is the largest aligned block that lies inside one region', () => {
    const model = start(profile, { regions: [region(0x100, 0x400, 'ram', LEVEL_2M), region(0x500, 0x300, 'ram', LEVEL_2M)] });
    const levels = [0x1ff, 0x200, 0x3ff, 0x400, 0x4ff, 0x500, 0x5ff, 0x600, 0x7ff].map((gfn) =>
      level(touch(model, gfn, { pageSize: LEVEL_2M })),
    );
    expect(levels).toEqual(['4K', '2M', '2M', '4K', '4K', '4K', '4K', '2M', '2M']);
  });

  test('is 4K where the region lacks the first or the last frame of the block', () => {
    const model = start(profile, { regions: [region(1, 0x3fe, 'ram', LEVEL_2M)] });
    expect([1, 0x1ff, 0x200, 0x3fe].map((gfn) => level(touch(model, gfn, { pageSize: LEVEL_2M })))).toEqual([
      '4K',
      '4K',
      '4K',
      '4K',
    ]);
  });

  test('falls from 1G to 2M where the region ends inside the 1G block', () => {
    const model = start(profile, { regions: [region(0, FROM_1G + 0x300, 'ram', LEVEL_1G)] });
    const levels = [FROM_1G - 1, FROM_1G, FROM_1G + 0x200].map((gfn) => level(touch(model, gfn, { pageSize: LEVEL_1G })));
    expect(levels).toEqual(['1G', '2M', '4K']);
  });

  test('is as large as it may be at the upper end of 52 address bits', () => {
    const gfn = 2 ** 40 - FROM_1G;
    const model = start(profile, { maxPhysAddr: 52, hostPhysAddr: 52, regions: [region(gfn, FROM_1G, 'ram', LEVEL_1G)] });
    expect(level(touch(model, 2 ** 40 - 1, { pageSize: LEVEL_1G }))).toBe('1G');
    expect(Object.keys(model.state())).toContain(`gfn 0x${gfn.toString(16)}`);
  });

  test('is 4K for every backing but ram and ram-wc', () => {
    const backings = ['ram', 'ram-wc', 'reserved', 'device', 'device-wc', 'device-ro', 'special', 'grant', 'foreign'] as const;
    const regions = backings.map((backing, index) => region(0x200 * index, 0x200, backing, LEVEL_2M));
    const model = start(profile, { regions });
    const levels = backings.map((_, index) => level(touch(model, 0x200 * index, { pageSize: LEVEL_2M })));
    expect(levels).toEqual(['2M', '2M', ...Array(7).fill('4K')]);
  });

  test('ignores special pages inside RAM: KVM knows of none', () => {
    const special = { ...region(0, 0x200, 'ram', LEVEL_2M), specialOffset: 0x10, specialPages: 1 };
    expect(level(touch(start(profile, { regions: [special] }), 0x10, { pageSize: LEVEL_2M }))).toBe('2M');
  });

  test('is at most 2M with CR0.PG clear, whatever page size the access names: there is no guest page', () => {
    const cr0 = { pg: false, cd: false, nw: false };
    const model = start(profile, { cr0, regions: HUGE });
    const sizes: Level[] = [LEVEL_4K, LEVEL_2M, LEVEL_1G];
    expect(sizes.map((pageSize) => level(touch(model, 5, { pageSize })))).toEqual(['2M', '2M', '2M']);
    expect(model.counters().faults).toBe(1);
    expect(level(touch(start(profile, { cr0 }), 5, { pageSize: LEVEL_2M }))).toBe('4K');
  });

  test('serves all later accesses inside it through the same guest mapping, of every vCPU', () => {
    const model = start(profile, { regions: HUGE });
    for (const gfn of [0x200, 0x3ff, 0x2aa]) {
      for (const vcpu of [0, 1]) touch(model, gfn, { vcpu, pageSize: LEVEL_2M });
    }
    expect(model.counters().faults).toBe(1);
    touch(model, 0x400, { pageSize: LEVEL_2M });
    touch(model, 0x1ff, { pageSize: LEVEL_2M });
    expect(model.counters().faults).toBe(3);
  });

  test('belongs to one guest mapping: another page size, and no paging, are other mappings of the same frame', () => {
    const model = start(profile, { regions: HUGE });
    const sizes: Level[] = [LEVEL_1G, LEVEL_2M, LEVEL_4K];
    expect(sizes.map((pageSize) => level(touch(model, 0, { pageSize })))).toEqual(['1G', '2M', '4K']);
    model.writeCr0(1, false, false, false);
    expect(level(touch(model, 0, { vcpu: 1 }))).toBe('2M');
    expect(model.counters().faults).toBe(4);
    expect(sizes.map((pageSize) => level(touch(model, 0, { pageSize })))).toEqual(['1G', '2M', '4K']);
    expect(model.counters().faults).toBe(4);
    expect(model.state()['gfn 0x0']).toEqual({
      'guest nonpaging': { level: '2M', leaf: 'WB' },
      'guest 4K': { level: '4K', leaf: 'WB' },
      'guest 2M': { level: '2M', leaf: 'WB' },
      'guest 1G': { level: '1G', leaf: 'WB' },
    });
  });

  test('of a frame in a 2M guest page over 4K host memory serves that frame alone', () => {
    const model = start(profile);
    touch(model, 0x200, { pageSize: LEVEL_2M });
    touch(model, 0x201, { pageSize: LEVEL_2M });
    expect(model.counters().faults).toBe(2);
  });

  test('survives a hundred others', () => {
    const model = start(profile);
    for (let gfn = 0; gfn < 200; gfn += 1) touch(model, gfn);
    for (let gfn = 199; gfn >= 0; gfn -= 1) touch(model, gfn);
    expect(model.counters().faults).toBe(200);
    expect(Object.keys(model.state()).filter((key) => key.startsWith('gfn ')).length).toBe(200);
  });

  test('is not built for emulated MMIO, which is no fault that maps anything', () => {
    const model = start(profile, { regions: [] });
    expect(outcome(touch(model, 0))).toBe('mmio');
    expect(model.counters().faults).toBe(0);
  });
});

describe.each(BOTH)('what the host does to leaves on %s', (profile) => {
  test('a zap removes every leaf that its range touches, huge ones entirely, with one flush', () => {
    const model = start(profile, { regions: HUGE });
    for (const gfn of [0, 0x200, 0x400]) touch(model, gfn, { pageSize: LEVEL_2M });
    touch(model, 0x400);
    expect(outcome(model.zap(0x3ff, 2))).toBe('ok');
    expect(model.counters()).toEqual({ faults: 4, zaps: 0, zappedLeaves: 3, tlbFlushes: 1 });
    touch(model, 0, { pageSize: LEVEL_2M });
    expect(model.counters().faults).toBe(4);
    touch(model, 0x200, { pageSize: LEVEL_2M });
    expect(model.counters().faults).toBe(5);
  });

  test('a zap beside a leaf leaves it, and flushes nothing', () => {
    const model = start(profile, { regions: HUGE });
    touch(model, 0x200, { pageSize: LEVEL_2M });
    model.zap(0, 0x200);
    model.zap(0x400, 0x200);
    expect(model.counters()).toEqual({ faults: 1, zaps: 0, zappedLeaves: 0, tlbFlushes: 0 });
  });

  test('new backing removes the leaves of the range and gives its frames the new host MTRR type', () => {
    const model = start(profile);
    expect([0x10, 0x11].map((gfn) => memtype(touch(model, gfn)))).toEqual(['WB', 'WB']);
    model.setBacking(0x11, 1, DEVICE, LEVEL_4K, UC);
    expect([0x10, 0x11, 0x12].map((gfn) => memtype(touch(model, gfn)))).toEqual(['WB', 'UC', 'WB']);
    expect(model.counters()).toEqual({ faults: 4, zaps: 0, zappedLeaves: 1, tlbFlushes: 1 });
  });

  test('new backing in the middle of a region leaves two regions, which map no block across the gap', () => {
    const model = start(profile, { regions: HUGE });
    model.setBacking(0x300, 0x10, RAM, LEVEL_2M, WC);
    const at = (gfn: number): string => `${memtype(touch(model, gfn, { pageSize: LEVEL_1G }))} ${level(touch(model, gfn))}`;
    expect([0x200, 0x2ff, 0x300, 0x30f, 0x310, 0x3ff].map(at)).toEqual(['WB 4K', 'WB 4K', 'WC 4K', 'WC 4K', 'WB 4K', 'WB 4K']);
    const levels = [0, 0x200, 0x400, FROM_1G].map((gfn) => level(touch(model, gfn, { pageSize: LEVEL_1G })));
    expect(levels).toEqual(['2M', '4K', '2M', '1G']);
  });

  test('new backing over several regions and the gaps between them is one region', () => {
    const regions = [region(0x100, 0x180, 'device'), region(0x300, 0x80, 'device'), region(0x480, 0x100, 'device')];
    const model = start(profile, { regions });
    model.setBacking(0x200, 0x300, RAM, LEVEL_2M, WB);
    const at = (gfn: number): string => memtype(touch(model, gfn));
    expect([0xff, 0x1ff, 0x200, 0x2ff, 0x400, 0x4ff, 0x500, 0x57f, 0x580].map(at)).toEqual([
      'mmio',
      'UC',
      'WB',
      'WB',
      'WB',
      'WB',
      'UC',
      'UC',
      'mmio',
    ]);
    expect(level(touch(model, 0x200, { pageSize: LEVEL_2M }))).toBe('2M');
  });

  test('new backing before, between and after all regions is added in its place', () => {
    const model = start(profile, { regions: [region(0x10, 1), region(0x30, 1)] });
    for (const gfn of [0x40, 0x20, 0]) model.setBacking(gfn, 1, DEVICE, LEVEL_4K, UC);
    const at = (gfn: number): string => memtype(touch(model, gfn));
    expect([0, 1, 0x10, 0x20, 0x21, 0x30, 0x40, 0x41].map(at)).toEqual(['UC', 'mmio', 'WB', 'UC', 'mmio', 'WB', 'UC', 'mmio']);
  });

  test('new backing twenty times over keeps every piece', () => {
    const model = start(profile);
    for (let index = 0; index < 20; index += 1) model.setBacking(4 * index + 1, 1, RAM, LEVEL_4K, WC);
    const types = Array.from({ length: 80 }, (_, gfn) => memtype(touch(model, gfn)));
    expect([0, 1, 77, 78, 0x50].map((gfn) => level(touch(model, gfn)))).toEqual(Array(5).fill('4K'));
    expect(types).toEqual(Array.from({ length: 80 }, (_, gfn) => (gfn % 4 === 1 ? 'WC' : 'WB')));
  });
});

describe.each(BOTH)('invlpg on %s', (profile) => {
  test('drops every leaf that was built from a guest mapping of the frame, of whatever size, and no other', () => {
    const model = start(profile, { regions: HUGE });
    for (const gfn of [0, 1, 0x200]) touch(model, gfn);
    for (const gfn of [0, 0x200]) touch(model, gfn, { pageSize: LEVEL_2M });
    expect(outcome(model.invlpg(1, 1))).toBe('ok');
    expect(model.counters()).toEqual({ faults: 5, zaps: 0, zappedLeaves: 2, tlbFlushes: 1 });
    for (const gfn of [0, 1, 0x200]) touch(model, gfn);
    for (const gfn of [0, 0x200]) touch(model, gfn, { pageSize: LEVEL_2M });
    expect(model.counters().faults).toBe(7);
  });

  test('leaves what was mapped while CR0.PG was clear: no guest entry stands behind it', () => {
    const model = start(profile);
    model.writeCr0(0, false, false, false);
    touch(model, 5);
    model.invlpg(0, 5);
    touch(model, 5);
    expect(model.counters()).toEqual({ faults: 1, zaps: 0, zappedLeaves: 0, tlbFlushes: 0 });
  });
});
