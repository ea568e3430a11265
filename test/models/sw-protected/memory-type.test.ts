import type { Backing, Machine } from '../../../models/contract/machine.js';
import { clauseWords, ram, ruleWord, types, VirtualMachine, zapWord } from './virtual-machine.js';

const BACKINGS: readonly { name: string; backing: Backing; leaf: string }[] = [
  { name: 'ram', backing: 0, leaf: 'WB+ipat' },
  { name: 'ram-wc', backing: 1, leaf: 'WB+ipat' },
  { name: 'reserved', backing: 2, leaf: 'WB+ipat' },
  { name: 'device', backing: 3, leaf: 'UC' },
  { name: 'device-wc', backing: 4, leaf: 'UC' },
  { name: 'device-ro', backing: 5, leaf: 'UC' },
  { name: 'special', backing: 6, leaf: 'WB+ipat' },
  { name: 'grant', backing: 7, leaf: 'WB+ipat' },
  { name: 'foreign', backing: 8, leaf: 'WB+ipat' },
];
const regionOf = (backing: Backing) => [{ ...ram(0, 1024), backing }];
const at = (machine: Partial<Machine>, pat = 0) =>
  new VirtualMachine(undefined, machine).model.access(0, 1, 0, pat, 1, false, true, 0);

test.each(BACKINGS)('A frame of $name is mapped $leaf', ({ backing, leaf }) => {
  expect(types(at({ regions: regionOf(backing) })).split(' ')[0]).toBe(leaf);
});

test.each(BACKINGS)('Only ordinary RAM is mapped by huge pages, $name', ({ backing }) => {
  const vm = new VirtualMachine(undefined, { regions: regionOf(backing) });
  expect(vm.touch(1)).toBe(backing <= 1 ? 'ok shared 2M' : 'ok shared 4K');
});

/** Transposed: by PAT type, the effective types under EPT UC and EPT WB. PAT of the test: UC WC WT WP WB UC- in entries 0 to 5. */
const PAT_HI = 0x00000706;
const PAT_LO = 0x05040100;
const EFFECTIVE = [
  ['UC', 'UC', 'UC'],
  ['WC', 'WC', 'WC'],
  ['WT', 'UC', 'WT'],
  ['WP', 'UC', 'WP'],
  ['WB', 'UC', 'WB'],
  ['UC-', 'UC', 'UC'],
] as const;

test.each(EFFECTIVE.map((row, index) => [...row, index] as const))(
  'PAT %s gives %s under EPT UC and %s under EPT WB that honours it',
  (_, underUc, underWb, index) => {
    const got = [regionOf(3), regionOf(0)].map((regions) => {
      const vm = new VirtualMachine(undefined, { regions, noncoherentDevices: 1 });
      vm.model.writeMsr(0, 0x277, PAT_HI, PAT_LO);
      return types(vm.model.access(0, 1, 0, index, 1, false, true, 0)).split(' ')[1];
    });
    expect(got).toEqual([underUc, underWb]);
  },
);

test.each(EFFECTIVE.map((_, index) => index))('PAT entry %i is ignored by WB+ipat, in private pages too', (index) => {
  const vm = new VirtualMachine();
  vm.toPrivate(600, 1);
  vm.model.writeMsr(0, 0x277, PAT_HI, PAT_LO);
  const pages = [1, 600].map((gfn) => types(vm.model.access(0, gfn, 0, index, 1, false, true, 0)));
  expect(pages).toEqual(['WB+ipat WB', 'WB+ipat WB']);
});

describe('The guest PAT is ignored', () => {
  const CASES: [number, boolean, boolean, string, string][] = [
    [0, true, true, 'WB+ipat', 'guest-pat-ignored'],
    [0, true, false, 'WB+ipat', 'guest-pat-ignored'],
    [0, false, true, 'WB', 'guest-pat-by-request'],
    [0, false, false, 'WB+ipat', 'guest-pat-ignored'],
    [1, true, true, 'WB', 'guest-pat-with-devices'],
    [1, false, true, 'WB', 'guest-pat-with-devices'],
  ];
  test.each(CASES)(
    'or not: %i devices, quirk %s, self-snoop %s: %s',
    (noncoherentDevices, quirkIgnoreGuestPat, selfSnoop, leaf, rule) => {
      const got = at({ noncoherentDevices, quirkIgnoreGuestPat, selfSnoop });
      expect([types(got).split(' ')[0], ruleWord(got)]).toEqual([leaf, rule]);
    },
  );
});

test('While paging is off the leaf decides, and a second clause says that the PAT type is WB where the PAT would have counted', () => {
  const cr0 = { pg: false, cd: false, nw: false };
  const told = (machine: Partial<Machine>) => {
    const got = at({ cr0, ...machine }, 3);
    return [types(got), ruleWord(got), ...clauseWords(got)];
  };
  expect(told({ noncoherentDevices: 1 })).toEqual(['WB WB', 'guest-pat-with-devices', 'paging-off']);
  expect(told({ quirkIgnoreGuestPat: false })).toEqual(['WB WB', 'guest-pat-by-request', 'paging-off']);
  expect(told({ regions: regionOf(3) })).toEqual(['UC UC', 'host-mmio-is-uncached', 'paging-off']);
  expect(told({})).toEqual(['WB+ipat WB', 'guest-pat-ignored']);
});

test('CR0.CD and the guest MTRRs have no influence', () => {
  const vm = new VirtualMachine(undefined, { cr0: { pg: true, cd: true, nw: true }, noncoherentDevices: 1 });
  vm.model.writeMsr(0, 0x2ff, 0, 0xc00);
  expect(types(vm.model.access(0, 1, 0, 0, 1, false, true, 0))).toBe('WB WB');
});

describe('A non-coherent device', () => {
  test.each([
    [true, 1, 'WB'],
    [false, 0, 'WB'],
  ])('that comes first zaps all leaves iff the quirk is enabled (%s)', (quirkIgnoreGuestPat, zaps, leaf) => {
    const vm = new VirtualMachine(undefined, { quirkIgnoreGuestPat });
    vm.touch(1);
    vm.model.attachDevice(false);
    vm.model.attachDevice(false);
    vm.model.detachDevice(false);
    expect([vm.counted('zaps'), vm.counted('zappedLeaves')]).toEqual([zaps, zaps]);
    expect(zapWord(vm.model)).toBe(zaps === 1 ? 'zap: non-coherent-dma-zaps' : 'no-zap: non-coherent-dma-spares');
    expect(types(vm.model.access(0, 1, 0, 0, 1, false, true, 0))).toBe(`${leaf} WB`);
    vm.model.detachDevice(false);
    expect(vm.counted('zaps')).toBe(2 * zaps);
  });

  test('makes faults in flight stale and completes a paused conversion', () => {
    const vm = new VirtualMachine();
    vm.toPrivate(9, 1, 1);
    vm.touch(600, 0, 3);
    vm.model.attachDevice(false);
    expect([vm.resume(), vm.touch(9)]).toEqual(['retry', 'ok private 4K']);
  });

  test('of three kinds is refused as the format says', () => {
    const { model } = new VirtualMachine();
    expect(ruleWord(model.detachDevice(true))).toBe('no-such-device');
    for (let count = 0; count < 3; count++) expect(ruleWord(model.attachDevice(true))).toBe('device-changed');
    expect(ruleWord(model.attachDevice(true))).toBe('too-many-devices');
    expect(model.counters().zaps).toBe(0);
  });
});
