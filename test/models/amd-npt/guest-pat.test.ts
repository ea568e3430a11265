import { Guest, pat } from './guest.js';

const WC_FIRST = pat('WC', 'WT', 'UC-', 'UC', 'WB', 'WT', 'UC-', 'UC');

describe('which PAT types the accesses of the guest', () => {
  test('from 4.14 on an accepted write is in force for the next access, of that vCPU only', () => {
    const vm = new Guest('gpat');
    vm.writes([0x277, WC_FIRST]);
    expect([vm.type(1, 0, 0), vm.type(1, 0, 1)]).toEqual(['WC+', 'WB']);
  });
  test('a refused write changes nothing', () => {
    const vm = new Guest('gpat');
    expect(vm.write(0x277, 0x0207040600070406n)).toBe('gp');
    expect(vm.read(0x277)).toBe(0x0007040600070406n);
    expect(vm.type(1, 7)).toBe('CD');
  });
  test('before 4.2 the hardware keeps the reset PAT, through INIT too, while RDMSR gives what was written', () => {
    const vm = new Guest('4.1');
    vm.writes([0x277, WC_FIRST]);
    vm.model.init(0);
    vm.cr0({ pg: true });
    expect([0, 1, 2, 3].map((index) => vm.type(1, index))).toEqual(['WB', 'WT', 'CD', 'CD']);
    expect(vm.read(0x277)).toBe(WC_FIRST);
  });
  test('before 4.2 RDMSR of the PAT gives 0 until the guest has written it', () => {
    const vm = new Guest('4.1');
    expect(vm.ruleOf(vm.model.readMsr(0, 0x277))).toBe('arch-pat-read-before-written');
    expect(vm.read(0x277)).toBe(0n);
    vm.writes([0x277, 0n]);
    expect(vm.rulesOf(vm.model.readMsr(0, 0x277))).toBe('pat-stored-only + register-read');
  });
  test('in 4.12 a write waits for the next INIT', () => {
    const vm = new Guest('4.12');
    vm.writes([0x277, WC_FIRST]);
    expect([vm.read(0x277), vm.type(1)]).toEqual([WC_FIRST, 'WB']);
    vm.model.init(0);
    vm.cr0({ pg: true });
    expect([vm.type(1, 0, 0), vm.type(1, 0, 1)]).toEqual(['WC+', 'WB']);
  });
  test('in 4.12 a migration brings the reset PAT back until INIT; from 4.14 on, and before 4.2, it changes nothing', () => {
    const types = ['4.1', '4.12', 'gpat'].map((version) => {
      const vm = new Guest(version);
      vm.writes([0x277, WC_FIRST]);
      vm.model.init(0);
      vm.cr0({ pg: true });
      const before = vm.type(1);
      const rule = vm.ruleOf(vm.model.saveRestore());
      return [before, vm.type(1), vm.read(0x277) === WC_FIRST, rule];
    });
    expect(types).toEqual([
      ['WB', 'WB', true, 'migrated'],
      ['WC+', 'WB', true, 'migrated-pat-waits-for-init'],
      ['WC+', 'WC+', true, 'migrated'],
    ]);
  });
  test('without paging no guest entry selects a type: it counts as WB', () => {
    const vm = new Guest('gpat', {}, [
      { gfn: 0, pages: 0x10, hostMtrr: 'WP' },
      { gfn: 0x10, pages: 0x10 },
    ]);
    vm.writes([0x277, 0n]);
    expect([vm.type(0), vm.type(0x10)]).toEqual(['CD', 'CD']);
    vm.cr0({ pg: false });
    expect([vm.type(0), vm.type(0x10), vm.rulesOf(vm.observe(0x10))]).toEqual(['WP', 'WB', 'guest-wb-mtrr-wb + paging-off']);
  });
});
