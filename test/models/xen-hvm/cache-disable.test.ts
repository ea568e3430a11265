/** CR0.CD and CR0.PG on EPT: the hardware's CD stays clear, and GUEST_PAT of eight UC entries stands for it. */
import {
  attach,
  cr0,
  detach,
  EPT_VERSIONS,
  init,
  ioResources,
  last,
  pin,
  rdmsr,
  read,
  region,
  saveRestore,
  tell,
  WB_BY_DEFAULT,
  wrmsr,
} from './subject.js';

const RAM = 0x500;
const IOMMU = { iommu: true };
const BOTH = { iommu: true, ioResources: true };
const LINUX_PAT = '0x407050600070106';
const RESET_PAT = '0x7040600070406';

describe('CR0.CD', () => {
  test.each(EPT_VERSIONS)('makes RAM UC where there are IOMMU and I/O resources, on %s', (version) => {
    const { words, rules } = tell(version, BOTH, [WB_BY_DEFAULT, cr0('pg cd'), read(RAM), cr0('pg'), read(RAM)]);
    expect(words).toEqual(['ok', 'ok', 'UC 4K WB', 'ok', 'WB 4K WB']);
    expect(rules.slice(1, 4)).toEqual(['cd-set', 'cd-no-fill', 'cd-cleared']);
  });
  test('is only shown to the guest without IOMMU, or with nothing behind it', () => {
    for (const machine of [{}, { ioResources: true }, IOMMU]) {
      const { words, rules } = tell('ept-4.19', machine, [WB_BY_DEFAULT, cr0('pg cd'), read(RAM)]);
      expect(words[2]).toMatch(/^WB/);
      expect(rules[1]).toBe('cd-not-emulated');
    }
  });
  test.each(EPT_VERSIONS)('is emulated for a device as for I/O resources, on %s', (version) => {
    const { rules } = tell(version, { iommu: true, noncoherentDevices: 1 }, [cr0('pg cd'), cr0('pg'), detach(), cr0('pg cd')]);
    expect(rules).toEqual(['cd-set', 'cd-cleared', 'device-assigned', 'cd-not-emulated']);
    expect(tell(version, IOMMU, [attach(true), cr0('pg cd')]).rules[1]).toBe('cd-set');
    expect(tell(version, { noncoherentDevices: 1, ioResources: true }, [cr0('pg cd')]).rules[0]).toBe('cd-not-emulated');
  });
  test('leaves leaves that ignore PAT as they are', () => {
    const machine = {
      ...BOTH,
      regions: [region(0, 1, 'special'), region(1, 1, 'grant'), region(2, 1, 'device-ro'), region(3, 2, 'ram')],
    };
    const { words, rules } = tell('ept-4.21', machine, [cr0('pg cd'), pin(3, 1, 'WB'), ...[0, 1, 2, 3, 4].map((gfn) => read(gfn))]);
    expect(words.slice(2)).toEqual(['WB 4K WB+ipat', 'WB 4K WB+ipat', 'UC 4K UC+ipat', 'WB 4K WB+ipat', 'UC 4K UC']);
    expect(rules.at(2)).toBe('special-page-ipat');
  });
  test('is a matter of one vCPU', () => {
    expect(last('ept-4.21', { ...BOTH, vcpus: 2 }, [WB_BY_DEFAULT, cr0('pg cd', 1), read(RAM, 0, 0)])).toBe('WB 4K WB');
  });
  test('does not change for a write that leaves it, and NW does not matter', () => {
    const { rules } = tell('ept-4.21', BOTH, [cr0('pg nw'), cr0('pg cd nw'), cr0('pg cd')]);
    expect(rules).toEqual(['cr0-written', 'cd-set', 'cr0-written']);
  });
  test('hides the PAT that the hardware holds, and keeps what the guest writes until it is cleared', () => {
    const steps = [
      wrmsr(0x277, LINUX_PAT),
      cr0('pg cd'),
      rdmsr(0x277),
      wrmsr(0x277, '0x101010101010101'),
      read(RAM),
      rdmsr(0x277),
      cr0('pg'),
    ];
    const { words } = tell('ept-4.21', BOTH, [WB_BY_DEFAULT, ...steps, read(RAM, 0), rdmsr(0x277)]);
    expect(words.slice(3)).toEqual([LINUX_PAT, 'ok', 'UC 4K WB', '0x101010101010101', 'ok', 'WC 4K WB', '0x101010101010101']);
  });
  test('flushes caches when set and TLBs both times, but not at the start of a scenario', () => {
    expect(tell('ept-4.21', BOTH, [cr0('pg cd'), cr0('pg')]).counters).toMatchObject({ cacheFlushes: 1, tlbFlushes: 2, zaps: 0 });
    expect(tell('ept-4.21', { ...BOTH, cr0: { cd: true } }, []).counters).toMatchObject({ cacheFlushes: 0, tlbFlushes: 0 });
  });
  test('counts as set by the guest if the machine starts with it', () => {
    const { words } = tell('ept-4.21', { ...BOTH, cr0: { cd: true } }, [WB_BY_DEFAULT, read(RAM), cr0('pg'), read(RAM)]);
    expect(words).toEqual(['ok', 'UC 4K WB', 'ok', 'WB 4K WB']);
    expect(last('ept-4.21', { ioResources: true, cr0: { cd: true } }, [WB_BY_DEFAULT, read(RAM)])).toBe('WB 4K WB');
  });
});

