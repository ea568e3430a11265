/** Guest MTRR look-ups, by accesses with non-coherent DMA and PAT WB. Fixed vectors were computed by the C of each version. */
import { DrivenVm } from './driven-vm.js';

/** In the order of the columns: get_mtrr_type(); 4.2 to 4.3; mtrr_iter as corrected. */
const COLUMNS = [
  ['4.1'],
  ['4.2-full-mtrr', '4.2.8', '4.3'],
  ['4.4', '4.9', '4.16', '5.17', '6.6', '6.7', 'per-vm-mtrr', 'cd-skip', 'wc-mmio'],
];
const FIXED_C06 =
  '250=606060606060606 258=606060606060606 259=0 268=505050505050505 269=505050505050505 26a=505050505050505 26b=505050505050505 26c=505050505050505 26d=505050505050505 26e=505050505050505 26f=505050505050505 2ff=c06';

type Row = readonly [name: string, setup: string, gpa: string, oldKernels: string, of43: string, iter: string];

const A = '200=6 201=f00000800 202=c0000000 203=fc0000800 2ff=800';
const C = '200=6 201=fc0000800 202=10000004 203=ff0000800 204=20000001 205=ff0000800 2ff=800';
const C2 = '200=6 201=f80000800 202=4 203=fc0000800 204=10000000 205=ff0000800 2ff=800';
const G = '200=6 201=f0f000800 2ff=800';
const G_OLD = '200=101006 201=fffe00800 2ff=800';
const G_UNALIGNED = '200=1006 201=fffe00800 2ff=800';
const G2 = '200=6 201=800 2ff=800';

/** The name says what is special; `-` was not run. */
const ROWS: readonly Row[] = [
  ['A: a UC hole of higher base in WB', A, 'c0000000', 'UC', 'WB', 'WB'],
  ['A: fixed ranges count with FE=0 in old kernels', A, '1000', 'UC', 'WB', 'WB'],
  ['A: WB below the hole', A, 'bffff000', 'WB', 'WB', 'WB'],
  ['A: a mask of guest width reaches further with the host width', A, '100000000', 'UC', 'WB', 'UC'],
  ['B: UC of lower base under WB', '200=0 201=fc0000800 202=20000006 203=fe0000800 2ff=800', '20000000', 'UC', 'UC', 'UC'],
  ['B: UC alone', '200=0 201=fc0000800 202=20000006 203=fe0000800 2ff=800', '0', 'UC', 'UC', 'UC'],
  ['B2: UC and WB of one base', '200=0 201=fc0000800 202=6 203=fc0000800 2ff=806', '20000000', 'UC', 'UC', 'UC'],
  ['C: WB and WT', C, '10000000', 'WT', 'WT', 'WT'],
  ['C: WB and WC', C, '20000000', 'UC', 'WB', 'WB'],
  ['C: WB, WT and WP', `${C} 206=10000005 207=ff0000800`, '10000000', 'UC', 'WB', 'WB'],
  ['C2: WB and WT, and UC of highest base', C2, '10000000', 'UC', 'WB', 'WB'],
  ['E: power-on', '', '0', 'WB', 'UC', 'UC'],
  ['E: FE only, below 1 MiB', '2ff=406', '0', 'UC', 'UC', 'UC'],
  ['E: FE only, above 1 MiB', '2ff=406', '100000', 'WB', 'UC', 'UC'],
  ['F: 0', FIXED_C06, '0', 'WB', 'WB', 'WB'],
  ['F: 1000', FIXED_C06, '1000', 'WB', 'UC', 'WB'],
  ['F: 7f000', FIXED_C06, '7f000', 'WB', 'WB', 'WB'],
  ['F: 80000', FIXED_C06, '80000', 'WB', 'WB', 'WB'],
  ['F: 81000', FIXED_C06, '81000', 'WB', 'UC', 'WB'],
  ['F: 9f000', FIXED_C06, '9f000', 'WB', 'UC', 'WB'],
  ['F: a0000', FIXED_C06, 'a0000', 'UC', 'UC', 'UC'],
  ['F: bf000', FIXED_C06, 'bf000', 'UC', 'UC', 'UC'],
  ['F: c0000', FIXED_C06, 'c0000', 'WP', 'WP', 'WP'],
  ['F: c1000', FIXED_C06, 'c1000', 'WP', 'WB', 'WP'],
  ['F: ff000', FIXED_C06, 'ff000', 'WP', 'WB', 'WP'],
  ['F: 100000', FIXED_C06, '100000', 'WB', 'WB', 'WB'],
  ['G: a mask with a hole, in the hole', G, '1000000', 'UC', 'WB', 'WB'],
  ['G: a mask with a hole, above it', G, 'f0000000', 'WB', 'WB', 'WB'],
  ['G: a mask with a hole, above all', G, '100000000', 'UC', 'WB', 'UC'],
  ["G': an unaligned base, before it", G_UNALIGNED, '0', '-', 'UC', 'UC'],
  ["G': an unaligned base, at it", G_UNALIGNED, '1000', '-', 'WB', 'WB'],
  ["G': an unaligned base, its last page", G_UNALIGNED, '1ff000', '-', 'WB', 'WB'],
  ["G': an unaligned base, after it", G_UNALIGNED, '200000', '-', 'WB', 'UC'],
  ["G': an unaligned base above 1 MiB, before it", G_OLD, '100000', 'WB', '-', '-'],
  ["G': an unaligned base above 1 MiB, its last page", G_OLD, '1ff000', 'WB', '-', '-'],
  ["G': an unaligned base above 1 MiB, after it", G_OLD, '200000', 'UC', '-', '-'],
  ['G2: a mask without address bits, from 0', G2, '100000', 'WB', 'WB', 'WB'],
  ['G2: a mask without address bits, to the end', G2, 'ffffff000', 'WB', 'WB', 'WB'],
];

