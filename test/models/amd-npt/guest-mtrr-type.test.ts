import { MEMORY_TYPE_NAMES } from '../../../models/contract/memory-type.js';
import { leafOf } from '../../../models/contract/observation.js';
import { Guest } from './guest.js';

// Linux 4.2.8's mtrr.c, compiled and run: MAXPHYADDR 36, host 46. Leaves are host PAT types: WP has become UC-.
const WIDE = { maxPhysAddr: 36, hostPhysAddr: 46, noncoherentDevices: 1 };
const ALL_MEMORY = [{ gfn: 0, pages: 2 ** 24 }];

function vm(...writes: [number, bigint][]): Guest {
  const guest = new Guest('4.2-npt-pat', WIDE, ALL_MEMORY);
  guest.writes(...writes);
  return guest;
}
const leaves = (guest: Guest, ...gpas: number[]) => gpas.map((gpa) => guest.leaf(gpa / 4096)).join(' ');
const rules = (guest: Guest, ...gpas: number[]) => gpas.map((gpa) => guest.rule(gpa / 4096)).join(' ');

describe('the guest MTRR type of a nested leaf in Linux 4.2', () => {
  test('with MTRRs disabled it is UC', () => {
    expect([leaves(vm(), 0), rules(vm([0x2ff, 6n]), 0x100000)]).toEqual(['UC', 'mtrrs-disabled']);
    expect(leaves(vm([0x2ff, 0x406n]), 0, 0x100000)).toBe('UC UC');
  });
  test('UC whose base lies above that of a WB range it overlaps loses to it', () => {
    const guest = vm([0x200, 6n], [0x201, 0xf00000800n], [0x202, 0xc0000000n], [0x203, 0xfc0000800n], [0x2ff, 0x800n]);
    expect(leaves(guest, 0xc0000000, 0x1000, 0xbffff000)).toBe('WB WB WB');
    expect(rules(guest, 0xc0000000, 0x1000)).toBe('list-order single-range');
  });
  test('UC at the lower base, or at an equal one written first, wins', () => {
    const lower = vm([0x200, 0n], [0x201, 0xfc0000800n], [0x202, 0x20000006n], [0x203, 0xfe0000800n], [0x2ff, 0x800n]);
    expect(leaves(lower, 0x20000000, 0)).toBe('UC UC');
    expect(rules(lower, 0x20000000)).toBe('uc-wins');
    const equal = vm([0x200, 0n], [0x201, 0xfc0000800n], [0x202, 6n], [0x203, 0xfc0000800n], [0x2ff, 0x806n]);
    expect(leaves(equal, 0x20000000)).toBe('UC');
  });
  test('WT under WB is WT, WC over WB is WB, WP over both is WB', () => {
    const ranges: [number, bigint][] = [
      [0x200, 6n],
      [0x201, 0xfc0000800n],
      [0x202, 0x10000004n],
      [0x203, 0xff0000800n],
      [0x204, 0x20000001n],
      [0x205, 0xff0000800n],
      [0x2ff, 0x800n],
    ];
    expect([leaves(vm(...ranges), 0x10000000, 0x20000000), rules(vm(...ranges), 0x10000000, 0x20000000)]).toEqual([
      'WT WB',
      'wt-under-wb list-order',
    ]);
    expect(leaves(vm(...ranges, [0x206, 0x10000005n], [0x207, 0xff0000800n]), 0x10000000)).toBe('WB');
  });
  test('masks are as wide as the host: a range of 4G covers 4G of every 64G up to 2^46', () => {
    const guest = vm([0x200, 6n], [0x201, 0xf00000800n], [0x2ff, 0x800n]);
    expect(leaves(guest, 0xfffff000, 0x100000000)).toBe('WB WB');
  });
  test('a mask with holes counts as [base, base | ~mask], a base that is not aligned to it is taken as it is', () => {
    expect(leaves(vm([0x200, 6n], [0x201, 0xf0f000800n], [0x2ff, 0x800n]), 0x1000000, 0xf0000000)).toBe('WB WB');
    const guest = vm([0x200, 0x1006n], [0x201, 0xfffe00800n], [0x2ff, 0x800n]);
    expect(leaves(guest, 0, 0x1000, 0x1ff000)).toBe('UC WB WB');
    expect(leaves(vm([0x200, 6n], [0x201, 0x800n], [0x2ff, 0x800n]), 0, 0xffffff000)).toBe('WB WB');
  });
  test('what no range covers has the default type', () => {
    const guest = vm([0x2ff, 0x804n]);
    expect([leaves(guest, 0x100000), rules(guest, 0x100000)]).toEqual(['WT', 'default-type']);
  });
});

