import { Guest, VERSIONS } from './guest.js';

const MTRRS = ['UC', 'WC', 'WP', 'WT', 'WB'];
const REGIONS = MTRRS.map((hostMtrr, i) => ({ gfn: 0x10 * i, pages: 0x10, hostMtrr }));

describe('CR0.CD and CR0.NW', () => {
  test.each(VERSIONS)('on %s, CD=0 with NW=1 is #GP and the other three are stored', (version) => {
    const vm = new Guest(version);
    expect(vm.cr0({ cd: false, nw: true })).toBe('gp');
    expect(vm.cr0({ cd: true, nw: true })).toBe('ok');
    expect(vm.cr0({ cd: true, nw: false })).toBe('ok');
    expect(vm.cr0({})).toBe('ok');
  });
  test.each(VERSIONS)('on %s the quirk hides CD from the hardware', (version) => {
    const vm = new Guest(version);
    vm.cr0({ cd: true });
    expect(vm.type(1)).toBe('WB');
  });
  test.each(['4.2-npt-pat', '4.2.8', '4.3', '4.4', '4.12', '4.14', '5.17', '6.6', 'gpat'])(
    'on %s without the quirk, CD disables caching whatever PAT and MTRR: CD, or UC by MTRR',
    (version) => {
      const vm = new Guest(version, { quirkCdNwCleared: false }, REGIONS);
      vm.cr0({ cd: true });
      for (const index of [0, 1, 2, 3])
        expect(MTRRS.map((_, i) => vm.type(0x10 * i, index))).toEqual(['UC', 'CD', 'CD', 'CD', 'CD']);
      expect([vm.rule(0), vm.rule(0x10)]).toEqual(['cache-disabled-mtrr-uc', 'cache-disabled']);
      expect(vm.type(0x40, 0, 1)).toBe('WB');
      vm.cr0({});
      expect(vm.type(0x40)).toBe('WB');
    },
  );
  test.each(VERSIONS)('on %s 64-bit code clears PG, or is refused from 5.17 on', (version) => {
    const vm = new Guest(version, { longMode: true });
    const isRefused = ['5.17', '6.6', 'gpat'].includes(version);
    expect(vm.cr0({ pg: false })).toBe(isRefused ? 'gp' : 'ok');
    vm.model.init(0);
    expect([vm.cr0({ pg: false }), vm.cr0({ pg: true }), vm.cr0({ pg: false })]).toEqual(['ok', 'ok', isRefused ? 'gp' : 'ok']);
    expect(new Guest(version).cr0({ pg: false })).toBe('ok');
  });
  test('before 4.2 there is no quirk to disable: CD never reaches the hardware', () => {
    const vm = new Guest('4.1', { quirkCdNwCleared: false });
    vm.cr0({ cd: true });
    expect(vm.type(1)).toBe('WB');
  });
  test('INIT clears PG; until 5.14 it sets CD and NW, later it keeps them', () => {
    const states = ['4.1', '4.2-npt-pat', '4.12', '4.14', '5.17', '6.6', 'gpat'].map((version) => {
      const vm = new Guest(version);
      vm.model.init(0);
      return vm.model.state()['vcpu0 CR0'];
    });
    const set = { pg: false, cd: true, nw: true };
    expect(states).toEqual([set, set, set, set, ...new Array(3).fill({ pg: false, cd: false, nw: false })]);
  });
  test('INIT keeps a CD that is set, MTRRs and PAT', () => {
    const vm = new Guest('gpat', { quirkCdNwCleared: false });
    vm.writes([0x277, 0x0407050600070106n], [0x2ff, 0xc06n]);
    vm.cr0({ cd: true, nw: true });
    vm.model.init(0);
    expect(vm.model.state()['vcpu0 CR0']).toEqual({ pg: false, cd: true, nw: true });
    expect([vm.read(0x277), vm.read(0x2ff), vm.type(1)]).toEqual([0x0407050600070106n, 0xc06n, 'CD']);
  });
  test('the CD that INIT sets reaches the hardware of 4.12 without the quirk', () => {
    const vm = new Guest('4.12', { quirkCdNwCleared: false });
    vm.model.init(0);
    expect(vm.type(1)).toBe('CD');
  });
  test('a machine may start with CD set', () => {
    const vm = new Guest('gpat', { quirkCdNwCleared: false, cr0: { pg: true, cd: true, nw: false } });
    expect([vm.type(1, 0, 0), vm.type(1, 0, 1)]).toEqual(['CD', 'CD']);
  });
});
