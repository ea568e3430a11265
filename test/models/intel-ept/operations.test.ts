/** CR0, INIT, devices and host operations. */
import { detailOf, ERRNO_NAMES } from '../../../models/contract/observation.js';
import { profiles } from '../../../models/intel-ept/versions.js';
import { DrivenVm, LEVEL_2M, machine, region } from './driven-vm.js';

const NAMES = profiles.map((profile) => profile.name.replace('intel-ept/', ''));

describe('MOV to CR0', () => {
  test.each(NAMES)('in %s faults exactly for NW=1 with CD=0, and then changes nothing', (name) => {
    const vm = new DrivenVm(name);
    const outcomes = [];
    for (let bits = 0; bits < 8; bits++) outcomes.push(vm.cr0((bits & 4) !== 0, (bits & 2) !== 0, (bits & 1) !== 0));
    expect(outcomes).toEqual(['ok', 'gp', 'ok', 'ok', 'ok', 'gp', 'ok', 'ok']);
    vm.cr0(false, false, true);
    expect(vm.model.state()['vcpu0 CR0']).toEqual({ pg: true, cd: true, nw: true });
    expect(vm.ruleOf(vm.model.writeCr0(0, true, false, true))).toBe('not-write-through-needs-cd');
  });
});

describe('MOV to CR0 in 64-bit code', () => {
  // The releases from 5.17 on, and the patches to them.
  const refusing = [
    '5.17',
    '6.6',
    '6.7',
    '6.11.0',
    '6.12',
    '6.16',
    '6.16+no-ipat',
    'per-vm-mtrr',
    'cd-skip',
    'wc-mmio',
    'host-pat',
  ];
  test.each(NAMES)('in %s clears PG or faults as its release does, and after INIT there is no such code', (name) => {
    const vm = new DrivenVm(name, { longMode: true });
    const isRefusing = refusing.includes(name);
    expect([vm.cr0(true, true), vm.cr0(false, false)]).toEqual(['ok', isRefusing ? 'gp' : 'ok']);
    expect(vm.model.state()['vcpu0 CR0']).toEqual(
      isRefusing ? { pg: true, cd: true, nw: false } : { pg: false, cd: false, nw: false },
    );
    vm.model.init(0);
    expect([vm.cr0(false, true), vm.cr0(true, true), vm.cr0(false, true)]).toEqual(['ok', 'ok', isRefusing ? 'gp' : 'ok']);
    vm.model.reset(machine());
    expect(vm.cr0(false, false)).toBe('ok');
  });
});

describe('INIT', () => {
  const setting = [
    '2.6.27',
    '2.6.28',
    '2.6.29-rc1',
    '2.6.29',
    '2.6.31',
    '4.1',
    '4.2-full-mtrr',
    '4.2.8',
    '4.3',
    '4.4',
    '4.9',
    '4.16',
  ];
  test.each(NAMES)('in %s clears PG, sets or keeps CD and NW, keeps MTRRs and PAT, and zaps nothing', (name) => {
    const isSetting = setting.includes(name);
    for (const [cd, nw] of [
      [false, false],
      [true, false],
      [true, true],
    ]) {
      const vm = new DrivenVm(name, { cr0: { pg: true, cd, nw }, quirkCdNwCleared: false });
      vm.writeAll('250=606060606060606 277=6');
      expect(vm.outcome(vm.model.init(0))).toBe('ok');
      expect(vm.model.state()['vcpu0 CR0']).toEqual({ pg: false, cd: cd || isSetting, nw: nw || isSetting });
      expect([vm.read(0x250), vm.read(0x277), vm.counters().zaps]).toEqual([0x0606060606060606n, 6n, 0]);
    }
  });
});

describe('devices', () => {
  test.each(NAMES)('in %s are at most three of a kind and at least none', (name) => {
    const vm = new DrivenVm(name, { noncoherentDevices: 2 });
    const errno = (observation: number): string => `${vm.outcome(observation)} ${ERRNO_NAMES[detailOf(observation)]}`;
    expect(errno(vm.model.detachDevice(true))).toBe('error ENODEV');
    expect([1, 2].map(() => errno(vm.model.attachDevice(false)))).toEqual(['ok ', 'error ENOSPC']);
    expect([1, 2, 3, 4].map(() => errno(vm.model.attachDevice(true)))).toEqual(['ok ', 'ok ', 'ok ', 'error ENOSPC']);
    expect([1, 2, 3, 4].map(() => errno(vm.model.detachDevice(false)))).toEqual(['ok ', 'ok ', 'ok ', 'error ENODEV']);
    expect(vm.model.state()).toMatchObject({ devices: { coherent: 3, noncoherent: 0 } });
  });
});

