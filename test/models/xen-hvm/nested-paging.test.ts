import { cr0, init, last, pin, rdmsr, read, region, saveRestore, setBacking, tell, wrmsr } from './subject.js';

const NPT = 'npt';
/** One PAT entry each: WB WC UC- UC WB WP UC- WT. */
const LINUX_PAT = wrmsr(0x277, '0x407050600070106');
const typesOf = (machine: Readonly<Record<string, unknown>>, gfn: number): string[] =>
  tell(NPT, machine, [LINUX_PAT, ...[0, 1, 2, 3, 7, 5].map((pat) => read(gfn, pat))])
    .words.slice(1)
    .map((word) => word.split(' ')[0]);

describe('the guest PAT', () => {
  test('types RAM, with the host`s MTRRs below it', () => {
    const machine = {
      regions: [region(0, 1, 'ram'), region(1, 1, 'ram', { hostMtrr: 'WT' }), region(2, 1, 'ram', { hostMtrr: 'WC' })],
    };
    // WB, WC, UC-, UC, WT, WP.
    expect(typesOf(machine, 0)).toEqual(['WB', 'WC+', 'CD', 'CD', 'WT', 'WP']);
    expect(typesOf(machine, 1)).toEqual(['WT', 'WC+', 'CD', 'CD', 'WT', 'CD']);
    expect(typesOf(machine, 2)).toEqual(['WC', 'WC', 'CD', 'CD', 'CD', 'CD']);
  });
  test('can make direct MMIO WC and nothing but UC else', () => {
    const machine = { regions: [region(0, 1, 'device'), region(1, 1, 'reserved'), region(2, 1, 'device-ro')] };
    for (const gfn of [0, 1, 2]) expect(typesOf(machine, gfn)).toEqual(['UC', 'WC', 'UC', 'UC', 'UC', 'UC']);
    expect(typesOf({ regions: [region(0, 1, 'device', { hostMtrr: 'WC' })] }, 0)).toEqual(['CD', 'WC', 'WC', 'CD', 'CD', 'CD']);
    expect(typesOf({ regions: [region(0, 1, 'device-ro', { hostMtrr: 'WC' })] }, 0)).toEqual(['CD', 'WC', 'CD', 'CD', 'CD', 'CD']);
  });
  test('is not asked without paging', () => {
    expect(tell(NPT, {}, [LINUX_PAT, cr0(''), read(0, 1)])).toMatchObject({
      words: ['ok', 'ok', 'WB 4K WB'],
      rules: ['pat-written', 'cr0-written', 'npt-wb-over-wb-mtrr-wb'],
    });
  });
  test('is saved and restored with CR0.CD', () => {
    const { words } = tell(NPT, {}, [LINUX_PAT, cr0('pg cd'), saveRestore, rdmsr(0x277), read(0), cr0('pg'), read(0, 1)]);
    expect(words.slice(3)).toEqual(['0x407050600070106', 'CD 4K WB', 'ok', 'WC+ 4K WB']);
  });
  test('gives the cell of the tables as the rule', () => {
    const { rules } = tell(NPT, { regions: [region(0, 1, 'ram'), region(1, 1, 'device')] }, [LINUX_PAT, read(0, 1), read(1, 2)]);
    expect(rules.slice(1)).toEqual(['npt-wc-over-wb-mtrr-wb', 'npt-uc-minus-over-uc-minus-mtrr-uc']);
  });
});

test('the nested entry is WB but for direct MMIO, whatever guest MTRRs and pins say', () => {
  const backings = ['ram', 'special', 'grant', 'foreign', 'reserved', 'device', 'device-wc', 'device-ro'];
  const machine = { iommu: true, ioResources: true, regions: backings.map((backing, gfn) => region(gfn, 1, backing)) };
  const steps = [wrmsr(0x2ff, '0x800'), pin(0, 1, 'UC'), ...backings.map((_, gfn) => read(gfn))];
  const leaves = tell(NPT, machine, steps)
    .words.slice(2)
    .map((word) => word.split(' ')[2]);
  expect(leaves).toEqual(['WB', 'WB', 'WB', 'WB', 'UC-', 'UC-', 'UC-', 'UC']);
});

describe('CR0.CD', () => {
  test('reaches the hardware: CD, or UC where the host MTRR type is UC', () => {
    const machine = { vcpus: 2, regions: [region(0, 1, 'ram'), region(1, 1, 'device')] };
    const { words, rules } = tell(NPT, machine, [cr0('pg cd'), read(0), read(1), read(0, 0, 1), init(), read(0)]);
    expect(words).toEqual(['ok', 'CD 4K WB', 'UC 4K UC-', 'WB 4K WB', 'ok', 'WB 4K WB']);
    expect(rules.slice(1, 3)).toEqual(['npt-cache-disabled', 'npt-cache-disabled']);
  });
  test('clear with NW set is accepted by Xen and refused by VMRUN', () => {
    expect(last(NPT, {}, [cr0('pg nw')])).toBe('vm-dead');
    expect(last(NPT, {}, [cr0('pg cd nw')])).toBe('ok');
    expect(last('ept-4.21', {}, [cr0('pg nw')])).toBe('ok');
    for (const step of [read(0), rdmsr(0x277), wrmsr(0x277, '0x0'), init(), cr0('pg')]) {
      expect(last(NPT, { cr0: { nw: true } }, [step])).toBe('vm-dead');
    }
  });
});

describe('a superpage', () => {
  const machine = { regions: [region(0, 0x80000, 'ram', { level: '1G' })] };
  const levelsAfter = (...steps: Parameters<typeof tell>[2]): string[] =>
    tell(NPT, machine, [...steps, ...[0x10, 0x300, 0x40000].map((gfn) => read(gfn))])
      .words.slice(steps.length)
      .map((word) => word.split(' ')[1]);
  test('is split only on the way to the entry that is written', () => {
    expect(levelsAfter()).toEqual(['1G', '1G', '1G']);
    expect(levelsAfter(setBacking(0x11, 1, 'ram'))).toEqual(['4K', '2M', '1G']);
    expect(levelsAfter(setBacking(0x400, 0x200, 'ram', { level: '2M' }))).toEqual(['2M', '2M', '1G']);
    expect(levelsAfter(setBacking(0x11, 1, 'ram'), saveRestore)).toEqual(['4K', '2M', '1G']);
  });
  test('of direct MMIO is at most 2M, and other domains` pages are mapped by 4K', () => {
    const backings = ['device', 'reserved', 'grant', 'foreign', 'device-ro', 'special'];
    const regions = backings.map((backing, n) => region(n * 0x40000, 0x40000, backing, { level: '1G' }));
    const levels = (version: string): string[] =>
      tell(
        version,
        { regions },
        regions.map((_, n) => read(n * 0x40000 + 0x1234)),
      ).words.map((word) => word.split(' ')[1]);
    expect(levels(NPT)).toEqual(['2M', '2M', '4K', '4K', '4K', '1G']);
    expect(levels('ept-4.21')).toEqual(['2M', '2M', '4K', '4K', '4K', '1G']);
  });
});
