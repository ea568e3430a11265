/** What the host does meanwhile, what is left of paused operations, and the rules of the format for a TD. */
import { DEVICE, RAM } from '../../../models/contract/machine.js';
import {
  EXECUTE,
  PAUSE_CHECK,
  PAUSE_FAULT,
  PAUSE_INVALIDATE_BEGIN,
  PAUSE_LOOKUP,
  PAUSE_STORE,
  WRITE,
} from '../../../models/contract/operation.js';
import { H, region, Td } from './td.js';

const PLAIN = ['tdx/6.16', 'tdx/rfc'];

describe.each(PLAIN)('%s: an access', (profile) => {
  test('to a frame without memslot is MMIO, a private one exits', () => {
    const td = new Td(profile);
    expect([td.shared(9 * H), td.private(9 * H)]).toEqual(['mmio', 'memory-fault private']);
  });
  test('of the private kind to a memslot without guest_memfd exits, whatever the attribute', () => {
    const td = new Td(profile, { regions: [region(0, 8, 1, DEVICE)] });
    td.convert(0, 8, 'private');
    expect([td.private(1), td.rule]).toEqual(['memory-fault private', 'private-without-memfd']);
  });
  test('is counted by its kind when it exits', () => {
    const td = new Td(profile);
    td.private(1);
    expect([td.since('exitFaultPrivate'), td.since('exitFaultShared')]).toEqual([1, 0]);
  });
  test('that fetches from shared memory is not applicable, from private memory it is', () => {
    const td = new Td(profile);
    td.convert(1, 2, 'private');
    td.private(1);
    expect([td.shared(5, { kind: EXECUTE }), td.private(1, { kind: EXECUTE })]).toEqual(['n/a', 'ok 4K WB private']);
  });
  test('stops where it is told to, once, and goes on from there', () => {
    for (const pauseAfter of [PAUSE_FAULT, PAUSE_CHECK, PAUSE_LOOKUP] as const) {
      const td = new Td(profile);
      td.convert(1, 2, 'private');
      expect([td.private(1, { pauseAfter }), td.resume(), td.resume()]).toEqual(['paused', 'not-validated', 'ok']);
      expect(td.since('fault')).toBe(1);
    }
  });
  test('that does not fault does not stop', () => {
    const td = new Td(profile);
    td.shared(1);
    expect(td.shared(2, { pauseAfter: PAUSE_FAULT })).toBe('ok 2M WB shared');
  });
  test('that exits before its point does not stop', () => {
    expect(new Td(profile).private(1, { pauseAfter: PAUSE_CHECK })).toBe('memory-fault private');
  });
  test('retries when any invalidation ended since its snapshot, not when it ended before', () => {
    const after = new Td(profile);
    after.shared(1, { pauseAfter: PAUSE_CHECK });
    after.zap(3 * H, 3 * H + 1);
    expect([after.resume(), after.rule]).toEqual(['retry', 'invalidation-since-snapshot']);
    const before = new Td(profile);
    before.shared(1, { pauseAfter: PAUSE_FAULT });
    before.zap(3 * H, 3 * H + 1);
    expect(before.resume()).toBe('ok 2M WB shared');
  });
  test('of a vCPU completes the one that it has paused, unobserved', () => {
    const td = new Td(profile);
    td.shared(1, { pauseAfter: PAUSE_LOOKUP });
    expect([td.seen(td.model.writeMsr(0, 0x2ff, 0, 0)), td.resume(), td.since('fault')]).toEqual(['ok', 'ok', 1]);
    expect(td.model.state()).toHaveProperty('gfn 0x0');
  });
  test('of one vCPU serves another, through the leaf', () => {
    const td = new Td(profile);
    td.shared(1);
    expect([td.shared(2, { vcpu: 1, kind: WRITE }), td.since('fault')]).toEqual(['ok 2M WB shared', 1]);
  });
});

test('6.16 compares the attribute before it looks for a memslot, the RFC after', () => {
  const seen = PLAIN.map((profile) => {
    const td = new Td(profile);
    td.convert(9 * H, 9 * H + 1, 'private');
    return td.shared(9 * H);
  });
  expect(seen).toEqual(['memory-fault shared', 'mmio']);
});

test('6.16 asks for an invalidation before it allocates a page, the RFC only after', () => {
  const allocated = PLAIN.map((profile) => {
    const td = new Td(profile);
    td.convert(1, 2, 'private', PAUSE_STORE);
    expect(td.private(1)).toBe('retry');
    return td.since('alloc');
  });
  expect(allocated).toEqual([0, 1]);
});

