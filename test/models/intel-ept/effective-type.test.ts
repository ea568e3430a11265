/** Intel SDM vol. 3, memory typing of translated guest-physical addresses. */
import { effectiveType } from '../../../models/intel-ept/effective-type.js';
import { DrivenVm } from './driven-vm.js';

const ENCODING: Readonly<Record<string, number>> = { UC: 0, WC: 1, WT: 4, WP: 5, WB: 6, 'UC-': 7 };
const EPT_TYPES = ['UC', 'WC', 'WT', 'WP', 'WB'];
/** Transposed: a row for each PAT type, the columns in the order of EPT_TYPES. */
const BY_PAT: Readonly<Record<string, string>> = {
  UC: 'UC UC UC UC UC',
  'UC-': 'UC WC UC WC UC',
  WC: 'WC WC WC WC WC',
  WT: 'UC UC WT WT WT',
  WP: 'UC UC WP WP WP',
  WB: 'UC WC WT WP WB',
};

describe.each(Object.entries(BY_PAT))('PAT %s', (pat, row) => {
  test.each(EPT_TYPES.map((ept, i) => [ept, row.split(' ')[i]]))('under EPT %s is %s', (ept, effective) => {
    expect(effectiveType(ENCODING[ept], ENCODING[pat])).toBe(ENCODING[effective]);
  });

  test('takes part in an access exactly if IPAT is clear and CR0.PG is set', () => {
    const column = EPT_TYPES.map((ept) => {
      const vm = new DrivenVm('6.6');
      vm.writeAll(`2ff=80${ENCODING[ept]} 277=${ENCODING[pat]}06060606`);
      return vm.type(0x200, 4);
    });
    expect(column.join(' ')).toBe(row);
    const ignoring = new DrivenVm('6.6', { noncoherentDevices: 0 });
    ignoring.writeAll(`277=${ENCODING[pat]}06060606`);
    expect(ignoring.type(0x200, 4)).toBe('WB');
    const unpaged = new DrivenVm('6.6', { cr0: { pg: false, cd: false, nw: false } });
    unpaged.writeAll(`2ff=804 277=${ENCODING[pat]}06060606`);
    expect([unpaged.type(0x200, 4), unpaged.rulesOf(unpaged.observe(0x200, 4))]).toEqual(['WT', 'default-type + paging-off']);
  });
});

test('every PAT index selects its own byte', () => {
  const vm = new DrivenVm('6.16');
  vm.writeAll('277=706050401000604');
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((index) => vm.type(0, index))).toEqual(['WT', 'WB', 'UC', 'WC', 'WT', 'WP', 'WB', 'UC']);
});

test('a live PAT write changes what a leaf without IPAT gives, per vCPU and without a zap', () => {
  const vm = new DrivenVm('6.16');
  expect(vm.type(0)).toBe('WB');
  vm.writeAll('277=1', 0);
  expect([vm.type(0, 0, 0), vm.type(0, 0, 1)]).toEqual(['WC', 'WB']);
  expect(vm.counters()).toMatchObject({ faults: 1, zaps: 0 });
});

test('with IPAT the type is that of the leaf and so is the rule, also with CR0.PG=0', () => {
  const vm = new DrivenVm('6.16', { noncoherentDevices: 0, cr0: { pg: false, cd: false, nw: false } });
  expect(vm.ruleOf(vm.observe(0))).toBe('no-noncoherent-dma');
});
