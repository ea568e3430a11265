import {
  cr0,
  ioResources,
  last,
  pin,
  rdmsr,
  read,
  region,
  saveRestore,
  setBacking,
  tell,
  WB_BY_DEFAULT,
  wrmsr,
} from './subject.js';

const BOTH = { iommu: true, ioResources: true };
const LINUX_PAT = wrmsr(0x277, '0x407050600070106');
const VERSIONS = ['shadow-4.14', 'shadow-4.18'];

describe.each(VERSIONS)('on %s', (version) => {
  test('guest MTRRs and PAT do not reach RAM', () => {
    const { words } = tell(version, BOTH, [wrmsr(0x2ff, '0x800'), LINUX_PAT, read(0x10, 1), read(0x10, 3), cr0(''), read(0x10)]);
    expect(words.filter((word) => word !== 'ok')).toEqual(['WB 4K WB', 'WB 4K WB', 'WB 4K WB']);
  });
  test('the physical MTRRs still apply', () => {
    const machine = { regions: [region(0, 1, 'ram', { hostMtrr: 'WT' }), region(1, 1, 'special', { hostMtrr: 'UC' })] };
    expect(tell(version, machine, [read(0), read(1)])).toMatchObject({
      words: ['WT 4K WB', 'UC 4K WB'],
      rules: ['shadow-no-capability', 'shadow-special-page'],
    });
  });
  test('a device that the domain holds is WC where guest PAT says so, for every host MTRR type', () => {
    for (const hostMtrr of ['UC', 'WC', 'WT', 'WP', 'WB']) {
      const machine = { ...BOTH, regions: [region(0, 1, 'device', { hostMtrr })] };
      const types = tell(version, machine, [LINUX_PAT, read(0, 1), read(0, 0), read(0, 2), read(0, 5)]).words.map(
        (word) => word.split(' ')[0],
      );
      expect(types).toEqual(['ok', 'WC', 'UC', 'UC', 'UC']);
    }
  });
  test('a device outside the domain`s I/O capabilities gets no cache bits', () => {
    const machine = { regions: [region(0, 1, 'device')] };
    expect(tell(version, machine, [LINUX_PAT, read(0, 1)]).rules[1]).toBe('shadow-no-capability');
  });
  test('a page of mmio_ro_ranges is UC', () => {
    const machine = { ...BOTH, regions: [region(0, 1, 'device-ro')] };
    expect(tell(version, machine, [LINUX_PAT, read(0, 1)])).toMatchObject({
      words: ['ok', 'UC 4K UC'],
      rules: ['pat-for-new-shadows', 'shadow-mmio-read-only'],
    });
  });
  test('a pinned range applies without IOMMU and resources, to entries that are built later', () => {
    const { words } = tell(version, {}, [
      read(0x10),
      pin(0x10, 2, 'WT'),
      read(0x10),
      read(0x11),
      { op: 'invlpg', vcpu: 0, gfn: '0x10' },
      read(0x10),
    ]);
    expect(words.filter((word) => word !== 'ok')).toEqual(['WB 4K WB', 'WB 4K WB', 'WT 4K WT', 'WT 4K WT']);
  });
  test('a pinned UC- stays UC-, special pages cannot be pinned, others` pages can', () => {
    const machine = {
      ...BOTH,
      regions: [region(0, 1, 'ram', { hostMtrr: 'WC' }), region(1, 1, 'special'), region(2, 1, 'grant'), region(3, 1, 'device')],
    };
    const steps = [pin(0, 4, 'UC-'), ...[0, 1, 2, 3].map((gfn) => read(gfn))];
    expect(tell(version, machine, steps).words.slice(1)).toEqual(['WC 4K UC-', 'WB 4K WB', 'UC 4K UC-', 'UC 4K UC-']);
    expect(tell(version, machine, steps).rules[4]).toBe('shadow-direct-mmio');
  });
  test('guest superpages are shadowed by 4K entries', () => {
    const machine = { regions: [region(0, 0x40000, 'ram', { level: '1G' })] };
    expect(last(version, machine, [read(0x10, 0, 0, { pageSize: '2M' })])).toBe('WB 4K WB');
  });
  test('PAT reads back, and each mapping of a frame keeps the entry that it was built with', () => {
    const machine = { ...BOTH, regions: [region(0, 1, 'device')] };
    const steps = [
      read(0, 1),
      LINUX_PAT,
      rdmsr(0x277),
      read(0, 1),
      read(0, 1, 0, { pageSize: '2M' }),
      setBacking(0, 1, 'device'),
      read(0, 1),
    ];
    expect(tell(version, machine, steps).words).toEqual([
      'UC 4K UC-',
      'ok',
      '0x407050600070106',
      'UC 4K UC-',
      'WC 4K WC',
      'ok',
      'WC 4K WC',
    ]);
  });
  test('without paging entry 0 of the PAT counts', () => {
    const machine = { ...BOTH, regions: [region(0, 1, 'device')] };
    const steps = [wrmsr(0x277, '0x7040600070001'), cr0(''), read(0, 3)];
    expect(last(version, machine, steps)).toBe('WC 4K WC');
  });
});

