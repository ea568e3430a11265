import { ram, ruleWord, VirtualMachine } from './virtual-machine.js';

const FAULT = 1;
const CHECK = 2;
const LOOKUP = 3;
const STORE = 2;

describe('A fault in flight', () => {
  test.each([
    ['its snapshot', CHECK],
    ['its page was found', LOOKUP],
  ] as const)('after %s is retried when a conversion ended meanwhile', (_, pause) => {
    const vm = new VirtualMachine();
    expect(vm.touch(5, 1, pause)).toBe('paused');
    vm.toPrivate(5, 1);
    expect(vm.resume()).toBe('retry');
    expect(vm.touch(5, 1)).toBe('ok private 4K');
  });

  test('is retried when an invalidation elsewhere ended: the sequence is global', () => {
    const vm = new VirtualMachine();
    vm.touch(5, 1, LOOKUP);
    vm.model.zap(1500, 1);
    const resumed = vm.model.resumeAccess(0);
    expect(ruleWord(resumed)).toBe('invalidation-ended');
  });

  test('maps when nothing happened meanwhile', () => {
    const vm = new VirtualMachine();
    vm.touch(5, 1, LOOKUP);
    expect([vm.resume(), vm.resume()]).toEqual(['ok shared 2M', 'ok']);
    expect(vm.counted('faults')).toBe(1);
  });

  test('exits when its attribute changed between the fault and the check, and says which kind it was', () => {
    const vm = new VirtualMachine();
    vm.touch(5, 1, FAULT);
    vm.toPrivate(5, 1);
    expect(vm.resume()).toBe('memory-fault shared');
    vm.touch(5, 1, FAULT);
    vm.toShared(5, 1);
    expect(vm.resume()).toBe('memory-fault private');
    expect(vm.counted('memoryFaults')).toBe(2);
  });

  test('is retried, not turned away, while the conversion that changed its attribute is open', () => {
    const vm = new VirtualMachine();
    vm.touch(5, 1, FAULT);
    vm.toPrivate(5, 1, STORE);
    expect(vm.resume()).toBe('retry');
  });

  test('is completed unobserved by the next guest operation of its vCPU', () => {
    const vm = new VirtualMachine();
    vm.touch(5, 1, LOOKUP);
    vm.model.init(0);
    expect(vm.touch(6, 0, 0, 1)).toBe('ok shared 2M');
    expect(vm.counted('faults')).toBe(1);
    expect(vm.resume()).toBe('ok');
  });

  test('does not pause where there is a leaf already', () => {
    const vm = new VirtualMachine();
    vm.touch(5);
    expect(vm.touch(5, 1, FAULT)).toBe('ok shared 2M');
  });
});

describe('Without the invalidation (H3)', () => {
  const raced = () => {
    const vm = new VirtualMachine('sw-protected/6.8+no-invalidation');
    vm.touch(5, 1, LOOKUP);
    vm.toPrivate(0, 512);
    return vm;
  };

  test('a stale fault maps the shared page over private frames', () => {
    const vm = raced();
    expect(vm.resume()).toBe('ok shared 2M');
    expect(vm.touch(7)).toBe('ok shared 2M');
    expect(vm.broken()).toEqual(['I1', 'I12']);
  });

  test('a stale fault that meets the leaf of the new page is the end of the host', () => {
    const vm = new VirtualMachine('sw-protected/6.8+no-invalidation', { regions: [ram(0, 2048, 1)] });
    vm.touch(5, 1, LOOKUP);
    vm.toPrivate(5, 1);
    expect(vm.touch(5, 1, 0, 1)).toBe('ok private 4K');
    expect(vm.resume()).toBe('host-fatal');
  });

  test('an open conversion retries nothing', () => {
    const vm = new VirtualMachine('sw-protected/6.8+no-invalidation');
    vm.toPrivate(5, 1, 1);
    expect(vm.touch(5)).toBe('ok shared 2M');
  });

  test('a fault that finds a huge leaf over a block now mixed splits it', () => {
    const vm = new VirtualMachine('sw-protected/6.8+no-invalidation');
    vm.toPrivate(5, 1, STORE);
    vm.touch(6, 1, LOOKUP);
    expect(vm.touch(7, 0, 0, 1)).toBe('ok shared 2M');
    vm.finish();
    expect([vm.resume(), vm.touch(511), vm.touch(512)]).toEqual(['ok shared 4K', 'ok shared 4K', 'ok shared 2M']);
    expect(vm.counted('zappedLeaves')).toBe(0);
  });

  test('a notifier still makes the fault stale', () => {
    const vm = new VirtualMachine('sw-protected/6.8+no-invalidation');
    vm.touch(5, 1, LOOKUP);
    vm.model.zap(5, 1);
    expect(vm.resume()).toBe('retry');
  });
});

