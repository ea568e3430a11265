/** What recalculates EPT entries, and what leaves them stale. Every version has the same entries where nothing is said. */
import {
  attach,
  detach,
  EPT_VERSIONS,
  ioResources,
  last,
  pin,
  read,
  region,
  saveRestore,
  setBacking,
  tell,
  WB_BY_DEFAULT,
  wrmsr,
} from './subject.js';

const RAM = 0x500;
const IOMMU = { iommu: true };
const BOTH = { iommu: true, ioResources: true };
const RESOURCES = { ioResources: true };
const untilLatest = EPT_VERSIONS.slice(0, -1);

describe('a guest MTRR write', () => {
  test.each(EPT_VERSIONS)('recalculates where I/O resources are held, on %s', (version) => {
    expect(last(version, RESOURCES, [read(RAM), WB_BY_DEFAULT, read(RAM)])).toBe('WB 4K WB');
  });
  test.each(untilLatest)('recalculates behind an IOMMU on %s', (version) => {
    expect(last(version, IOMMU, [read(RAM), WB_BY_DEFAULT, read(RAM)])).toBe('WB 4K WB');
  });
  test('recalculates nothing behind an IOMMU alone from 4.21: RAM stays as it was populated, UC', () => {
    const { words, counters } = tell('ept-4.21', IOMMU, [WB_BY_DEFAULT, read(RAM), wrmsr(0x2ff, '0xc06'), read(RAM)]);
    expect(words).toEqual(['ok', 'UC 4K UC', 'ok', 'UC 4K UC']);
    expect(counters.zaps).toBe(0);
  });
  test('matters from 4.21 for a domain with a device, which permits cache flushes', () => {
    const machine = { iommu: true, noncoherentDevices: 1 };
    expect(last('ept-4.21', machine, [WB_BY_DEFAULT, read(RAM)])).toBe('WB 4K WB');
  });
  test('changes nothing for a domain without IOMMU and resources', () => {
    const { words, counters } = tell('ept-4.21', {}, [read(RAM), wrmsr(0x2ff, '0x800'), read(RAM)]);
    expect(words).toEqual(['WB 4K WB+ipat', 'ok', 'WB 4K WB+ipat']);
    expect(counters.zaps).toBe(0);
  });
  test.each<[string, number, Parameters<typeof tell>[2]]>([
    ['a range while MTRRs are disabled', 0, [wrmsr(0x200, '0x6'), wrmsr(0x250, '0x606')]],
    ['a fixed range while those are disabled', 1, [WB_BY_DEFAULT, wrmsr(0x250, '0x606')]],
    ['a fixed range', 2, [wrmsr(0x2ff, '0xc06'), wrmsr(0x250, '0x606')]],
    ['an invalid range while MTRRs are enabled', 2, [WB_BY_DEFAULT, wrmsr(0x200, '0x6')]],
    ['the same value again', 1, [WB_BY_DEFAULT, WB_BY_DEFAULT, wrmsr(0x200, '0x0')]],
    ['the type of disabled MTRRs', 1, [wrmsr(0x2ff, '0x6')]],
    ['a refused value', 0, [wrmsr(0x2ff, '0x7')]],
    ['PAT', 0, [wrmsr(0x277, '0x0')]],
  ])('of %s counts %i invalidations', (_what, zaps, steps) => expect(tell('ept-4.19', BOTH, steps).counters.zaps).toBe(zaps));
});

describe('a recalculated entry', () => {
  const machine = { ...RESOURCES, vcpus: 2, regions: [region(0, 0x200, 'ram'), region(0x200, 0x200, 'ram', { level: '2M' })] };
  const differing = [wrmsr(0x2ff, '0x806', 0), wrmsr(0x2ff, '0x804', 1)];
  test('has the type of the vCPU that touches it first', () => {
    const { words } = tell('ept-4.21', machine, [
      ...differing,
      read(0x210, 0, 1),
      read(0x211, 0, 0),
      read(0x10, 0, 0),
      read(0x11, 0, 1),
    ]);
    expect(words.slice(2)).toEqual(['WT 2M WT', 'WT 2M WT', 'WB 4K WB', 'WB 4K WB']);
  });
  test('of 4K is recalculated with all of its table, marked or not', () => {
    const steps = [
      ...differing,
      read(0x10, 0, 0),
      setBacking(0x20, 1, 'ram'),
      wrmsr(0x2ff, '0x805', 1),
      setBacking(0x21, 1, 'ram'),
    ];
    // The write to 0x21 resolved the table with vCPU 0; 0x22 is not marked any more.
    expect(last('ept-4.21', machine, [...steps, read(0x22, 0, 1)])).toBe('WB 4K WB');
    const hole = { ...machine, regions: [region(0, 0x20, 'ram')] };
    const filled = [...differing, setBacking(0x30, 1, 'ram'), read(0x30, 0, 1), read(0x10, 0, 1), read(0x30, 0, 0)];
    // A new entry beside marked ones is not marked, and recalculated with them.
    expect(tell('ept-4.21', hole, filled).words.slice(3)).toEqual(['WB 4K WB', 'WT 4K WT', 'WT 4K WT']);
  });
  test('counts one misconfiguration, and none when touched again', () => {
    expect(tell('ept-4.21', machine, [...differing, read(0x10), read(0x11), read(0x210)]).counters.misconfigs).toBe(2);
  });
});