test('an MMIO page with a frame table entry passes for a special page until 1d99732f2b', () => {
  const machine = { ...BOTH, regions: [region(0, 1, 'reserved')] };
  const steps = [LINUX_PAT, read(0, 1)];
  expect(VERSIONS.map((version) => last(version, machine, steps))).toEqual(['UC 4K WB', 'WC 4K WC']);
  expect(VERSIONS.map((version) => tell(version, machine, steps).rules[1])).toEqual(['shadow-dom-io-page', 'shadow-direct-mmio']);
});

describe('CR0.CD puts the domain in UC mode', () => {
  const two = { ...BOTH, vcpus: 2 };
  const VERSION = 'shadow-4.18';
  test('for all vCPUs and examined pages, dropping every shadow', () => {
    const machine = { ...two, regions: [region(0, 2, 'ram'), region(2, 1, 'special'), region(3, 1, 'device')] };
    const steps = [read(0), pin(1, 1, 'WB'), cr0('pg cd'), ...[0, 1, 2, 3].map((gfn) => read(gfn, 0, 1)), cr0('pg'), read(0)];
    const { words, rules, counters } = tell(VERSION, machine, steps);
    expect(words.filter((word) => word !== 'ok')).toEqual(['WB 4K WB', 'UC 4K UC', 'WB 4K WB', 'WB 4K WB', 'UC 4K UC', 'WB 4K WB']);
    expect([rules[2], rules[3], rules[7]]).toEqual(['shadow-uc-mode-entered', 'shadow-uc-mode', 'shadow-uc-mode-left']);
    expect(counters).toMatchObject({ faults: 6, zaps: 2, zappedLeaves: 5, tlbFlushes: 2 });
  });
  test('without IOMMU or resources it does nothing', () => {
    expect(last(VERSION, { ioResources: true }, [cr0('pg cd'), read(0)])).toBe('WB 4K WB');
  });
  test('until the last vCPU has cleared CD', () => {
    const { words, rules } = tell(VERSION, two, [cr0('pg cd', 0), cr0('pg cd', 1), cr0('pg', 0), read(0), cr0('pg', 1), read(0)]);
    expect(rules.slice(1, 5)).toEqual(['shadow-uc-mode-held', 'shadow-uc-mode-held', 'shadow-uc-mode', 'shadow-uc-mode-left']);
    expect([words[3], words[5]]).toEqual(['UC 4K UC', 'WB 4K WB']);
  });
  test.each<[string, string, Parameters<typeof tell>[2]]>([
    ['held', 'the low half of PAT differs', [wrmsr(0x277, '0x7040600070401')]],
    ['held', 'the high half of PAT differs', [wrmsr(0x277, '0x7040100070406')]],
    ['held', 'one has MTRRs enabled', [WB_BY_DEFAULT]],
    ['left', 'MTRRs that are disabled differ', [wrmsr(0x200, '0x6'), wrmsr(0x2ff, '0x4')]],
    ['held', 'the default types differ', [WB_BY_DEFAULT, wrmsr(0x2ff, '0x804', 1)]],
    ['held', 'variable ranges differ', [WB_BY_DEFAULT, wrmsr(0x2ff, '0x806', 1), wrmsr(0x20e, '0x6')]],
    ['left', 'fixed ranges that are disabled differ', [WB_BY_DEFAULT, wrmsr(0x2ff, '0x806', 1), wrmsr(0x26f, '0x6')]],
    ['held', 'fixed ranges differ', [wrmsr(0x2ff, '0xc06'), wrmsr(0x2ff, '0xc06', 1), wrmsr(0x26f, '0x6')]],
    ['left', 'all are equal', [wrmsr(0x2ff, '0xc06'), wrmsr(0x2ff, '0xc06', 1)]],
  ])('which is %s when the vCPU clears it and %s', (outcome, _what, steps) => {
    const { rules } = tell(VERSION, two, [...steps, cr0('pg cd'), cr0('pg')]);
    expect(rules.at(-1)).toBe(`shadow-uc-mode-${outcome}`);
  });
  test('from the start if the machine starts with it, and no more after a restore', () => {
    const started = { ...BOTH, cr0: { cd: true } };
    const { words, counters } = tell(VERSION, started, [read(0), saveRestore, read(0), cr0('pg'), read(0)]);
    expect(words).toEqual(['UC 4K UC', 'ok', 'WB 4K WB', 'ok', 'WB 4K WB']);
    expect(counters).toMatchObject({ zaps: 0, cacheFlushes: 0 });
  });
  test('and stays if the condition went away', () => {
    expect(last(VERSION, BOTH, [cr0('pg cd'), ioResources(false), cr0('pg'), read(0)])).toBe('UC 4K UC');
  });
});