describe('fixed ranges in Linux 4.2', () => {
  const SEABIOS: [number, bigint][] = [
    [0x250, 0x0606060606060606n],
    [0x258, 0x0606060606060606n],
    [0x259, 0n],
    ...Array.from({ length: 8 }, (_, i): [number, bigint] => [0x268 + i, 0x0505050505050505n]),
    [0x2ff, 0xc06n],
  ];
  test('are read at the start of a segment alone; elsewhere another byte is, all UC while the last pairs are unused', () => {
    const guest = vm(...SEABIOS);
    expect(leaves(guest, 0, 0x1000, 0x7f000, 0x80000, 0x81000, 0x9f000)).toBe('WB UC WB WB UC UC');
    expect(leaves(guest, 0xa0000, 0xbf000)).toBe('UC UC');
    expect(leaves(guest, 0xc0000, 0xc1000, 0xff000, 0x100000)).toBe('UC- WB WB WB');
    expect(rules(guest, 0, 0x80000, 0xc0000)).toBe('fixed-range fixed-range fixed-range');
    expect(rules(guest, 0x1000, 0x7f000, 0xc1000)).toBe('fixed-range-misread fixed-range-misread default-type');
  });
  test('[0x60000, 0x80000) reads the eight bytes of 0x250, 16K each, and [0xa8000, 0xc0000) the first 24 bytes, a page each', () => {
    const guest = vm([0x250, 0x0006010004050106n], [0x258, 0x0404040404040404n], [0x2ff, 0xc00n]);
    const at = (start: number, step: number, n: number) => Array.from({ length: n }, (_, i) => start + step * i);
    expect(leaves(guest, ...at(0x60000, 0x4000, 8))).toBe('WB WC UC- WT UC WC WB UC');
    expect(leaves(guest, ...at(0xa8000, 0x1000, 10))).toBe('WB WC UC- WT UC WC WB UC WT WT');
    expect(leaves(guest, 0xbf000)).toBe('UC');
  });
  test('below 0x20000 the bytes of the last mask are read, from 0x88000 those of the last base and mask', () => {
    // Both values are a legal base or mask whose bytes are types.
    const guest = vm([0x20e, 0x0000000604050006n], [0x20f, 0x0000000104060000n], [0x2ff, 0xc00n], [0x250, 1n]);
    const pages = (start: number) => Array.from({ length: 8 }, (_, i) => start + 0x1000 * i);
    expect(leaves(guest, ...pages(0x88000))).toBe('WB UC UC- WT WB UC UC UC');
    expect(leaves(guest, ...pages(0x90000))).toBe('UC UC WB WT WC UC UC UC');
    expect(leaves(guest, 0x1000, 0x4000, 0x8000, 0xc000, 0x10000, 0x1c000)).toBe('UC UC WB WT WC UC');
  });
  test('list pointers of the host are open once the last pairs were used, and so are bytes that are no type', () => {
    const guest = vm([0x20e, 0x80000006n], [0x20f, 0xfc0000800n], [0x2ff, 0xc00n], [0x250, 1n]);
    for (const gpa of [0x20000, 0x5f000, 0x98000, 0xa7000]) expect(guest.type(gpa / 4096)).toBe('undefined');
    expect([guest.type(0x8b), guest.rule(0x8b)]).toEqual(['undefined', 'fixed-range-outside']);
    expect([guest.leaf(0x81), guest.leaf(0x87)]).toEqual(['UC', 'UC']);
    const sixth = vm([0x20c, 0x80000006n], [0x20d, 0xfc0000800n], [0x2ff, 0xc00n], [0x250, 1n]);
    expect([sixth.type(0x81), sixth.type(0x87), sixth.leaf(0x98)]).toEqual(['undefined', 'undefined', 'UC']);
  });
  test('an open leaf is still uncached where CR0.CD disables caching', () => {
    const guest = new Guest('4.2-npt-pat', { ...WIDE, quirkCdNwCleared: false }, ALL_MEMORY);
    guest.writes([0x20e, 6n], [0x20f, 0xfc0000800n], [0x2ff, 0xc00n], [0x250, 1n]);
    guest.cr0({ cd: true });
    expect([guest.type(0x98), leafOf(guest.observe(0x98))]).toEqual(['CD', null]);
  });
  test('equal fixed types make the level check of the first 2M crash the host: the answer is open', () => {
    const guest = vm([0x2ff, 0xc06n]);
    expect([guest.type(0), guest.rule(0x1ff), guest.type(0x200)]).toEqual(['undefined', 'stale-list-pointer', 'WB']);
    guest.writes([0x26f, 0x0600000000000000n]);
    expect(guest.leaf(0)).toBe('UC');
    const fixed = new Guest('4.12');
    fixed.writes([0x2ff, 0xc06n]);
    expect(fixed.type(0)).toBe('WB');
  });
});

