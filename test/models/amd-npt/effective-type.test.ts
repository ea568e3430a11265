import { effectiveType, encodingOf } from '../../../models/amd-npt/effective-type.js';
import { MEMORY_TYPE_NAMES } from '../../../models/contract/memory-type.js';
import { ALL_TYPES, ALL_TYPES_PAT, Guest } from './guest.js';

// AMD APM vol. 2, "Combining Guest and Host PAT Types", typed a second time by columns: host: guest UC, UC-, WC, WP, WT, WB.
const BY_HOST: Record<string, string> = {
  UC: 'UC UC WC UC UC UC',
  'UC-': 'UC UC- WC UC UC UC',
  WC: 'UC WC WC UC UC WC',
  WP: 'UC UC WC+ WP UC WP',
  WT: 'UC UC WC+ UC WT WT',
  WB: 'UC UC WC+ WP WT WB',
};
// "Combining PAT and MTRR Types", by columns: host MTRR: combined UC, UC-, WC, WC+, WP, WT, WB.
const COMBINED = ['UC', 'UC-', 'WC', 'WC+', 'WP', 'WT', 'WB'];
const BY_MTRR: Record<string, string> = {
  UC: 'UC UC WC WC UC UC UC',
  WC: 'CD WC WC WC CD CD WC',
  WP: 'CD CD WC WC+ WP CD WP',
  WT: 'CD CD WC WC+ CD WT WT',
  WB: 'CD CD WC WC+ WP WT WB',
};

describe('guest PAT, nested PAT and host MTRR combine as the two tables of the APM say', () => {
  for (const [host, column] of Object.entries(BY_HOST)) {
    test(`nested ${host}: all guest types over all host MTRR types`, () => {
      ALL_TYPES.forEach((guest, row) => {
        const combined = column.split(' ')[row];
        for (const [mtrr, effective] of Object.entries(BY_MTRR)) {
          const type = effectiveType(encodingOf(guest), encodingOf(host as 'UC'), encodingOf(mtrr as 'UC'));
          expect([guest, mtrr, MEMORY_TYPE_NAMES[type]]).toEqual([guest, mtrr, effective.split(' ')[COMBINED.indexOf(combined)]]);
        }
      });
    });
  }

  test('guest WC over nested WB is WC+ in WB memory, and WC where the MTRR is UC', () => {
    expect(typeName('WC', 'WB', 'WB')).toBe('WC+');
    expect(typeName('WC', 'WB', 'UC')).toBe('WC');
  });
  test('nested UC does not stop guest WC, and takes its probing away', () => expect(typeName('WC', 'UC', 'WB')).toBe('WC'));
  test('UC- yields to a WC MTRR only where guest and host both have it', () => {
    expect(typeName('UC-', 'WB', 'WC')).toBe('CD');
    expect(typeName('UC-', 'UC-', 'WC')).toBe('WC');
  });
  test('guest WT over nested WP is CD in WB memory; guest WB over nested WC is WC even where the MTRR is UC', () => {
    expect(typeName('WT', 'WP', 'WB')).toBe('CD');
    expect(typeName('WB', 'WC', 'UC')).toBe('WC');
  });
});

function typeName(
  guest: 'UC' | 'UC-' | 'WC' | 'WT' | 'WB',
  host: 'UC' | 'UC-' | 'WC' | 'WP' | 'WB',
  mtrr: 'UC' | 'WC' | 'WB',
): string {
  return MEMORY_TYPE_NAMES[effectiveType(encodingOf(guest), encodingOf(host), encodingOf(mtrr))];
}

// KVM's usual choice, nested entry 0: guest PAT by rows, host MTRR UC, WC, WP, WT, WB.
const NESTED_WB: [string, string][] = [
  ['UC', 'UC CD CD CD CD'],
  ['UC-', 'UC CD CD CD CD'],
  ['WC', 'WC WC WC+ WC+ WC+'],
  ['WP', 'UC CD WP CD WP'],
  ['WT', 'UC CD CD WT WT'],
  ['WB', 'UC WC WP WT WB'],
];
const MTRRS = ['UC', 'WC', 'WP', 'WT', 'WB'];

describe('the guest of amd-npt/gpat gets the type of its PAT over nested WB and the MTRR of the frame', () => {
  const regions = MTRRS.map((hostMtrr, i) => ({ gfn: 0x10 * i, pages: 0x10, hostMtrr }));
  for (const [guest, row] of NESTED_WB) {
    test(`guest PAT ${guest}`, () => {
      const vm = new Guest('gpat', {}, regions);
      vm.writes([0x277, ALL_TYPES_PAT]);
      const index = ALL_TYPES.indexOf(guest as 'UC');
      expect(MTRRS.map((_, i) => vm.type(0x10 * i + 3, index)).join(' ')).toBe(row);
      expect(MTRRS.map((_, i) => vm.rule(0x10 * i + 3, index))).toEqual(
        MTRRS.map((mtrr) => `guest-${guest.toLowerCase().replace('uc-', 'uc-minus')}-mtrr-${mtrr.toLowerCase()}`),
      );
    });
  }
  test('indices 4 to 7 select the high half of the PAT', () => {
    const vm = new Guest('gpat');
    vm.writes([0x277, 0x0001050600070406n]);
    expect([4, 5, 6, 7].map((index) => vm.type(1, index))).toEqual(['WB', 'WP', 'WC+', 'CD']);
  });
});
