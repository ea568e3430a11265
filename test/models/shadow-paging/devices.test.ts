import { READ } from '../../../models/contract/operation.js';
import { rules } from '../../../models/shadow-paging/rules.js';
import { BOTH, errno, outcome, PAT, patWithEntry0, start, SVM, touch, VMX, writeMsr } from './bench.js';

test('on VMX the first non-coherent device to come and the last to go zap every leaf; those between and coherent ones do not', () => {
  const model = start(VMX);
  const zapsAfter = (change: () => number): number => {
    expect(outcome(change())).toBe('ok');
    return model.counters().zaps!;
  };
  touch(model, 0x10);
  touch(model, 0x11);
  expect(zapsAfter(() => model.attachDevice(true))).toBe(0);
  expect(zapsAfter(() => model.attachDevice(false))).toBe(1);
  expect(model.counters()).toEqual({ faults: 2, zaps: 1, zappedLeaves: 2, tlbFlushes: 1 });
  touch(model, 0x10);
  expect(zapsAfter(() => model.attachDevice(false))).toBe(1);
  expect(zapsAfter(() => model.detachDevice(false))).toBe(1);
  expect(zapsAfter(() => model.detachDevice(true))).toBe(1);
  expect(zapsAfter(() => model.detachDevice(false))).toBe(2);
  expect(model.counters()).toEqual({ faults: 3, zaps: 2, zappedLeaves: 3, tlbFlushes: 2 });
});

test('on VMX a zap counts also when there is no leaf, but then flushes nothing', () => {
  const model = start(VMX);
  model.attachDevice(false);
  expect(model.counters()).toEqual({ faults: 0, zaps: 1, zappedLeaves: 0, tlbFlushes: 0 });
});

test('on VMX a coherent device that goes while no non-coherent one is there does not zap', () => {
  const model = start(VMX);
  model.attachDevice(true);
  model.detachDevice(true);
  expect(model.counters().zaps).toBe(0);
});

test('on VMX the zap does not ask for the quirk that userspace tried to disable: without EPT it cannot', () => {
  const model = start(VMX, { quirkIgnoreGuestPat: false });
  model.attachDevice(false);
  expect(model.counters().zaps).toBe(1);
});

test('on SVM no device that comes or goes zaps', () => {
  const model = start(SVM);
  touch(model, 0x10);
  model.attachDevice(false);
  model.detachDevice(false);
  expect(model.counters()).toEqual({ faults: 1, zaps: 0, zappedLeaves: 0, tlbFlushes: 0 });
});

test.each(BOTH)('on %s neither MTRR nor PAT writes nor CR0.CD zap, with non-coherent DMA and without the CD quirk', (profile) => {
  const model = start(profile, { noncoherentDevices: 1, quirkCdNwCleared: false });
  touch(model, 0x10);
  writeMsr(model, 0, 0x2ff, 0xc06n);
  writeMsr(model, 0, PAT, patWithEntry0('UC'));
  model.writeCr0(0, true, true, false);
  model.writeCr0(0, true, false, false);
  expect(model.counters()).toEqual({ faults: 1, zaps: 0, zappedLeaves: 0, tlbFlushes: 0 });
});

describe.each(BOTH)('%s', (profile) => {
  test('refuses a fourth device of one kind and counts those the machine starts with', () => {
    const model = start(profile, { noncoherentDevices: 2 });
    expect([1, 2].map(() => outcome(model.attachDevice(false)))).toEqual(['ok', 'error']);
    expect(errno(model.attachDevice(false))).toBe('ENOSPC');
    expect([1, 2, 3, 4].map(() => outcome(model.attachDevice(true)))).toEqual(['ok', 'ok', 'ok', 'error']);
    expect(model.state()).toMatchObject({ devices: { coherent: 3, noncoherent: 3 } });
  });

  test('refuses to detach a kind of which none is attached', () => {
    const model = start(profile, { noncoherentDevices: 1 });
    expect(errno(model.detachDevice(true))).toBe('ENODEV');
    expect([1, 2].map(() => outcome(model.detachDevice(false)))).toEqual(['ok', 'error']);
    expect(model.state()).toMatchObject({ devices: { coherent: 0, noncoherent: 0 } });
  });

  test('has no private memory and nothing of Xen: such operations are n/a and change nothing', () => {
    const model = start(profile, { privateMemory: true });
    touch(model, 0x10);
    const before = [model.state(), model.counters()];
    const answers = [
      model.setIoResources(true),
      model.pinCacheattr(0x10, 1, 0),
      model.setAttributes(0x10, 1, true, 0),
      model.resumeAttributes(),
      model.resumeAccess(0),
      model.punchHole(0x10, 1),
      model.access(0, 0x20, READ, 0, 1, true, true, 0),
    ];
    expect(answers.map(outcome)).toEqual(Array(7).fill('n/a'));
    expect([model.state(), model.counters()]).toEqual(before);
  });
});

test.each([
  [VMX, false, 'zap noncoherent-start-or-stop'],
  [SVM, false, 'no-zap start-or-stop-without-quirk'],
  [VMX, true, 'none'],
])('on %s the decision on zapping at a device (coherent: %s) is told once: %s', (profile, coherent, expected) => {
  const model = start(profile);
  const told = () => {
    const rule = rules[model.takeZapRule!()];
    return rule === null ? 'none' : `${rule.kind} ${rule.id.replace('shadow-paging.', '')}`;
  };
  model.attachDevice(coherent);
  expect([told(), told()]).toEqual([expected, 'none']);
});