describe('nested PAT bits in Linux 4.2', () => {
  // Fixed bytes read at 0x60000 and on: every type that an MTRR can have.
  const types = (guest: Guest) => [0x60, 0x64, 0x68, 0x6c, 0x70].map((gfn) => guest.leaf(gfn)).join(' ');
  const ALL_MTRR_TYPES: [number, bigint][] = [
    [0x250, 0x0000000605040100n],
    [0x2ff, 0xc00n],
  ];
  test('have no WP, which becomes UC-; all other types are in the host PAT', () => {
    expect(types(vm(...ALL_MTRR_TYPES))).toBe('UC WC WT UC- WB');
  });
  test('with a device the guest PAT is combined with them: guest WC over nested UC stays WC', () => {
    const guest = vm([0x277, 0x0007040600070401n]);
    guest.model.init(0);
    guest.cr0({});
    expect([guest.leaf(1), guest.type(1, 0), guest.type(1, 4)]).toEqual(['UC', 'WC', 'CD']);
    expect(guest.rule(1)).toBe('mtrrs-disabled');
  });
  test('with a device a PAT write waits for INIT', () => {
    const guest = vm([0x2ff, 0x806n], [0x277, 0x0007040600070401n]);
    expect(guest.type(0x200)).toBe('WB');
    guest.model.init(0);
    guest.cr0({});
    expect([guest.type(0x200), guest.read(0x277)]).toEqual(['WC+', 0x0007040600070401n]);
  });
  test('without a device RAM is WB and the guest PAT is all WB, whatever PAT and MTRRs say', () => {
    const guest = new Guest('4.2-npt-pat');
    guest.writes([0x277, 0n]);
    guest.model.init(0);
    guest.cr0({});
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((index) => guest.type(1, index)).join(' ')).toBe('WB WB WB WB WB WB WB WB');
    expect([guest.rule(1), guest.read(0x277)]).toEqual(['no-assigned-device', 0n]);
  });
  test('a coherent device counts as assigned; leaves of before keep their type, g_pat waits for INIT', () => {
    const guest = new Guest('4.2-npt-pat');
    expect(guest.type(1, 3)).toBe('WB');
    guest.attach(true);
    expect([guest.leaf(1), guest.leaf(2), guest.type(2, 3)]).toEqual(['WB', 'UC', 'CD']);
    expect(guest.type(1, 3)).toBe('WB');
    guest.model.init(0);
    guest.cr0({ cd: true, nw: true });
    expect([guest.type(1, 3), guest.rule(1, 3)]).toEqual(['CD', 'no-assigned-device']);
    guest.detach(true);
    expect([guest.leaf(2), guest.leaf(3)]).toEqual(['UC', 'WB']);
  });
  test.each(['reserved', 'device', 'device-wc', 'device-ro'])(
    '%s is MMIO and takes the guest MTRR type even without a device',
    (backing) => {
      const guest = new Guest('4.2-npt-pat', {}, [{ gfn: 0x1000, pages: 0x10, backing }]);
      guest.writes([0x2ff, 0x801n]);
      expect([guest.leaf(0x1000), guest.type(0x1000)]).toEqual(['WC', 'WC']);
    },
  );
  test.each(['ram', 'ram-wc', 'special', 'grant', 'foreign'])('%s is no MMIO', (backing) => {
    const guest = new Guest('4.2-npt-pat', {}, [{ gfn: 0x1000, pages: 0x10, backing }]);
    guest.writes([0x2ff, 0x801n]);
    expect(guest.leaf(0x1000)).toBe('WB');
  });
  test('the leaf has the type of the first frame of its block, by the MTRRs of the vCPU that faulted', () => {
    const guest = new Guest('4.2-npt-pat', { noncoherentDevices: 1 }, [{ gfn: 0, pages: 0x1000, level: '2M' }]);
    guest.writes([0x2ff, 0x806n]);
    expect(guest.write(0x2ff, 0x801n, 1)).toBe('ok');
    expect([guest.leaf(0x399, 1), guest.leaf(0x200, 0), guest.leaf(0x400, 0)]).toEqual(['WC', 'WC', 'WB']);
  });
  test.each(['2.6.27', '4.1', '4.2.8', '4.3', '4.12', '4.14', '6.6', 'gpat'])(
    'are 0 in %s: the leaf is WB for RAM and MMIO, whatever the guest MTRRs say',
    (version) => {
      const guest = new Guest(version, { noncoherentDevices: 1 }, [
        { gfn: 0, pages: 0x10 },
        { gfn: 0x1000, pages: 0x10, backing: 'device' },
      ]);
      guest.writes([0x2ff, 0x800n]);
      expect([guest.leaf(1), guest.leaf(0x1000), guest.type(1), guest.type(0x1000)]).toEqual(['WB', 'WB', 'WB', 'UC']);
    },
  );
});

test('names of types are those of the contract', () => expect(MEMORY_TYPE_NAMES[7]).toBe('UC-'));
