/** Why: the rule of an answer, what else took part in it, and which rule decided on an invalidation. */
import {
  attach,
  cr0,
  init,
  ioResources,
  rdmsr,
  read,
  reasons,
  region,
  saveRestore,
  setBacking,
  WB_BY_DEFAULT,
  wrmsr,
} from './subject.js';

const RAM = 0x500;
const IOMMU = { iommu: true };
const BOTH = { iommu: true, ioResources: true };
const WC_DEVICE = { ...BOTH, regions: [region(0, 1, 'device')] };

describe('An access', () => {
  test.each<[string, Parameters<typeof reasons>, string[]]>([
    ['EPT leaf by the MTRRs', ['ept-4.21', BOTH, [WB_BY_DEFAULT, cr0(''), read(RAM)]], ['default-type', 'paging-off']],
    ['EPT leaf while MTRRs are disabled', ['ept-4.21', BOTH, [cr0(''), read(RAM)]], ['guest-mtrrs-disabled', 'paging-off']],
    ['EPT leaf of direct MMIO', ['ept-4.21', WC_DEVICE, [cr0(''), read(0)]], ['direct-mmio', 'paging-off']],
    ['EPT leaf that ignores the PAT', ['ept-4.21', {}, [cr0(''), read(RAM)]], ['no-iommu-no-resources']],
    ['nested entry of RAM', ['npt', {}, [cr0(''), read(RAM)]], ['npt-wb-over-wb-mtrr-wb', 'npt-paging-off']],
    ['nested entry of a device', ['npt', WC_DEVICE, [init(), read(0)]], ['npt-wb-over-uc-minus-mtrr-uc', 'npt-paging-off']],
    ['shadow entry of a device', ['shadow-4.18', WC_DEVICE, [cr0(''), read(0)]], ['shadow-direct-mmio', 'shadow-unpaged']],
    ['shadow entry of RAM', ['shadow-4.18', {}, [cr0(''), read(RAM)]], ['shadow-no-capability']],
  ])('without paging is told by the rule of the %s, and what the PAT adds beside it', (_, step, expected) => {
    expect(reasons(...step).rules).toEqual(expected);
  });

  test('while CR0.CD is emulated is told by that, and the leaf beside it; a leaf that ignores the PAT alone', () => {
    expect(reasons('ept-4.21', BOTH, [WB_BY_DEFAULT, cr0('pg cd'), read(RAM)]).rules).toEqual(['cd-no-fill', 'default-type']);
    const special = { ...BOTH, regions: [region(0, 1, 'special')] };
    expect(reasons('ept-4.21', special, [cr0('pg cd'), read(0)]).rules).toEqual(['special-page-ipat']);
  });
});

describe('A register read', () => {
  const PAT = '0x407050600070106';
  test.each<[string, Parameters<typeof reasons>, string]>([
    ['nothing was written', ['ept-4.21', {}, [rdmsr(0x200)]], 'msr-read'],
    ['a fixed range', ['ept-4.21', {}, [wrmsr(0x26f, '0x606'), rdmsr(0x26f)]], 'fixed-written'],
    ['its neighbour was written', ['ept-4.21', {}, [wrmsr(0x26e, '0x606'), rdmsr(0x26f)]], 'msr-read'],
    ['a base', ['ept-4.21', {}, [wrmsr(0x20e, '0x6'), rdmsr(0x20e)]], 'variable-written'],
    ['the write was refused', ['ept-4.21', {}, [wrmsr(0x20e, '0x7'), rdmsr(0x20e)]], 'msr-read'],
    ['the default type', ['npt', {}, [WB_BY_DEFAULT, rdmsr(0x2ff)]], 'def-type-written'],
    ['PAT', ['npt', {}, [wrmsr(0x277, PAT), rdmsr(0x277)]], 'pat-written'],
    ['PAT while CR0.CD is emulated', ['ept-4.21', BOTH, [cr0('pg cd'), wrmsr(0x277, PAT), rdmsr(0x277)]], 'pat-deferred'],
    ['PAT under shadow paging', ['shadow-4.18', {}, [wrmsr(0x277, PAT), saveRestore, rdmsr(0x277)]], 'pat-for-new-shadows'],
    ['a restored pair', ['npt', {}, [wrmsr(0x200, '0x6'), saveRestore, rdmsr(0x202)]], 'save-record-replicates-pair-0'],
    ['MTRRcap', ['npt', {}, [rdmsr(0xfe)]], 'msr-read'],
  ])('carries the rule of the write that put the value there: %s', (_, step, expected) => {
    expect(reasons(...step).rules).toEqual([expected]);
  });
});