describe('a superpage', () => {
  const machine = { ...RESOURCES, regions: [region(0, 0x80000, 'ram', { level: '1G' })] };
  const ucPage = [wrmsr(0x200, '0x50210000'), wrmsr(0x201, '0x3ffffffff800')];
  test('that fixed ranges cross is split only where it is touched, one level at a time', () => {
    const { words } = tell('ept-4.21', machine, [wrmsr(0x2ff, '0xc06'), read(0x10), read(0x210), read(0x40010)]);
    expect(words.slice(1)).toEqual(['UC 4K UC', 'WB 2M WB', 'WB 1G WB']);
  });
  test('made UC by a 4K range keeps that type on all pages when it is split by a write', () => {
    const steps = [
      ...ucPage,
      WB_BY_DEFAULT,
      read(0x50200),
      setBacking(0x50000, 1, 'ram'),
      read(0x50200),
      read(0x7ffff),
      read(0x50000),
    ];
    expect(tell('ept-4.21', machine, steps).words.slice(3)).toEqual(['UC 1G UC', 'ok', 'UC 4K UC', 'UC 4K UC', 'WB 4K WB']);
  });
  test('is split by a 2M write into 2M pages only', () => {
    const steps = [WB_BY_DEFAULT, setBacking(0x200, 0x200, 'ram', { level: '2M' }), read(0), read(0x200), read(0x40000)];
    expect(tell('ept-4.21', machine, steps).words.slice(2)).toEqual(['WB 2M WB', 'WB 2M WB', 'WB 1G WB']);
  });
  test('that cannot have one type when populated is split at the first touch', () => {
    const special = {
      ...RESOURCES,
      regions: [region(0, 0x400, 'ram', { level: '2M', special: { offset: '0x210', pages: '0x1' } })],
    };
    expect(tell('ept-4.21', special, [read(0x10), read(0x210), read(0x211)])).toMatchObject({
      words: ['UC 2M UC', 'WB 4K WB+ipat', 'UC 4K UC'],
      counters: { misconfigs: 1 },
    });
  });
});

describe('I/O resources', () => {
  test.each(EPT_VERSIONS)('granted to a domain without IOMMU make its MTRRs count on %s', (version) => {
    const { words } = tell(version, {}, [WB_BY_DEFAULT, read(RAM), ioResources(true), read(RAM)]);
    expect(words).toEqual(['ok', 'WB 4K WB+ipat', 'ok', 'WB 4K WB']);
  });
  test.each(EPT_VERSIONS)('revoked leave stale entries on %s', (version) => {
    expect(last(version, RESOURCES, [WB_BY_DEFAULT, ioResources(false), wrmsr(0x2ff, '0x804'), read(RAM)])).toBe('WB 4K WB+ipat');
    expect(last(version, RESOURCES, [WB_BY_DEFAULT, read(RAM), ioResources(false), read(RAM)])).toBe('WB 4K WB');
  });
  test('granted again recalculate until 4.16', () => {
    // A pin replaced in place is what an old entry does not show.
    const steps = [pin(RAM, 1, 'WT'), read(RAM), pin(RAM, 1, 'WP'), ioResources(true), read(RAM)];
    expect(['ept-4.16', 'ept-4.17'].map((version) => last(version, RESOURCES, steps))).toEqual(['WP 4K WP+ipat', 'WT 4K WT+ipat']);
  });
  test('granted behind an IOMMU recalculate until 4.16 only, so that 4.21 keeps what the MTRRs were at population', () => {
    const steps = [WB_BY_DEFAULT, ioResources(true), read(RAM)];
    expect(['ept-4.16', 'ept-4.21'].map((version) => last(version, IOMMU, steps))).toEqual(['WB 4K WB', 'UC 4K UC']);
    expect(last('ept-4.21', IOMMU, [...steps, wrmsr(0x200, '0x6'), read(RAM)])).toBe('WB 4K WB');
  });
});

