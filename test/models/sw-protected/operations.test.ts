import { MACHINE, ram, ruleWord, VirtualMachine, word } from './virtual-machine.js';

describe('Without private memory', () => {
  const { model } = new VirtualMachine(undefined, { privateMemory: false });

  test('conversions, punches, private accesses and resumed ones are not applicable', () => {
    const answers = [
      model.resumeAccess(0),
      model.setAttributes(0, 1, true, 0),
      model.resumeAttributes(),
      model.punchHole(0, 1),
      model.access(0, 1, 0, 0, 1, true, true, 0),
    ];
    expect(answers.map(ruleWord)).toEqual(Array(5).fill('no-private-memory'));
  });

  test('an access does not pause, and names no page', () => {
    expect(word(model.access(0, 1, 0, 0, 1, false, true, 1))).toBe('ok 2M');
  });
});

test('What only Xen has is not applicable', () => {
  const { model } = new VirtualMachine();
  expect([model.setIoResources(true), model.pinCacheattr(0, 1, 6)].map(ruleWord)).toEqual(['not-of-kvm', 'not-of-kvm']);
});

test('A private frame in a slot without guest_memfd exits, and a later conversion to shared serves it', () => {
  const vm = new VirtualMachine(undefined, { regions: [ram(0, 512), { ...ram(512, 512), backing: 1 }] });
  vm.toPrivate(510, 4);
  expect([vm.touch(511), vm.touch(512)]).toEqual(['ok private 4K', 'memory-fault private']);
  vm.toShared(510, 4);
  expect(vm.touch(512)).toBe('ok shared 2M');
  expect(vm.counted('memoryFaults')).toBe(1);
});

describe('Levels', () => {
  test('a huge page lies inside one slot, at most as large as its backing', () => {
    const vm = new VirtualMachine(undefined, { regions: [ram(256, 262144 * 2, 3)] });
    expect([vm.touch(300), vm.touch(600), vm.touch(262144)]).toEqual(['ok shared 4K', 'ok shared 2M', 'ok shared 1G']);
  });

  test('one private frame makes its 1G block mixed, and its 2M block', () => {
    const vm = new VirtualMachine(undefined, { regions: [ram(0, 262144, 3)] });
    expect(vm.touch(0)).toBe('ok shared 1G');
    vm.toPrivate(700, 1);
    expect([vm.touch(0), vm.touch(701), vm.touch(700)]).toEqual(['ok shared 2M', 'ok shared 4K', 'ok private 4K']);
    vm.toShared(700, 1);
    expect(vm.touch(700)).toBe('ok shared 1G');
    expect(vm.broken()).toEqual([]);
  });

  test('a huge leaf replaces small ones with a flush, which is no zap', () => {
    const vm = new VirtualMachine();
    vm.toPrivate(5, 1);
    vm.touch(6);
    vm.toShared(5, 1);
    const before = vm.model.counters();
    expect(vm.touch(5)).toBe('ok shared 2M');
    const after = vm.model.counters();
    expect([after.zappedLeaves! - before.zappedLeaves!, after.tlbFlushes! - before.tlbFlushes!]).toEqual([0, 1]);
  });
});

describe('A punch', () => {
  test('zaps shared leaves of the bound frames too, and no frame without guest_memfd', () => {
    const vm = new VirtualMachine(undefined, { regions: [ram(0, 512), { ...ram(512, 512), backing: 1 }] });
    vm.touch(1);
    vm.touch(600);
    vm.model.punchHole(0, 1024);
    expect(vm.counted('zappedLeaves')).toBe(1);
  });

  test('frees the private pages of the range alone', () => {
    const vm = new VirtualMachine();
    vm.toPrivate(5, 3);
    for (const gfn of [5, 6, 7]) vm.touch(gfn);
    vm.model.punchHole(6, 1);
    expect(vm.model.state()['private pages']).toEqual(['0x5', '0x7']);
    expect(vm.broken()).toEqual([]);
  });

  test('makes a fault in flight stale', () => {
    const vm = new VirtualMachine();
    vm.toPrivate(5, 1);
    vm.touch(5, 1, 3);
    vm.model.punchHole(5, 1);
    expect([vm.resume(), vm.touch(5)]).toEqual(['retry', 'ok private 4K']);
  });
});

describe('A notifier', () => {
  test('zaps private leaves as well', () => {
    const vm = new VirtualMachine();
    vm.toPrivate(5, 1);
    vm.touch(5);
    vm.model.zap(5, 1);
    expect([vm.counted('zappedLeaves'), vm.counted('tlbFlushes'), vm.counted('zaps')]).toEqual([1, 1, 0]);
  });

  test('of frames without a memslot does nothing', () => {
    const vm = new VirtualMachine();
    vm.touch(5, 0, 3);
    vm.model.zap(4096, 10);
    expect(vm.resume()).toBe('ok shared 2M');
  });
});

describe('A new backing', () => {
  test('keeps the attributes, and completes a paused conversion', () => {
    const vm = new VirtualMachine();
    vm.toPrivate(5, 1, 1);
    vm.model.setBacking(0, 16, 0, 1);
    expect([vm.touch(5), vm.touch(6), vm.touch(600)]).toEqual(['ok private 4K', 'ok shared 4K', 'ok shared 2M']);
    vm.model.setBacking(0, 16, 3, 1);
    expect([vm.touch(5), vm.touch(6)]).toEqual(['memory-fault private', 'ok shared 4K']);
  });

  test('zaps what was mapped there', () => {
    const vm = new VirtualMachine();
    vm.touch(5);
    vm.model.setBacking(3, 1, 0, 1);
    expect(vm.counted('zappedLeaves')).toBe(1);
    expect(vm.touch(5)).toBe('ok shared 4K');
  });
});

test('A restored VM has its registers, and no attributes', () => {
  const vm = new VirtualMachine();
  vm.toPrivate(5, 1);
  vm.touch(5, 1, 3);
  vm.model.writeMsr(0, 0x2ff, 0, 0xc06);
  vm.model.saveRestore();
  expect([vm.resume(), vm.touch(5)]).toEqual(['ok', 'ok shared 2M']);
  expect(vm.model.state()['vcpu0 MTRRdefType']).toBe('0xc06');
});

test('The state names registers, ranges and leaves', () => {
  const vm = new VirtualMachine();
  vm.toPrivate(5, 1);
  vm.touch(5);
  const state = vm.model.state();
  expect(state['vcpu0 PAT']).toBe('0x7040600070406');
  expect([state['private frames'], state['private pages']]).toEqual([['0x5 to 0x5'], ['0x5']]);
  expect(state['gfn 0x5']).toEqual({ level: '4K', leaf: 'WB+ipat', page: 'private' });
});

test('A reset leaves nothing of the scenario before', () => {
  const vm = new VirtualMachine();
  const fresh = JSON.stringify(vm.model.state());
  vm.toPrivate(5, 1, 1);
  vm.touch(600, 1, 3);
  vm.model.attachDevice(false);
  vm.model.reset(MACHINE);
  expect(JSON.stringify(vm.model.state())).toBe(fresh);
});
