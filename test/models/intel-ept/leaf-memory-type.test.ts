/** EPT leaf type and IPAT by version: get_mt_mask() of each, typed by question instead of by version. */
import { BACKING_NAMES, type Backing, type Machine } from '../../../models/contract/machine.js';
import { profiles } from '../../../models/intel-ept/versions.js';
import { DrivenVm, LEVEL_4K, region } from './driven-vm.js';

const EVERY = profiles.map((profile) => profile.name.replace('intel-ept/', ''));
/** Variants of versions have a test of their own below. */
const NAMES = EVERY.filter((name) => !name.includes('+'));
/** Every profile appears in exactly one group of each table. */
type Groups = Readonly<Record<string, readonly string[]>>;
const NEW = ['6.12', '6.16'];
const OLD_IPAT = ['2.6.29-rc1', '2.6.29'];
const LOOKING_UP = [
  '4.2-full-mtrr',
  '4.2.8',
  '4.3',
  '4.4',
  '4.9',
  '4.16',
  '5.17',
  '6.6',
  '6.7',
  'per-vm-mtrr',
  'cd-skip',
  'wc-mmio',
];

/** The guest has MTRRs on with default WT, which says whether a look-up decided. */
function leaf(name: string, backing: Backing, changes: Partial<Machine>, defType = 'c04'): string {
  const vm = new DrivenVm(name, { ...changes, regions: [region(0x200, 16, backing)] });
  vm.writeAll(`2ff=${defType}`);
  return vm.leaf(0x200);
}

function describeLeaf(title: string, backing: Backing, changes: Partial<Machine>, groups: Groups): void {
  describe(title, () => {
    test('is answered for every profile once', () => expect(Object.values(groups).flat().sort()).toEqual([...NAMES].sort()));
    for (const [expected, names] of Object.entries(groups)) {
      test.each(names)(`is ${expected} in %s`, (name) => expect(leaf(name, backing, changes)).toBe(expected));
    }
  });
}

const CD: Partial<Machine> = { cr0: { pg: true, cd: true, nw: false } };
const COHERENT: Partial<Machine> = { noncoherentDevices: 0 };

describeLeaf('RAM with coherent devices only', 0, COHERENT, {
  WB: ['2.6.27', '6.11.0', 'host-pat'],
  'WB+ipat': ['2.6.28', '2.6.31', '4.1', ...LOOKING_UP, ...NEW],
  'WT+ipat': OLD_IPAT,
});

describeLeaf(
  'RAM with coherent devices only, on a host without self-snoop',
  0,
  { ...COHERENT, selfSnoop: false },
  {
    WB: ['2.6.27', 'host-pat'],
    'WB+ipat': ['2.6.28', '2.6.31', '4.1', ...LOOKING_UP, '6.11.0', ...NEW],
    'WT+ipat': OLD_IPAT,
  },
);

describeLeaf(
  'RAM with coherent devices only, IGNORE_GUEST_PAT disabled',
  0,
  { ...COHERENT, quirkIgnoreGuestPat: false },
  {
    WB: ['2.6.27', '6.11.0', '6.16', 'host-pat'],
    'WB+ipat': ['2.6.28', '2.6.31', '4.1', ...LOOKING_UP, '6.12'],
    'WT+ipat': OLD_IPAT,
  },
);

describeLeaf(
  'RAM with IGNORE_GUEST_PAT disabled in vain, on a host without self-snoop',
  0,
  { ...COHERENT, quirkIgnoreGuestPat: false, selfSnoop: false },
  {
    WB: ['2.6.27', 'host-pat'],
    'WB+ipat': ['2.6.28', '2.6.31', '4.1', ...LOOKING_UP, '6.11.0', ...NEW],
    'WT+ipat': OLD_IPAT,
  },
);

describeLeaf(
  'RAM with a non-coherent device',
  0,
  {},
  {
    WB: ['2.6.27', '6.11.0', ...NEW, 'host-pat'],
    WT: ['2.6.31', '4.1', ...LOOKING_UP],
    'WB+ipat': ['2.6.28'],
    'WT+ipat': OLD_IPAT,
  },
);

describeLeaf('RAM with a non-coherent device while CR0.CD=1', 0, CD, {
  WB: ['2.6.27', '6.7', 'cd-skip', 'wc-mmio', '6.11.0', ...NEW, 'host-pat'],
  WT: ['2.6.31', '4.1'],
  'WB+ipat': ['2.6.28', '4.2-full-mtrr', '4.2.8', '4.3', '4.4', '4.9', '4.16', '5.17', '6.6', 'per-vm-mtrr'],
  'WT+ipat': OLD_IPAT,
});