describe('a device', () => {
  test('recalculates nothing when it comes, but the next MTRR write of 4.21 does', () => {
    const { words } = tell('ept-4.21', IOMMU, [WB_BY_DEFAULT, attach(), read(RAM), wrmsr(0x200, '0x6'), read(RAM)]);
    expect(words).toEqual(['ok', 'ok', 'UC 4K UC', 'ok', 'WB 4K WB']);
  });
  test('needs a domain with an IOMMU, and the kind that was attached', () => {
    expect(tell('ept-4.21', {}, [attach(), detach()]).words).toEqual(['EOPNOTSUPP', 'ENODEV']);
    expect(tell('ept-4.21', { noncoherentDevices: 2 }, [detach()]).words).toEqual(['ENODEV']);
    expect(
      tell('npt', { iommu: true, noncoherentDevices: 2 }, [detach(true), attach(), attach(), detach(), attach(true)]).words,
    ).toEqual(['ENODEV', 'ok', 'ENOSPC', 'ok', 'ok']);
  });
});

describe('the caches are flushed', () => {
  const flushes = (version: string, machine: Readonly<Record<string, unknown>>): number | undefined =>
    tell(version, machine, [WB_BY_DEFAULT]).counters.cacheFlushes;
  test('with each invalidation until 4.21, even where there is nothing to invalidate', () => {
    expect(['ept-4.19', 'shadow-4.18', 'shadow-4.14'].map((version) => flushes(version, RESOURCES))).toEqual([1, 1, 1]);
    expect(flushes('ept-4.19', {})).toBe(0);
  });
  test('from 4.21 only without self-snoop or behind an IOMMU, and never on NPT', () => {
    expect(flushes('ept-4.21', RESOURCES)).toBe(0);
    expect(flushes('ept-4.21', { ...RESOURCES, selfSnoop: false })).toBe(1);
    expect(flushes('ept-4.21', BOTH)).toBe(1);
    expect(flushes('npt', BOTH)).toBe(0);
  });
});

describe('save and restore', () => {
  test('copies variable pair 0 over the others', () => {
    const steps = [wrmsr(0x200, '0x80000001'), wrmsr(0x201, '0x3fff80000800'), wrmsr(0x202, '0x4'), saveRestore];
    const reads = [0x200, 0x201, 0x202, 0x203, 0x20e, 0x20f].map((msr) => ({
      op: 'read-msr',
      vcpu: 0,
      msr: `0x${msr.toString(16)}`,
    }));
    const { words } = tell('ept-4.21', {}, [...steps, ...reads]);
    expect(words.slice(4)).toEqual([
      '0x80000001',
      '0x3fff80000800',
      '0x80000001',
      '0x3fff80000800',
      '0x80000001',
      '0x3fff80000800',
    ]);
  });
  test('loses pinned ranges and keeps I/O resources', () => {
    const steps = [WB_BY_DEFAULT, pin(RAM, 1, 'WT'), saveRestore, read(RAM), pin(RAM, 1, 'none')];
    expect(tell('ept-4.21', RESOURCES, steps).words.slice(3)).toEqual(['WB 4K WB', 'ENOENT']);
  });
  test('populates before the registers are loaded: from 4.21 a domain with only an IOMMU gets UC again', () => {
    const steps = [WB_BY_DEFAULT, setBacking(RAM, 1, 'ram'), read(RAM), saveRestore, read(RAM)];
    expect(tell('ept-4.21', IOMMU, steps).words).toEqual(['ok', 'ok', 'WB 4K WB', 'ok', 'UC 4K UC']);
    expect(last('ept-4.19', IOMMU, steps)).toBe('WB 4K WB');
  });
  test('brings superpages back as far as the regions allow', () => {
    const machine = { regions: [region(0, 0x400, 'ram', { level: '2M' })] };
    const steps = [setBacking(0x210, 1, 'ram'), read(0x10), read(0x211), saveRestore, read(0x10), read(0x211)];
    expect(tell('ept-4.21', machine, steps).words.slice(1)).toEqual([
      'WB 2M WB+ipat',
      'WB 4K WB+ipat',
      'ok',
      'WB 2M WB+ipat',
      'WB 4K WB+ipat',
    ]);
  });
});