describe('what KVM on VMX has not', () => {
  test('is n/a', () => {
    const { model, ...vm } = new DrivenVm('6.16');
    void vm;
    const answers = [
      model.setIoResources(true),
      model.pinCacheattr(0, 1, 6),
      model.resumeAccess(0),
      model.setAttributes(0, 1, true, 0),
      model.resumeAttributes(),
      model.punchHole(0, 1),
      model.access(0, 0, 0, 0, 1, true, true, 0),
    ];
    expect(answers.map((answer) => answer & 0xf)).toEqual([14, 14, 14, 14, 14, 14, 14]);
    expect(model.counters().faults).toBe(0);
  });

  test('is memory where no region is', () => {
    const vm = new DrivenVm('6.16', { regions: [region(0x100, 0x100), region(0x300, 1)] });
    expect([0xff, 0x100, 0x1ff, 0x200, 0x2ff, 0x300, 0x301].map((gfn) => vm.type(gfn))).toEqual([
      'mmio',
      'WB',
      'WB',
      'mmio',
      'mmio',
      'WB',
      'mmio',
    ]);
    expect(vm.counters().faults).toBe(3);
    expect(new DrivenVm('6.16', { regions: [] }).type(0)).toBe('mmio');
  });
});

describe('set-backing', () => {
  test('leaves regions around it, with their levels, and drops the leaves of the old backing', () => {
    const vm = new DrivenVm('6.16', { regions: [region(0, 0x800, 0, LEVEL_2M)] });
    expect([vm.level(0x200), vm.leaf(0x200)]).toEqual(['2M', 'WB']);
    vm.model.setBacking(0x280, 0x10, 3, LEVEL_2M, 0);
    expect([0x27f, 0x280, 0x28f, 0x290].map((gfn) => vm.leaf(gfn))).toEqual(['WB', 'UC', 'UC', 'WB']);
    expect([0x0, 0x200, 0x280, 0x400].map((gfn) => vm.level(gfn))).toEqual(['2M', '4K', '4K', '2M']);
    expect(vm.counters()).toMatchObject({ zaps: 0, zappedLeaves: 1 });
  });

  test('backs frames that had none, over the edges of several regions', () => {
    const vm = new DrivenVm('6.16', { regions: [region(0x10, 0x10), region(0x30, 0x10), region(0x50, 0x10)] });
    vm.model.setBacking(0x18, 0x40, 3, 1, 0);
    expect([0xf, 0x10, 0x17, 0x18, 0x25, 0x30, 0x45, 0x57, 0x58, 0x5f, 0x60].map((gfn) => vm.leaf(gfn))).toEqual([
      'mmio',
      'WB',
      'WB',
      'UC',
      'UC',
      'UC',
      'UC',
      'UC',
      'WB',
      'WB',
      'mmio',
    ]);
    vm.model.setBacking(0x70, 1, 0, 1, 6);
    vm.model.setBacking(0x0, 1, 0, 1, 6);
    expect([0, 1, 0x6f, 0x70, 0x71].map((gfn) => vm.leaf(gfn))).toEqual(['WB', 'mmio', 'mmio', 'WB', 'mmio']);
  });

  test('in a region of the same backing makes a border that no mapping crosses', () => {
    const vm = new DrivenVm('6.16', { regions: [region(0, 0x400, 0, LEVEL_2M)] });
    vm.model.setBacking(0x100, 0x200, 0, LEVEL_2M, 6);
    expect([vm.level(0x0), vm.level(0x200)]).toEqual(['4K', '4K']);
  });
});

