/** Memory types: as KVM with EPT when guest PAT is never ignored; private pages WB. Tables transposed: by guest PAT. */
import {
  type Backing,
  DEVICE,
  DEVICE_RO,
  DEVICE_WC,
  FOREIGN,
  GRANT,
  RAM,
  RAM_WC,
  RESERVED,
  SPECIAL,
} from '../../../models/contract/machine.js';
import { leafOf } from '../../../models/contract/observation.js';
import { region, Td } from './td.js';

/** PAT MSR whose entries 0 to 5 are UC WC WT WP WB UC-. */
const PAT_HI = 0x0000_0706;
const PAT_LO = 0x0504_0100;

/** SDM, effective type: by PAT, under an EPT type of WB and of UC. */
const BY_PAT = { UC: ['UC', 'UC'], WC: ['WC', 'WC'], WT: ['WT', 'UC'], WP: ['WP', 'UC'], WB: ['WB', 'UC'], 'UC-': ['UC', 'UC'] };

const withPat = (td: Td): Td => {
  expect(td.seen(td.model.writeMsr(0, 0x277, PAT_HI, PAT_LO))).toBe('ok');
  return td;
};

describe.each(['tdx/6.16', 'tdx/rfc'])('%s', (profile) => {
  const regions = [region(0, 16, 1), region(16, 16, 1, DEVICE)];
  test.each(Object.entries(BY_PAT).map(([pat, types], index) => [pat, index, types] as const))(
    'guest PAT %s',
    (_pat, index, [ram, mmio]) => {
      const td = withPat(new Td(profile, { regions, privateMemory: false }));
      expect([td.shared(1, { pat: index }), td.shared(17, { pat: index })]).toEqual([`ok 4K ${ram}`, `ok 4K ${mmio}`]);
    },
  );

  test('a private page is WB whatever the guest PAT and CR0 say', () => {
    const td = withPat(new Td(profile));
    td.convert(0, 8, 'private');
    td.private(1);
    const types = [0, 1, 2, 3, 4, 5].map((pat) => td.private(1, { pat }));
    td.model.writeCr0(0, false, true, true);
    expect([...types, td.private(1)]).toEqual(Array(7).fill('ok 4K WB private'));
    expect(td.rule).toBe('private-page-is-wb');
  });

  test('paging off is as a PAT of WB, which is told beside the rule of the leaf', () => {
    const td = withPat(new Td(profile, { regions }));
    td.model.writeCr0(0, false, false, false);
    expect([td.shared(1), td.rule, td.clauses]).toEqual(['ok 4K WB shared', 'guest-pat-honoured', ['paging-off-uses-wb']]);
    expect([td.shared(17), td.rule, td.clauses]).toEqual(['ok 4K UC shared', 'host-mmio-is-uncached', ['paging-off-uses-wb']]);
  });

  test('INIT turns paging off and keeps CD, NW and PAT', () => {
    const td = withPat(new Td(profile));
    td.model.writeCr0(0, true, true, true);
    td.model.init(0);
    expect(td.model.state()).toMatchObject({ 'vcpu0 CR0': { pg: false, cd: true, nw: true }, 'vcpu0 PAT': '0x70605040100' });
  });

  test('CR0.CD, MTRRs and devices change no type and zap nothing', () => {
    const td = new Td(profile);
    td.shared(1);
    const spared = [
      () => td.model.writeMsr(0, 0x2ff, 0, 0x800),
      () => td.model.writeMsr(0, 0x277, 0, 0),
      () => td.model.writeCr0(0, true, true, false),
      () => td.model.writeCr0(0, true, true, true),
      () => td.model.attachDevice(false),
      () => td.model.attachDevice(true),
    ].map((step) => [step(), td.zapRule][1]);
    expect(spared).toEqual([
      'no-zap: mtrr-write-spares',
      undefined,
      'no-zap: cd-toggle-spares',
      undefined,
      'no-zap: non-coherent-dma-spares',
      undefined,
    ]);
    td.model.writeMsr(0, 0x277, 0, 6);
    td.model.detachDevice(false);
    expect([td.shared(1), td.since('zapLeaf'), td.since('fault')]).toEqual(['ok 2M WB shared', 0, 1]);
  });

  test('the leaf has no ipat, with the quirk enabled or not, non-coherent DMA or none', () => {
    for (const quirkIgnoreGuestPat of [true, false]) {
      for (const noncoherentDevices of [0, 1]) {
        const td = new Td(profile, { quirkIgnoreGuestPat, noncoherentDevices, selfSnoop: false });
        const observation = td.model.access(0, 1, 0, 0, 1, false, true, 0);
        expect(leafOf(observation)).toEqual({ type: 6, ipat: false });
      }
    }
  });
});

