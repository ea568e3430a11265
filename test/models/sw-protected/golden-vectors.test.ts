import { VirtualMachine } from './virtual-machine.js';

/** One slot of 2M blocks. The vectors' blocks have four frames; here [0, 4) is [0, 512), the frames touched are the same. */
const BLOCK = 512;

interface Line {
  readonly event: string;
  readonly run: (vm: VirtualMachine) => string[];
  readonly answers: string[];
  readonly faults: number;
  readonly zapped: number;
}

const LINES: readonly Line[] = [
  { event: 'g1 S W', run: (vm) => [vm.touch(1, 1)], answers: ['ok shared 2M'], faults: 1, zapped: 0 },
  { event: 'SET [0,4) priv', run: (vm) => [vm.toPrivate(0, BLOCK)], answers: ['ok'], faults: 0, zapped: 1 },
  {
    event: 'g1 P W, then g2 P R',
    run: (vm) => [vm.touch(1, 1, 0, 0, true), vm.touch(2, 0, 0, 0, true)],
    answers: ['ok private 4K', 'ok private 4K'],
    faults: 2,
    zapped: 0,
  },
  { event: 'SET [1,2) shared', run: (vm) => [vm.toShared(1, 1)], answers: ['ok'], faults: 0, zapped: 1 },
  { event: 'g1 S R', run: (vm) => [vm.touch(1)], answers: ['ok shared 4K'], faults: 1, zapped: 0 },
  { event: 'g2 P R', run: (vm) => [vm.touch(2, 0, 0, 0, true)], answers: ['ok private 4K'], faults: 0, zapped: 0 },
  { event: 'SET [1,2) priv', run: (vm) => [vm.toPrivate(1, 1)], answers: ['ok'], faults: 0, zapped: 1 },
  { event: 'g1 P R', run: (vm) => [vm.touch(1, 0, 0, 0, true)], answers: ['ok private 4K'], faults: 1, zapped: 0 },
  { event: 'SET [0,4) priv again', run: (vm) => [vm.toPrivate(0, BLOCK)], answers: ['ok'], faults: 0, zapped: 0 },
  { event: 'g1 P R again', run: (vm) => [vm.touch(1, 0, 0, 0, true)], answers: ['ok private 4K'], faults: 0, zapped: 0 },
  {
    event: 'punch [1,2)',
    run: (vm) => [vm.model.punchHole(1, 1) > 0 ? 'ok' : ''],
    answers: ['ok'],
    faults: 0,
    zapped: 1,
  },
  { event: 'g1 P R after the punch', run: (vm) => [vm.touch(1, 0, 0, 0, true)], answers: ['ok private 4K'], faults: 1, zapped: 0 },
];

describe.each(['sw-protected/6.8', 'sw-protected/6.8+head-tail'])('Of %s, the golden vector', (name) => {
  const vm = new VirtualMachine(name);

  test.each(LINES)('$event takes $faults faults and zaps $zapped leaves', ({ run, answers, faults, zapped }) => {
    const before = vm.model.counters();
    expect(run(vm)).toEqual(answers);
    const after = vm.model.counters();
    expect([after.faults! - before.faults!, after.zappedLeaves! - before.zappedLeaves!]).toEqual([faults, zapped]);
    expect(vm.broken()).toEqual([]);
  });

  test('has cost in parts what was traced by hand', () => {
    expect(vm.model.counters()).toEqual({
      ...{ faults: 6, zaps: 0, zappedLeaves: 4, tlbFlushes: 4, memoryFaults: 0, retries: 0 },
      ...{ zapCalls: 4, invalidations: 4, spuriousFaults: 0, memoryFaultsPrivate: 0, memoryFaultsShared: 0 },
      ...{ pagesAllocated: 3, pagesFreed: 1, pagesZeroed: 3, attributeStores: BLOCK + 2, attributeNoops: 1 },
    });
  });
});