for (const [column, names] of COLUMNS.entries()) {
  describe.each(names)('guest memory type in %s', (name) => {
    const rows = ROWS.filter((row) => row[3 + column] !== '-');
    test.each(rows)('%s', (title, setup, gpa, ...answers) => {
      const vm = new DrivenVm(name);
      vm.writeAll(setup);
      // Without E the per-VM variant answers otherwise: its own test.
      const isDisabled = name === 'per-vm-mtrr' && title.startsWith('E:');
      expect(vm.leaf(Number.parseInt(gpa, 16) / 4096)).toBe(isDisabled ? 'WB' : answers[column]);
    });
  });
}

describe('MTRRs disabled', () => {
  test.each([
    ['4.1', 'WB', 'WB'],
    ['4.3', 'UC', 'UC'],
    ['4.4', 'UC', 'WB'],
    ['6.6', 'UC', 'WB'],
    ['6.7', 'UC', 'WB'],
    ['per-vm-mtrr', 'WB', 'WB'],
  ])('are, in %s, %s with MTRRs in CPUID and %s without', (name, withMtrr, without) => {
    expect(new DrivenVm(name, { guestMtrr: true }).leaf(0x200)).toBe(withMtrr);
    expect(new DrivenVm(name, { guestMtrr: false }).leaf(0x200)).toBe(without);
  });
});

describe('the rule of a look-up', () => {
  const rule = (name: string, setup: string, gpa: number): string => {
    const vm = new DrivenVm(name);
    vm.writeAll(setup);
    return vm.ruleOf(vm.observe(gpa / 4096));
  };
  test.each([
    ['6.6', '', 0, 'disabled-uncached'],
    ['per-vm-mtrr', '', 0, 'disabled-per-vm'],
    ['6.6', FIXED_C06, 0xc1000, 'fixed'],
    ['6.6', A, 0xbffff000, 'single-range'],
    ['6.6', A, 0xc0000000, 'first-uncached-loses'],
    ['6.6', '200=0 201=fc0000800 202=20000006 203=fe0000800 2ff=800', 0x20000000, 'uncached-wins'],
    ['6.6', C, 0x10000000, 'write-through-under-write-back'],
    ['6.6', C, 0x20000000, 'unlike-types-write-back'],
    ['6.6', A, 0x100000000, 'default-type'],
    ['4.1', '', 0, 'old-disabled-write-back'],
    ['4.1', A, 0x1000, 'old-fixed'],
    ['4.1', '2ff=406', 0x100000, 'old-fixed-only-default'],
    ['4.1', A, 0xbffff000, 'old-single-range'],
    ['4.1', A, 0xc0000000, 'old-uncached-wins'],
    ['4.1', C, 0x10000000, 'old-write-through-under-write-back'],
    ['4.1', C, 0x20000000, 'old-unlike-types-uncached'],
    ['4.1', A, 0x100000000, 'old-default'],
  ])('in %s after %s at %d is %s', (name, setup, gpa, id) => {
    expect(rule(name, setup, gpa)).toBe(id);
  });
});