test('only what has no struct page is host MMIO', () => {
  const backings: readonly Backing[] = [RAM, RAM_WC, RESERVED, DEVICE, DEVICE_WC, DEVICE_RO, SPECIAL, GRANT, FOREIGN];
  const td = new Td('tdx/6.16', { regions: backings.map((backing, index) => region(index * 16, 16, 2, backing)) });
  const types = backings.map((_, index) => td.shared(index * 16).split(' ')[2]);
  expect(types).toEqual(['WB', 'WB', 'WB', 'UC', 'UC', 'UC', 'WB', 'WB', 'WB']);
});

test('huge leaves are for RAM, up to its level, in one memslot; the rest is mapped by 4K', () => {
  const G = 262144;
  const td = new Td('tdx/6.16', {
    regions: [
      region(0, 2 * G + 512, 3),
      region(3 * G, G, 2, RAM_WC),
      region(4 * G, G, 3, SPECIAL),
      region(5 * G, 512, 1),
      region(5 * G + 513, 2 * G, 3),
    ],
  });
  const levels = [1, 2 * G + 1, 3 * G, 4 * G, 5 * G, 5 * G + 514, 5 * G + 1024, 6 * G].map((gfn) => td.shared(gfn).split(' ')[1]);
  expect(levels).toEqual(['1G', '2M', '2M', '4K', '4K', '4K', '2M', '1G']);
});

describe('registers', () => {
  const td = new Td('tdx/6.16', { maxPhysAddr: 40 });
  const write = (msr: number, hi: number, lo: number) => [td.seen(td.model.writeMsr(0, msr, hi, lo)), td.rule].join(' ');
  test.each([
    [0x2ff, 0, 0xc06, 'ok register-stored'],
    [0x2ff, 0, 0x1000, 'gp def-type-reserved'],
    [0x2ff, 1, 0, 'gp def-type-reserved'],
    [0x2ff, 0, 0x306, 'gp def-type-reserved'],
    [0x2ff, 0, 2, 'gp def-type-type'],
    [0x2ff, 0, 7, 'gp def-type-type'],
    [0x250, 0x06060606, 0x06060606, 'ok register-stored'],
    [0x250, 0x07060606, 0x06060606, 'gp fixed-type'],
    [0x26f, 0, 0x02000000, 'gp fixed-type'],
    [0x277, 0x00070406, 0x00070406, 'ok register-stored'],
    [0x277, 0, 0x02, 'gp pat-type'],
    [0x277, 0x08000000, 0, 'gp pat-type'],
    [0x200, 0, 6, 'ok register-stored'],
    [0x200, 0, 3, 'gp variable-type'],
    [0x200, 0, 0x106, 'gp variable-reserved'],
    [0x200, 0xff, 0xfffff006, 'ok register-stored'],
    [0x200, 0x100, 6, 'gp variable-reserved'],
    [0x201, 0xff, 0xfffff800, 'ok register-stored'],
    [0x201, 0, 0x7ff, 'gp variable-reserved'],
    [0x201, 0, 1, 'gp variable-reserved'],
    [0x201, 0x100, 0x800, 'gp variable-reserved'],
    [0x210, 0, 0, 'gp no-such-msr'],
    [0xfe, 0, 0x508, 'gp mtrr-cap-is-read-only'],
  ])('WRMSR %x = %x:%x: %s', (msr, hi, lo, expected) => expect(write(msr, hi, lo)).toBe(expected));

  test('registers read as written, by the rule of that write, MTRRCAP 508, one vCPU apart from another', () => {
    expect(write(0x201, 0x7f, 0xfffff800)).toBe('ok register-stored');
    const read = (vcpu: number, msr: number) => [td.seen(td.model.readMsr(vcpu, msr)), td.rule, td.model.valueHi, td.model.valueLo];
    expect([read(0, 0x201), read(1, 0x201), read(0, 0xfe), read(1, 0x277)]).toEqual([
      ['ok', 'register-stored', 0x7f, 0xfffff800],
      ['ok', 'register-read', 0, 0],
      ['ok', 'mtrr-cap-read', 0, 0x508],
      ['ok', 'register-read', 0x00070406, 0x00070406],
    ]);
    expect([read(0, 0x21f)[0], td.rule]).toEqual(['gp', 'no-such-msr']);
  });

  test('NW without CD faults', () => {
    expect([td.seen(td.model.writeCr0(0, true, false, true)), td.rule]).toEqual(['gp', 'cr0-nw-without-cd']);
    expect(td.seen(td.model.writeCr0(0, true, true, true))).toBe('ok');
  });
});