describe('Without the zap (H4)', () => {
  test('the guest goes on using the old page, without a fault', () => {
    const vm = new VirtualMachine('sw-protected/6.8+skip-zap');
    vm.touch(5, 1);
    vm.toPrivate(0, 512);
    expect(vm.touch(5, 1)).toBe('ok shared 2M');
    expect([vm.counted('faults'), vm.counted('zappedLeaves'), vm.counted('tlbFlushes')]).toEqual([1, 0, 1]);
    expect(vm.broken()).not.toEqual([]);
  });
});

describe('A fault on an unconverted neighbour while attributes are in flux (H14)', () => {
  const neighbour = (name: string) => {
    const vm = new VirtualMachine(name);
    vm.toPrivate(5, 1, STORE);
    return { vm, answer: vm.touch(6) };
  };

  test('maps a huge page over the converted frame up to 6.14', () => {
    const { vm, answer } = neighbour('sw-protected/6.8');
    expect(answer).toBe('ok shared 2M');
    vm.finish();
    expect(vm.touch(5)).toBe('ok shared 2M');
    expect(vm.broken()).toEqual(['I1', 'I1h', 'I12']);
  });

  test('is retried with the head and tail added', () => {
    const { vm, answer } = neighbour('sw-protected/6.8+head-tail');
    expect(answer).toBe('retry');
    vm.finish();
    expect([vm.touch(6), vm.touch(5)]).toEqual(['ok shared 4K', 'ok private 4K']);
    expect(vm.broken()).toEqual([]);
  });

  test('is retried in the tail block as in the head block, and not beyond', () => {
    const vm = new VirtualMachine('sw-protected/6.8+head-tail');
    vm.toPrivate(500, 20, STORE);
    expect([vm.touch(3), vm.touch(1000), vm.touch(1024)]).toEqual(['retry', 'retry', 'ok shared 2M']);
  });

  test('is retried in the whole unmixed 1G block of the slot', () => {
    const regions = [ram(0, 262144)];
    const at = (name: string) => {
      const vm = new VirtualMachine(name, { regions });
      vm.toPrivate(5, 1, STORE);
      return vm.touch(262143);
    };
    expect([at('sw-protected/6.8+head-tail'), at('sw-protected/6.8')]).toEqual(['retry', 'ok shared 2M']);
  });

  test('is not retried in a block that is mixed already or not whole in the slot', () => {
    const vm = new VirtualMachine('sw-protected/6.8+head-tail', { regions: [ram(0, 1000)] });
    vm.toPrivate(9, 1);
    vm.toPrivate(5, 1, STORE);
    expect(vm.touch(6)).toBe('ok shared 4K');
    vm.finish();
    vm.toPrivate(990, 1, STORE);
    expect(vm.touch(980)).toBe('ok shared 4K');
  });
});

describe('A conversion', () => {
  test('to what the range is already changes nothing and retries nothing (I14)', () => {
    const vm = new VirtualMachine();
    vm.touch(5, 1, LOOKUP);
    vm.toShared(0, 2048, STORE);
    expect(vm.resume()).toBe('ok shared 2M');
    expect(vm.finish()).toBe('ok');
    expect(ruleWord(vm.model.resumeAttributes())).toBe('nothing-paused');
    expect([vm.counted('zappedLeaves'), vm.counted('tlbFlushes')]).toEqual([0, 0]);
  });

  test('of a range without a memslot stores attributes and makes no fault stale', () => {
    const vm = new VirtualMachine();
    vm.touch(5, 1, LOOKUP);
    expect(vm.toPrivate(5000, 10)).toBe('ok');
    expect(vm.resume()).toBe('ok shared 2M');
    expect(vm.touch(5000)).toBe('memory-fault private');
    expect(vm.touch(5010)).toBe('mmio');
  });

  test('serves no access from the old page after it returned (I12)', () => {
    const vm = new VirtualMachine();
    for (let gfn = 0; gfn < 8; gfn++) vm.touch(gfn);
    vm.toPrivate(2, 4);
    const pages = Array.from({ length: 8 }, (_, gfn) => vm.touch(gfn).split(' ')[1]);
    expect(pages.map((page) => page[0]).join('')).toBe('ssppppss');
  });

  test('that is paused is completed by another one first', () => {
    const vm = new VirtualMachine();
    vm.toPrivate(5, 1, 1);
    vm.toPrivate(600, 1);
    expect([vm.touch(5), vm.touch(600)]).toEqual(['ok private 4K', 'ok private 4K']);
  });

  test('nests with a notifier and a punch that run meanwhile', () => {
    const vm = new VirtualMachine();
    vm.toPrivate(5, 1, STORE);
    vm.model.zap(600, 1);
    vm.model.punchHole(601, 1);
    expect(vm.broken()).toEqual([]);
    // The interval grew and does not shrink before the last of them ends.
    expect([vm.touch(5), vm.touch(300), vm.touch(700)]).toEqual(['retry', 'retry', 'ok shared 2M']);
    vm.finish();
    expect(vm.touch(300)).toBe('ok shared 4K');
  });
});