describeLeaf(
  'RAM with a non-coherent device while CR0.CD=1, CD_NW_CLEARED disabled',
  0,
  { ...CD, quirkCdNwCleared: false },
  {
    WB: ['2.6.27', '6.11.0', ...NEW, 'host-pat'],
    WT: ['2.6.31', '4.1'],
    'UC+ipat': LOOKING_UP,
    'WB+ipat': ['2.6.28'],
    'WT+ipat': OLD_IPAT,
  },
);

describeLeaf(
  'RAM with coherent devices only while CR0.CD=1, CD_NW_CLEARED disabled',
  0,
  { ...CD, ...COHERENT, quirkCdNwCleared: false },
  {
    WB: ['2.6.27', '6.11.0', 'host-pat'],
    'WB+ipat': ['2.6.28', '2.6.31', '4.1', ...LOOKING_UP, ...NEW],
    'WT+ipat': OLD_IPAT,
  },
);

describeLeaf(
  'a device page with a non-coherent device',
  3,
  {},
  {
    UC: NAMES.filter((name) => !['2.6.27', '2.6.28', '2.6.29-rc1', '4.2-full-mtrr'].includes(name)),
    WB: ['2.6.27'],
    WT: ['4.2-full-mtrr'],
    'WB+ipat': ['2.6.28'],
    'WT+ipat': ['2.6.29-rc1'],
  },
);

describeLeaf('a device page with coherent devices only', 3, COHERENT, {
  UC: NAMES.filter((name) => !['2.6.27', '2.6.28', '2.6.29-rc1', '4.2-full-mtrr'].includes(name)),
  WB: ['2.6.27'],
  WT: ['4.2-full-mtrr'],
  'WB+ipat': ['2.6.28'],
  'WT+ipat': ['2.6.29-rc1'],
});

describeLeaf('a device page while CR0.CD=1', 3, CD, {
  UC: NAMES.filter((name) => !['2.6.27', '2.6.28', '2.6.29-rc1', '4.2-full-mtrr'].includes(name)),
  WB: ['2.6.27'],
  'WB+ipat': ['2.6.28', '4.2-full-mtrr'],
  'WT+ipat': ['2.6.29-rc1'],
});

describeLeaf(
  'a device page that the host maps WC',
  4,
  {},
  {
    UC: NAMES.filter((name) => !['2.6.27', '2.6.28', '2.6.29-rc1', '4.2-full-mtrr', 'host-pat'].includes(name)),
    WC: ['host-pat'],
    WB: ['2.6.27'],
    WT: ['4.2-full-mtrr'],
    'WB+ipat': ['2.6.28'],
    'WT+ipat': ['2.6.29-rc1'],
  },
);

describeLeaf(
  'a reserved page that the host maps WB',
  2,
  {},
  {
    UC: ['2.6.29', '2.6.31', '4.1', '4.2.8', '4.3', '4.4', '4.9'],
    WB: ['2.6.27', '6.11.0', ...NEW, 'host-pat'],
    WT: ['4.2-full-mtrr', '4.16', '5.17', '6.6', '6.7', 'per-vm-mtrr', 'cd-skip', 'wc-mmio'],
    'WB+ipat': ['2.6.28'],
    'WT+ipat': ['2.6.29-rc1'],
  },
);

describe.each([1, 7] as const)('a reserved page that the host maps as type %i', (hostPat) => {
  const leafOf = (name: string) => {
    const vm = new DrivenVm(name, { regions: [{ ...region(0x200, 16, 2), hostPat }] });
    vm.writeAll('2ff=c04');
    return vm.leaf(0x200);
  };
  test.each(NAMES.filter((name) => name !== 'host-pat'))('is like a device page in %s', (name) =>
    expect(leafOf(name)).toBe(leaf(name, 3, {})),
  );
  test('has that type in host-pat', () => expect(leafOf('host-pat')).toBe(hostPat === 1 ? 'WC' : 'UC'));
  test('keeps it around a new backing, which has that of its own', () => {
    const vm = new DrivenVm('6.16', { regions: [{ ...region(0x200, 16, 2), hostPat }] });
    vm.model.setBacking(0x204, 4, 2, LEVEL_4K, 0);
    expect([0x203, 0x204, 0x207, 0x208].map((gfn) => vm.leaf(gfn))).toEqual(['UC', 'WB', 'WB', 'UC']);
  });
});

describeLeaf('RAM that the host maps WC', 1, COHERENT, {
  UC: ['wc-mmio'],
  WC: ['host-pat'],
  WB: ['2.6.27', '6.11.0'],
  'WB+ipat': ['2.6.28', '2.6.31', '4.1', ...LOOKING_UP.filter((name) => name !== 'wc-mmio'), ...NEW],
  'WT+ipat': OLD_IPAT,
});