describe('An invalidation', () => {
  const E_OFF = [WB_BY_DEFAULT, wrmsr(0x2ff, '0x6')];
  test.each<[string, Parameters<typeof reasons>, string | undefined]>([
    ['I/O resources are held', ['ept-4.14.0', { ioResources: true }, [WB_BY_DEFAULT]], 'zap: mtrr-write-recalculates'],
    [
      'a device permits flushes',
      ['ept-4.21', { ...IOMMU, noncoherentDevices: 1 }, [WB_BY_DEFAULT]],
      'zap: mtrr-write-recalculates',
    ],
    ['an IOMMU alone, before 4.21', ['ept-4.19', IOMMU, [WB_BY_DEFAULT]], 'zap: mtrr-write-recalculates-for-iommu'],
    ['an IOMMU alone, from 4.21', ['ept-4.21', IOMMU, [WB_BY_DEFAULT]], 'no-zap: iommu-alone-spares'],
    ['a plain domain', ['ept-4.21', {}, [WB_BY_DEFAULT]], 'no-zap: plain-domain-spares'],
    ['no hook for it', ['npt', BOTH, [WB_BY_DEFAULT]], 'no-zap: without-hook-spares'],
    ['a range while MTRRs are off', ['ept-4.21', BOTH, [...E_OFF, wrmsr(0x200, '0x6')]], 'no-zap: disabled-range-spares'],
    ['a fixed range while FE is off', ['ept-4.21', BOTH, [WB_BY_DEFAULT, wrmsr(0x250, '0x6')]], 'no-zap: disabled-range-spares'],
    ['the value that is there', ['ept-4.21', BOTH, [WB_BY_DEFAULT, WB_BY_DEFAULT]], 'no-zap: redundant-write-spares'],
    ['a refused write', ['ept-4.21', BOTH, [WB_BY_DEFAULT, wrmsr(0x2ff, '0x7')]], undefined],
    ['PAT', ['ept-4.21', BOTH, [wrmsr(0x277, '0x0')]], undefined],
    ['an access', ['ept-4.21', BOTH, [WB_BY_DEFAULT, read(RAM)]], undefined],
    ['emulated CD', ['ept-4.21', BOTH, [cr0('pg cd')]], 'no-zap: cd-spares'],
    ['CD that is not emulated', ['ept-4.21', {}, [cr0('pg cd')]], 'no-zap: cd-unseen-spares'],
    ['CR0 but for CD', ['ept-4.21', BOTH, [cr0('')]], undefined],
    ['CD in the VMCB', ['npt', BOTH, [cr0('pg cd')]], 'no-zap: cd-reaches-vmcb'],
    ['UC mode', ['shadow-4.18', BOTH, [cr0('pg cd')]], 'zap: shadow-uc-mode-drops'],
    ['UC mode held', ['shadow-4.18', { ...BOTH, vcpus: 2 }, [cr0('pg cd'), cr0('pg cd', 1)]], 'no-zap: shadow-uc-mode-spares'],
    ['a device', ['ept-4.21', IOMMU, [attach()]], 'no-zap: device-spares'],
    ['a device that is refused', ['ept-4.21', {}, [attach()]], undefined],
    ['I/O resources, which no counter counts', ['ept-4.21', {}, [ioResources(true)]], undefined],
    ['a new backing', ['ept-4.21', BOTH, [setBacking(0, 1, 'ram')]], undefined],
  ])('is decided by a rule that says so: %s', (_, step, expected) => expect(reasons(...step).zap).toBe(expected));
});