describe('conversions', () => {
  test('without a memslot, 6.16 begins no invalidation and the RFC does', () => {
    const ended = PLAIN.map((profile) => {
      const td = new Td(profile);
      td.convert(9 * H, 9 * H + 1, 'private');
      return td.since('invalidations');
    });
    expect(ended).toEqual([0, 1]);
  });
  test('each memslot of the range is one zap', () => {
    const td = new Td('tdx/6.16', { regions: [region(0, 8, 1), region(8, 8, 1), region(32, 8, 1)] });
    td.convert(4, 16, 'private');
    expect([td.since('zapCall'), td.since('invalidations')]).toEqual([2, 1]);
  });
  test('6.16 zaps leaves of the opposite type only', () => {
    const td = new Td('tdx/6.16');
    td.convert(1, 2, 'private');
    td.acknowledged(1);
    td.shared(2);
    td.mark();
    td.convert(0, H, 'private');
    expect([td.since('zapLeaf'), td.private(1)]).toEqual([1, 'ok 4K WB private']);
  });
  test('a second one completes the first; accesses, punches and zaps run meanwhile', () => {
    const td = new Td('tdx/6.16');
    td.convert(0, 2, 'private', PAUSE_INVALIDATE_BEGIN);
    td.punch(0, 8);
    td.zap(0, 8);
    expect(td.private(1)).toBe('memory-fault private');
    td.convert(5, 6, 'private', PAUSE_STORE);
    expect(td.private(1)).toBe('not-validated');
    expect(td.resumeConversion()).toBe('ok');
    expect(td.private(5)).toBe('not-validated');
    expect([...td.broken]).toEqual([]);
  });
  test('one that returns early does not stop', () => {
    const td = new Td('tdx/6.16');
    td.convert(0, 8, 'shared', PAUSE_INVALIDATE_BEGIN);
    expect([td.resumeConversion(), td.rule]).toEqual(['ok', 'nothing-paused']);
  });
  test('the interval of an invalidation grows until nothing is in progress', () => {
    const td = new Td('tdx/6.16', { regions: [region(0, 8 * H, 1)] });
    td.convert(6 * H, 6 * H + H, 'private', PAUSE_INVALIDATE_BEGIN);
    td.zap(0, 1);
    // A false positive between the two ranges is intended.
    expect([td.shared(3 * H), td.shared(7 * H)]).toEqual(['retry', 'ok 4K WB shared']);
  });
  test('a region becomes huge again when it is uniform: the page table is replaced and the range flushed', () => {
    const td = new Td('tdx/6.16');
    td.convert(1, 2, 'private');
    td.shared(5);
    td.convert(1, 2, 'shared');
    td.mark();
    expect([td.shared(1), td.since('tlbFlush'), td.since('zapLeaf')]).toEqual(['ok 2M WB shared', 1, 0]);
    td.zap(0, H);
    td.mark();
    expect([td.shared(1), td.since('tlbFlush')]).toEqual(['ok 2M WB shared', 0]);
    expect([...td.broken]).toEqual([]);
  });
});

describe('pages of guest_memfd', () => {
  test('a punch takes a page from under its S-EPT leaf and refaults as another one', () => {
    const td = new Td('tdx/6.16');
    td.convert(0, 8, 'private');
    td.acknowledged(1);
    td.punch(1, 2);
    expect([td.since('free'), td.private(1), td.since('alloc')]).toEqual([1, 'not-validated', 2]);
  });
  test('a punch leaves shared leaves alone', () => {
    const td = new Td('tdx/6.16');
    td.shared(1);
    td.punch(0, H);
    expect([td.since('zapLeaf'), td.since('tlbFlush'), td.shared(1), td.since('fault')]).toEqual([0, 0, 'ok 2M WB shared', 1]);
  });
  test('a punch ends before its last frame, however many pages there are', () => {
    const td = new Td('tdx/6.16');
    td.convert(0, 2 * H, 'private');
    td.acknowledged(H - 1);
    td.acknowledged(H);
    // Only the file holds it from here on.
    td.convert(H, H + 1, 'shared');
    td.punch(0, H);
    expect([td.since('free'), td.private(H - 1)]).toEqual([1, 'not-validated']);
  });
  test('a page that a fault holds is freed when the fault retries', () => {
    const td = new Td('tdx/6.16');
    td.convert(0, 8, 'private');
    td.private(1, { pauseAfter: PAUSE_LOOKUP });
    td.punch(1, 2);
    const before = td.since('free');
    expect([before, td.resume(), td.since('free')]).toEqual([0, 'retry', 1]);
  });
  test('a punch without pages is an invalidation all the same; outside RAM it is nothing', () => {
    const td = new Td('tdx/6.16', { regions: [region(0, 8, 1), region(8, 8, 1, DEVICE)] });
    td.punch(8, 20);
    const outside = td.since('invalidations');
    td.punch(0, 20);
    expect([outside, td.since('invalidations')]).toEqual([0, 1]);
  });
});