describe('device pages that nobody may write, and pages of the hypervisor or other domains', () => {
  test.each(NAMES)('are like device pages and like RAM in %s', (name) => {
    expect(BACKING_NAMES[5]).toBe('device-ro');
    expect(leaf(name, 5, {})).toBe(leaf(name, 3, {}));
    for (const backing of [6, 7, 8] as const) expect(leaf(name, backing, {})).toBe(leaf(name, 0, {}));
  });
});

test('the host MTRR of a region has no influence', () => {
  for (const name of NAMES) {
    const plain = new DrivenVm(name, { regions: [region(0, 16)] });
    const uncached = new DrivenVm(name, { regions: [{ ...region(0, 16), hostMtrr: 0 }] });
    expect(uncached.leaf(0)).toBe(plain.leaf(0));
  }
});

test('without ipat a leaf keeps its type and honours the guest PAT, by a rule of its own', () => {
  const own = new DrivenVm('6.16', COHERENT);
  const vm = new DrivenVm('6.16+no-ipat', COHERENT);
  expect([own.leaf(0x200), vm.leaf(0x200)]).toEqual(['WB+ipat', 'WB']);
  expect([own.type(0x200, 3), vm.type(0x200, 3)]).toEqual(['WB', 'UC']);
  expect(vm.ruleOf(vm.observe(0x200))).toBe('without-ipat');
  vm.cr0(false, false);
  expect(vm.rulesOf(vm.observe(0x200))).toBe('without-ipat + paging-off');
  const device = new DrivenVm('6.16+no-ipat', { regions: [region(0x200, 16, 3)] });
  expect([device.leaf(0x200), device.ruleOf(device.observe(0x200))]).toEqual(['UC', 'mmio-uncached']);
});

describe('the rule of a leaf', () => {
  const rule = (name: string, backing: Backing, changes: Partial<Machine>): string => {
    const vm = new DrivenVm(name, { ...changes, regions: [region(0, 16, backing)] });
    return vm.ruleOf(vm.observe(0));
  };
  test.each([
    ['2.6.27', 0, {}, 'everything-write-back'],
    ['2.6.28', 3, {}, 'everything-write-back-ipat'],
    ['4.1', 3, {}, 'mmio-uncached'],
    ['6.16', 3, {}, 'mmio-uncached'],
    ['6.6', 0, COHERENT, 'no-noncoherent-dma'],
    ['6.16', 0, COHERENT, 'no-noncoherent-dma'],
    ['6.6', 0, CD, 'cd-write-back-ipat'],
    ['6.7', 0, CD, 'cd-write-back'],
    ['6.7', 0, { ...CD, quirkCdNwCleared: false }, 'cd-uncached-ipat'],
    ['6.11.0', 0, {}, 'self-snoop-honours-pat'],
    ['6.11.0', 0, { selfSnoop: false }, 'noncoherent-honours-pat'],
    ['6.16', 0, {}, 'noncoherent-honours-pat'],
    ['6.16', 0, { ...COHERENT, quirkIgnoreGuestPat: false }, 'disabled-quirk-honours-pat'],
    ['host-pat', 1, {}, 'host-pat-type'],
  ] as const)('in %s on backing %i with %o is %4$s', (name, backing, changes, id) => expect(rule(name, backing, changes)).toBe(id));
});

describe('with CR0.PG=0 the rule is still that of the leaf, and what paging off adds is a clause', () => {
  const UNPAGED: Partial<Machine> = { cr0: { pg: false, cd: false, nw: false } };
  test.each([
    ['6.6', UNPAGED, '', 'disabled-uncached + paging-off'],
    ['6.16', UNPAGED, '', 'noncoherent-honours-pat + paging-off'],
    ['6.6', UNPAGED, '2ff=806', 'default-type + paging-off'],
    ['4.1', UNPAGED, '', 'old-disabled-write-back + paging-off'],
    // The PAT has no part in these.
    ['6.6', { ...UNPAGED, ...COHERENT }, '', 'no-noncoherent-dma'],
    ['6.6', { cr0: { pg: false, cd: true, nw: false } }, '', 'cd-write-back-ipat'],
    ['6.7', { cr0: { pg: false, cd: true, nw: false } }, '', 'cd-write-back + paging-off'],
  ])('in %s with %o after "%s": %s', (name, changes, writes, rules) => {
    const vm = new DrivenVm(name, { ...changes, regions: [region(0, 16)] });
    vm.writeAll(writes);
    const observation = vm.observe(1);
    expect(vm.rulesOf(observation)).toBe(rules);
    vm.cr0(true, false);
    expect(vm.rulesOf(vm.observe(1))).toBe(rules.replace(' + paging-off', ''));
  });
});