describe('the list of enabled ranges', () => {
  test('is in order of base, whatever the order of writes', () => {
    for (const setup of ['200=0 201=fc0000800 202=20000006 203=fe0000800', '203=fe0000800 201=fc0000800 202=20000006 200=0']) {
      const vm = new DrivenVm('6.6');
      vm.writeAll(`${setup} 2ff=800`);
      expect(vm.leaf(0x20000)).toBe('UC');
    }
  });

  test('loses a pair whose V is cleared, and takes it back', () => {
    const vm = new DrivenVm('6.6');
    vm.writeAll('200=0 201=fc0000800 202=6 203=f80000800 2ff=806');
    expect(vm.leaf(0)).toBe('UC');
    vm.writeAll('201=fc0000000');
    expect(vm.leaf(0)).toBe('WB');
    vm.writeAll('201=fc0000800');
    expect(vm.leaf(0)).toBe('UC');
  });

  test('holds all eight pairs', () => {
    const vm = new DrivenVm('6.6');
    for (let pair = 0; pair < 8; pair++) {
      vm.write(0x200 + 2 * pair, (BigInt(pair) << 28n) | 4n);
      vm.write(0x201 + 2 * pair, 0xff0000800n);
    }
    vm.writeAll('2ff=806');
    for (let pair = 0; pair < 8; pair++) expect(vm.leaf(pair << 16)).toBe('WT');
    expect(vm.leaf(8 << 16)).toBe('WB');
  });
});

test('a range of one page holds that page alone', () => {
  for (const name of ['4.1', '4.4', '6.6']) {
    const vm = new DrivenVm(name);
    vm.writeAll('200=123456004 201=ffffff800 2ff=806');
    expect([0x123455, 0x123456, 0x123457, 0x123446, 0x23456].map((gfn) => vm.leaf(gfn))).toEqual(['WB', 'WT', 'WB', 'WB', 'WB']);
  }
});

test('an illegal type of an unchecked register is an open point, but 0xfe and 0xff are WB', () => {
  const vm = new DrivenVm('2.6.29');
  vm.writeAll('268=fffe0702060504 2ff=c00');
  expect([0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6].map((gfn) => vm.leaf(gfn))).toEqual([
    'WT+ipat',
    'WP+ipat',
    'WB+ipat',
    'undefined',
    'undefined',
    'WB+ipat',
    'WB+ipat',
  ]);
  const open = vm.observe(0xc3);
  expect([vm.ruleOf(open), vm.candidates(open)]).toEqual(['type-is-no-memory-type', 31]);
});

test('the MTRRs of the vCPU that faults first decide for all, or those of vCPU 0 in the per-VM variant', () => {
  for (const [name, first, second] of [
    ['6.6', 'WT', 'WP'],
    ['per-vm-mtrr', 'WP', 'WP'],
  ]) {
    const vm = new DrivenVm(name);
    vm.writeAll('2ff=805', 0);
    vm.writeAll('2ff=804', 1);
    expect(vm.leaf(0x200, 1)).toBe(first);
    expect(vm.leaf(0x200, 0)).toBe(first);
    expect(vm.leaf(0x201, 0)).toBe(second);
    expect(vm.read(0x2ff, 1)).toBe(0x804n);
  }
});