describe('invalidations by the host', () => {
  test('6.16 leaves private pages alone', () => {
    const td = new Td('tdx/6.16');
    td.convert(1, 2, 'private');
    td.acknowledged(1);
    td.shared(2);
    td.zap(0, H);
    expect([td.since('zapLeaf'), td.private(1)]).toEqual([1, 'ok 4K WB private']);
  });
  test('the RFC leaves open whether a private page survives; after an accepted touch it is there either way', () => {
    const td = new Td('tdx/rfc');
    td.convert(1, 3, 'private');
    td.acknowledged(1);
    expect([td.zap(0, H), td.rule]).toEqual(['ok', 'host-zap-open']);
    expect([td.private(1, { ack: false }), td.private(1), td.private(1)]).toEqual(['undefined', 'undefined', 'ok 4K WB private']);
  });
  test('it stays open while an invalidation of the frame is in progress', () => {
    const td = new Td('tdx/rfc');
    td.convert(1, 2, 'private');
    td.acknowledged(1);
    td.zap(0, H);
    td.convert(1, 2, 'shared', PAUSE_INVALIDATE_BEGIN);
    expect([td.private(1), td.private(1)]).toEqual(['undefined', 'undefined']);
    td.resumeConversion();
    expect(td.private(1)).toBe('memory-fault private');
  });
  test('without a memslot in the range nothing is invalidated', () => {
    const td = new Td('tdx/6.16');
    td.zap(9 * H, 10 * H);
    expect(td.since('invalidations')).toBe(0);
  });
});

describe('memslots and migration', () => {
  test('a new backing takes leaves and pages of its range, keeps attributes, and is no invalidation', () => {
    const td = new Td('tdx/6.16');
    td.convert(0, 8, 'private');
    td.acknowledged(1);
    td.acknowledged(6);
    td.mark();
    td.back(0, 4);
    expect([td.since('zapLeaf'), td.since('free'), td.since('invalidations')]).toEqual([1, 1, 0]);
    expect([td.private(1), td.private(6)]).toEqual(['not-validated', 'ok 4K WB private']);
  });
  test('what remains of a memslot around it is memslots of their own, without huge leaves across', () => {
    const td = new Td('tdx/6.16');
    td.back(H + 5, H + 6, DEVICE, 1);
    expect([H + 4, H + 5, H + 6, 2 * H].map((gfn) => td.shared(gfn))).toEqual([
      'ok 4K WB shared',
      'ok 4K UC shared',
      'ok 4K WB shared',
      'ok 2M WB shared',
    ]);
    expect(td.private(H + 5)).toBe('memory-fault private');
  });
  test('attributes set before there was a memslot count for its mixed regions', () => {
    const td = new Td('tdx/6.16');
    td.convert(9 * H + 1, 9 * H + 2, 'private');
    td.back(9 * H, 11 * H);
    expect([td.shared(9 * H), td.shared(10 * H), td.private(9 * H + 1)]).toEqual([
      'ok 4K WB shared',
      'ok 2M WB shared',
      'not-validated',
    ]);
  });
  test('it waits for running faults and for the conversion', () => {
    const td = new Td('tdx/6.16');
    td.shared(1, { vcpu: 1, pauseAfter: PAUSE_LOOKUP });
    td.convert(3 * H, 3 * H + 1, 'private', PAUSE_STORE);
    td.back(0, 8, RAM, 1);
    expect([td.resume(1), td.since('retry'), td.shared(3 * H)]).toEqual(['ok', 1, 'memory-fault shared']);
  });
  test('migration waits for running faults', () => {
    const td = new Td('tdx/6.16');
    td.convert(0, 8, 'private');
    td.private(1, { pauseAfter: PAUSE_LOOKUP });
    td.model.saveRestore();
    expect([td.resume(), td.rule, td.since('accept')]).toEqual(['ok', 'nothing-paused', 1]);
  });
  test('a migrated VM has its registers and regions; attributes and private pages are gone', () => {
    const td = new Td('tdx/6.16');
    td.model.writeMsr(0, 0x2ff, 0, 0xc06);
    td.convert(0, 8, 'private');
    td.acknowledged(1);
    td.back(3 * H, 3 * H + 1, DEVICE, 1);
    expect(td.seen(td.model.saveRestore())).toBe('ok');
    expect([td.private(1), td.shared(1), td.shared(3 * H)]).toEqual(['memory-fault private', 'ok 2M WB shared', 'ok 4K UC shared']);
    expect(td.model.state()).toMatchObject({ 'vcpu0 MTRRdefType': '0xc06' });
  });
});

describe('rules of the format', () => {
  test('a machine without private memory has no operation of it', () => {
    const td = new Td('tdx/6.16', { privateMemory: false });
    expect([td.private(1), td.convert(0, 1, 'private'), td.resumeConversion(), td.resume(), td.punch(0, 1)]).toEqual(
      Array(5).fill('n/a'),
    );
    expect([td.shared(1, { pauseAfter: PAUSE_FAULT }), td.rule]).toEqual(['ok 2M WB', 'guest-pat-honoured']);
  });
  test('KVM has no pins and no I/O capabilities', () => {
    const td = new Td('tdx/6.16');
    expect([td.seen(td.model.pinCacheattr(0, 1, 6)), td.seen(td.model.setIoResources(true))]).toEqual(['n/a', 'n/a']);
  });
  test('three devices of a kind at most, and none to detach of what is not there', () => {
    const td = new Td('tdx/6.16', { noncoherentDevices: 2 });
    const { model } = td;
    expect(
      [
        model.attachDevice(false),
        model.attachDevice(false),
        model.attachDevice(true),
        model.detachDevice(true),
        model.detachDevice(true),
      ].map((observation) => td.seen(observation)),
    ).toEqual(['ok', 'error', 'ok', 'ok', 'error']);
  });
});