describe('save-restore', () => {
  test.each(NAMES)('in %s keeps registers, regions and devices, drops leaves, and counts nothing', (name) => {
    const vm = new DrivenVm(name);
    vm.writeAll('250=606060606060606 268=505050505050505 200=6 201=fc0000800 20e=10000004 20f=ff0000800 2ff=c04');
    vm.writeAll('277=1040006 2ff=806', 1);
    vm.cr0(false, true, true, 1);
    vm.model.setBacking(0x300, 1, 3, 1, 0);
    vm.leaf(0x200);
    const before = [0, 1].flatMap((vcpu) =>
      [0x250, 0x268, 0x200, 0x201, 0x20e, 0x20f, 0x2ff, 0x277].map((msr) => vm.read(msr, vcpu)),
    );
    const counters = vm.counters();
    const cr0 = [vm.model.state()['vcpu0 CR0'], vm.model.state()['vcpu1 CR0']];
    expect(vm.outcome(vm.model.saveRestore())).toBe('ok');
    expect(
      [0, 1].flatMap((vcpu) => [0x250, 0x268, 0x200, 0x201, 0x20e, 0x20f, 0x2ff, 0x277].map((msr) => vm.read(msr, vcpu))),
    ).toEqual(before);
    expect([vm.model.state()['vcpu0 CR0'], vm.model.state()['vcpu1 CR0']]).toEqual(cr0);
    expect(vm.counters()).toEqual(counters);
    expect(vm.model.state()['gfn 0x200']).toBeUndefined();
    expect(vm.model.state().devices).toEqual({ coherent: 0, noncoherent: 1 });
    vm.leaf(0x200);
    expect(vm.counters().faults).toBe(counters.faults! + 1);
  });

  test('builds leaves anew from the registers of then', () => {
    const vm = new DrivenVm('4.1');
    vm.writeAll('2ff=806');
    expect(vm.leaf(0x200)).toBe('WB');
    vm.writeAll('2ff=804');
    expect(vm.leaf(0x200)).toBe('WB');
    vm.model.saveRestore();
    expect(vm.leaf(0x200)).toBe('WT');
  });

  test('loses the high half of PAT where it reads back as 0', () => {
    const vm = new DrivenVm('2.6.31');
    expect(vm.type(0x200, 4)).toBe('WB');
    vm.model.saveRestore();
    expect([vm.type(0x200, 0), vm.type(0x200, 4)]).toEqual(['WB', 'UC']);
  });

  test('writes every mask, after which a base has a range to zap', () => {
    const vm = new DrivenVm('6.6');
    vm.writeAll('2ff=806 202=40000006');
    expect(vm.counters().zaps).toBe(1);
    vm.model.saveRestore();
    vm.writeAll('202=40000006');
    expect(vm.counters().zaps).toBe(2);
  });

  test('starts with list nodes that were never used, for pairs that are disabled', () => {
    const vm = new DrivenVm('4.3');
    vm.writeAll('258=6 20f=fc0000800 20f=0 2ff=c06');
    expect(vm.ruleOf(vm.observe(0x20))).toBe('fixed-slot-in-list-node');
    vm.model.saveRestore();
    expect(vm.leaf(0x20)).toBe('UC');
  });

  test('takes every enabled pair back into the list', () => {
    const vm = new DrivenVm('6.6');
    vm.writeAll('200=4 201=fc0000800 202=20000006 203=fe0000800 2ff=800');
    vm.model.saveRestore();
    expect([vm.leaf(0), vm.leaf(0x20000), vm.leaf(0x40000)]).toEqual(['WT', 'WT', 'UC']);
  });
});

test('zap of the host and INVLPG are ok', () => {
  const vm = new DrivenVm('6.16');
  expect([vm.outcome(vm.model.zap(0, 1)), vm.outcome(vm.model.invlpg(0, 0))]).toEqual(['ok', 'ok']);
});

test('reset brings a used instance back to the start', () => {
  for (const name of NAMES) {
    const vm = new DrivenVm(name);
    const start = vm.model.state();
    vm.writeAll('250=606060606060606 200=6 201=fc0000800 20f=800 2ff=c06 277=6', 1);
    vm.cr0(false, true, true);
    vm.model.attachDevice(true);
    vm.leaf(0x200, 1);
    vm.model.reset(machine());
    expect(vm.model.state()).toEqual(start);
    expect(vm.counters()).toEqual({ faults: 0, zaps: 0, zappedLeaves: 0, tlbFlushes: 0 });
    expect(vm.leaf(0x200)).toBe(new DrivenVm(name).leaf(0x200));
  }
});

test('state names registers and mappings in a fixed order', () => {
  const vm = new DrivenVm('6.16', { vcpus: 1, noncoherentDevices: 0, regions: [region(0, 0x400, 0, LEVEL_2M)] });
  vm.leaf(0x200);
  vm.leaf(0x1);
  const keys = Object.keys(vm.model.state());
  expect(keys.slice(0, 3)).toEqual(['vcpu0 MTRRdefType', 'vcpu0 MTRRfix64K_00000', 'vcpu0 MTRRfix16K_80000']);
  expect(keys.slice(-3)).toEqual(['devices', 'gfn 0x0', 'gfn 0x200']);
  expect(vm.model.state()).toMatchObject({ 'vcpu0 PAT': '0x7040600070406', 'gfn 0x200': { level: '2M', leaf: 'WB+ipat' } });
});

test('frames near the limit of 52 bits are looked up like others', () => {
  const top = 2 ** 40;
  const vm = new DrivenVm('6.6', { maxPhysAddr: 52, hostPhysAddr: 52, regions: [region(top - 2 ** 19, 2 ** 19, 0, LEVEL_2M)] });
  vm.writeAll('200=fffffc0000004 201=fffffc0000800 2ff=806');
  expect([vm.leaf(top - 1), vm.leaf(top - 0x40001)]).toEqual(['WT', 'WB']);
  expect(vm.level(top - 1)).toBe('2M');
  const old = new DrivenVm('4.1', { maxPhysAddr: 52, hostPhysAddr: 52, regions: [region(top - 2 ** 19, 2 ** 19)] });
  old.writeAll('200=fffffc0000004 201=fffffc0000800 2ff=806');
  expect([old.leaf(top - 1), old.leaf(top - 0x40001)]).toEqual(['WT', 'WB']);
});