describe('CR0.CD that is set and cleared under different conditions', () => {
  test('loads a PAT that was never saved, if the condition came in between', () => {
    const steps = [WB_BY_DEFAULT, wrmsr(0x277, LINUX_PAT), cr0('pg cd'), ioResources(true), cr0('pg'), rdmsr(0x277)];
    const { words, rules } = tell('ept-4.19', IOMMU, steps);
    expect([words.at(-1), rules[4]]).toEqual([RESET_PAT, 'cd-cleared-without-no-fill']);
  });
  test('stays in force if the condition went away, until CD is set and cleared again', () => {
    const steps = [
      WB_BY_DEFAULT,
      wrmsr(0x277, LINUX_PAT),
      cr0('pg cd'),
      ioResources(false),
      cr0('pg'),
      read(RAM),
      ioResources(true),
    ];
    const { words } = tell('ept-4.19', BOTH, [...steps, cr0('pg cd'), cr0('pg'), read(RAM), rdmsr(0x277)]);
    expect([words[5], words[9], words[10]]).toEqual(['UC 4K WB', 'WB 4K WB', LINUX_PAT]);
  });
  test('survives INIT in force, though the guest no more sees it', () => {
    const steps = [WB_BY_DEFAULT, cr0('pg cd'), init(), read(RAM), cr0('pg'), read(RAM)];
    const { words, rules } = tell('ept-4.21', BOTH, steps);
    expect(words.slice(3)).toEqual(['WB 4K WB', 'ok', 'UC 4K WB']);
    expect(rules[4]).toBe('cr0-written');
  });
  test('is not in force after a restore, and clearing it then loads the reset PAT', () => {
    const steps = [
      WB_BY_DEFAULT,
      wrmsr(0x277, LINUX_PAT),
      cr0('pg cd'),
      saveRestore,
      read(RAM),
      rdmsr(0x277),
      cr0('pg'),
      rdmsr(0x277),
    ];
    expect(tell('ept-4.21', BOTH, steps).words.slice(4)).toEqual(['WB 4K WB', LINUX_PAT, 'ok', RESET_PAT]);
  });
});

describe('without paging', () => {
  test('the EPT type alone applies, CD or not, and the PAT index is ignored', () => {
    const { words, rules } = tell('ept-4.21', BOTH, [
      WB_BY_DEFAULT,
      cr0('cd'),
      read(RAM, 3),
      cr0(''),
      read(RAM, 3),
      cr0('pg'),
      read(RAM, 3),
    ]);
    expect(words.filter((word) => word !== 'ok')).toEqual(['WB 4K WB', 'WB 4K WB', 'UC 4K WB']);
    expect([rules[2], rules[4], rules[6]]).toEqual(['default-type', 'default-type', 'default-type']);
  });
  test('a leaf that ignores PAT has its own rule', () => {
    expect(tell('ept-4.21', {}, [cr0(''), read(RAM)]).rules[1]).toBe('no-iommu-no-resources');
  });
});

describe('with paging', () => {
  test('the PAT entry that the guest selects is combined with the EPT type', () => {
    const steps = [WB_BY_DEFAULT, wrmsr(0x277, LINUX_PAT), ...Array.from({ length: 8 }, (_, pat) => read(RAM, pat))];
    const types = tell('ept-4.21', BOTH, steps)
      .words.slice(2)
      .map((word) => word.split(' ')[0]);
    expect(types).toEqual(['WB', 'WC', 'UC', 'UC', 'WB', 'WP', 'UC', 'WT']);
  });
  test('direct MMIO can be WC', () => {
    const machine = { regions: [region(0, 1, 'device-wc'), region(1, 1, 'device-ro')] };
    expect(tell('ept-4.21', machine, [wrmsr(0x277, LINUX_PAT), read(0, 1), read(0, 0), read(1, 1)]).words.slice(1)).toEqual([
      'WC 4K UC',
      'UC 4K UC',
      'UC 4K UC+ipat',
    ]);
  });
});

test('private accesses, attribute operations and zaps are none of Xen`s', () => {
  const steps = [
    read(RAM, 0, 0, { private: true }),
    { op: 'zap', gfn: '0x0', pages: '0x1' },
    { op: 'punch-hole', gfn: '0x0', pages: '0x1' },
    { op: 'set-attributes', gfn: '0x0', pages: '0x1', to: 'private' },
    { op: 'resume-attributes' },
    { op: 'resume-access', vcpu: 0 },
  ];
  for (const version of ['ept-4.21', 'npt', 'shadow-4.18'])
    expect(new Set(tell(version, {}, steps).words)).toEqual(new Set(['n/a']));
});

test('a frame without region is emulated MMIO', () => {
  for (const version of ['ept-4.21', 'npt', 'shadow-4.18'])
    expect(last(version, { regions: [region(0, 1, 'ram')] }, [read(1)])).toBe('mmio');
});
