/** Rules of private memory outside the races: modes, slots, pauses, other host operations, what is lost and kept. */
import type { Machine } from '../../../models/contract/machine.js';
import type { Switches } from '../../../models/sev-snp/switches.js';
import { DESIGN_NAMES, DESIGNS, Guest, machine, region, ruleId, words } from './guest.js';

const guestOn = (regions: Machine['regions'], switches: Switches = DESIGNS['6.11']): Guest => new Guest(switches, {}, { regions });

describe('A machine without private memory', () => {
  const ordinary = (): Guest => new Guest(DESIGNS['6.11'], {}, { privateMemory: false });

  test('answers n/a to what needs it, and changes nothing', () => {
    const guest = ordinary();
    const answers = [guest.set(0, 1, 'P'), guest.finish(), guest.punch(0, 1), guest.resume(), guest.access(1, 'P')];
    expect(answers).toEqual(['n/a', 'n/a', 'n/a', 'n/a', 'n/a']);
    expect(guest.counters).toEqual({ faults: 0, zaps: 0, zappedLeaves: 0, tlbFlushes: 0 });
  });

  test('does not name pages, ignores pauses, and fetches instructions as it reads', () => {
    const guest = ordinary();
    expect(guest.access(1, 'S', 'X', { pauseAfter: 'fault' })).toBe('ok 2M');
    expect(guest.broken).toEqual([]);
  });

  test('is emulated where it has no region', () => expect(ordinary().access(16, 'S')).toBe('mmio'));
});

describe('The mode of an access', () => {
  test('an instruction fetch is private whatever the C-bit', () => {
    const guest = new Guest(DESIGNS['6.11']);
    expect(guest.access(1, 'S', 'X')).toBe('memory-fault private');
    guest.set(1, 2, 'P');
    expect([guest.access(1, 'S', 'X'), guest.access(1, 'S', 'X')]).toEqual(['not-validated', 'ok private 4K']);
  });

  test('a guest that does not validate is told so again and again', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.set(1, 2, 'P');
    const answers = [guest.access(1, 'P', 'R', { ack: false }), guest.access(1, 'P', 'R', { ack: false }), guest.access(1, 'P')];
    expect(answers).toEqual(['not-validated', 'not-validated', 'not-validated']);
    expect(guest.access(1, 'P', 'R', { ack: false })).toBe('ok private 4K');
  });

  test('a shared read of ciphertext does not let a write through the TLB', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.set(1, 2, 'P');
    guest.access(1, 'P');
    expect([guest.access(1, 'S'), guest.access(1, 'S'), guest.access(1, 'S', 'W')]).toEqual([
      'ciphertext',
      'ciphertext',
      'memory-fault shared',
    ]);
  });
});

describe('Slots', () => {
  test('without guest_memfd send private accesses to userspace, whatever the attribute', () => {
    for (const backing of [1, 3, 6, 7] as const) {
      const guest = guestOn([region(0, 16, 1, { backing })]);
      const before = guest.access(1, 'P');
      guest.set(0, 16, 'P');
      expect([before, guest.access(1, 'P'), guest.access(1, 'S')]).toEqual([
        'memory-fault private',
        'memory-fault private',
        'memory-fault shared',
      ]);
      expect(guest.broken).toEqual([]);
    }
  });

  test('where there is none the attribute comes first as merged, the slot first in the RFC', () => {
    const attempt = (switches: Switches): string[] => {
      const guest = guestOn([region(0, 8)], switches);
      guest.set(8, 9, 'P');
      return [guest.access(8, 'S'), guest.access(9, 'S'), guest.access(8, 'P'), guest.access(9, 'P')];
    };
    const priv = 'memory-fault private';
    expect(attempt(DESIGNS['6.11'])).toEqual(['memory-fault shared', 'mmio', priv, priv]);
    expect(attempt(DESIGNS['rfc-v8'])).toEqual(['mmio', 'mmio', priv, priv]);
  });

  test('that cannot be private are skipped by the update of the RMP, the others of the range are not', () => {
    const guest = guestOn([region(0, 4), region(4, 4, 1, { backing: 3 }), region(8, 4)], DESIGNS['rfc-v8']);
    guest.set(0, 12, 'P');
    expect(guest.counters.rmpUpdates).toBe(8);
  });

  test('a conversion outside of all slots ends no invalidation as merged', () => {
    const sequence = (switches: Switches): unknown => {
      const guest = guestOn([region(0, 8)], switches);
      guest.set(8, 12, 'P');
      return guest.model.counters().invalidations;
    };
    expect([sequence(DESIGNS['6.11']), sequence(DESIGNS['rfc-v8'])]).toEqual([0, 1]);
  });
});

describe('The level of a shared mapping', () => {
  test('is 4K where the block is mixed, and 2M again when it is not', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.set(1, 2, 'P');
    expect([guest.access(0, 'S'), guest.access(4, 'S')]).toEqual(['ok shared 4K', 'ok shared 2M']);
    guest.set(1, 2, 'S');
    expect(guest.access(1, 'S')).toBe('ok shared 2M');
    expect(guest.access(0, 'S')).toBe('ok shared 2M');
    // The page table with the leaf of frame 0 was replaced, and its range flushed: neither counts as zapped.
    expect(guest.counters).toMatchObject({ faults: 3, zappedLeaves: 0, tlbFlushes: 1 });
  });

  test('of 1G needs all of it to be of one attribute', () => {
    const guest = guestOn([region(0, 32, 3)]);
    guest.set(1, 2, 'P');
    expect([guest.access(4, 'S'), guest.access(16, 'S')]).toEqual(['ok shared 2M', 'ok shared 1G']);
  });
});

describe('A paused access', () => {
  test.each(['fault', 'check', 'lookup'] as const)('after %s goes on as if nothing had been', (pauseAfter) => {
    const guest = new Guest(DESIGNS['6.11']);
    expect(guest.access(1, 'S', 'R', { pauseAfter })).toBe('paused');
    expect([guest.resume(), guest.resume()]).toEqual(['ok shared 2M', 'ok']);
    expect(guest.counters.faults).toBe(1);
  });

  test('does not stop if it does not get there', () => {
    const guest = new Guest(DESIGNS['6.11']);
    expect(guest.access(1, 'P', 'R', { pauseAfter: 'check' })).toBe('memory-fault private');
    guest.access(1, 'S');
    expect(guest.access(1, 'S', 'R', { pauseAfter: 'fault' })).toBe('ok shared 2M');
  });

  test('is completed by the next operation of its vCPU, unobserved', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.access(1, 'S', 'R', { vcpu: 1, pauseAfter: 'lookup' });
    guest.access(5, 'S', 'R', { vcpu: 0 });
    expect(Object.keys(guest.model.state()).filter((key) => key.startsWith('gfn '))).toEqual(['gfn 0x4']);
    guest.model.writeMsr(1, 0x2ff, 0, 0xc06);
    expect(Object.keys(guest.model.state()).filter((key) => key.startsWith('gfn '))).toEqual(['gfn 0x0', 'gfn 0x4']);
    expect(guest.resume(1)).toBe('ok');
  });

  test('breaks the host in the step that completes it', () => {
    const guest = new Guest(DESIGNS['6.11'], { noInvalidation: true });
    guest.set(1, 2, 'P');
    guest.access(1, 'P', 'R', { vcpu: 1, pauseAfter: 'lookup' });
    guest.set(1, 2, 'S');
    guest.access(1, 'S');
    expect(words(guest.model.invlpg(1, 0))).toBe('host-fatal');
  });

  test('compares the attribute before it stops after check, so that a later conversion makes it retry', () => {
    const attempt = (pauseAfter: 'fault' | 'check'): string => {
      const guest = new Guest(DESIGNS['6.11']);
      guest.access(1, 'S', 'R', { vcpu: 1, pauseAfter });
      guest.set(1, 2, 'P');
      return guest.resume(1);
    };
    expect([attempt('fault'), attempt('check')]).toEqual(['memory-fault shared', 'retry']);
  });

  test('is made stale by any invalidation that ends, also of other frames', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.access(1, 'S', 'R', { vcpu: 1, pauseAfter: 'lookup' });
    guest.zap(9, 10);
    expect(guest.resume(1)).toBe('retry');
    expect(guest.counters.retries).toBe(1);
  });

  test('does not see a slot that came after it began', () => {
    const guest = guestOn([region(0, 8)]);
    expect(guest.access(8, 'S', 'R', { vcpu: 1, pauseAfter: 'check' })).toBe('paused');
    guest.set(8, 9, 'P');
    guest.model.setBacking(8, 4, 0, 1, 6);
    expect([guest.resume(1), guest.access(8, 'P')]).toEqual(['mmio', 'not-validated']);
  });

  test('takes a page before it retries only behind its look-up', () => {
    const updates = (pauseAfter: 'check' | 'lookup'): number => {
      const guest = new Guest(DESIGNS['6.11']);
      guest.set(1, 2, 'P');
      guest.access(1, 'P', 'R', { vcpu: 1, pauseAfter });
      guest.zap(9, 10);
      guest.resume(1);
      return guest.counters.rmpUpdates;
    };
    expect([updates('check'), updates('lookup')]).toEqual([0, 1]);
  });

  test('keeps a punched page until it ends, and two that hold it until the second ends', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.set(1, 2, 'P');
    for (const vcpu of [1, 2]) guest.access(1, 'P', 'R', { vcpu, pauseAfter: 'lookup' });
    guest.punch(1, 2);
    const counts = [guest.counters.rmpUpdates];
    for (const vcpu of [1, 2]) {
      expect(guest.resume(vcpu)).toBe('retry');
      counts.push(guest.counters.rmpUpdates);
    }
    expect(counts).toEqual([1, 1, 2]);
    expect(guest.broken).toEqual([]);
  });

  test('is the last to hold a page that the hooks let go', () => {
    const guest = new Guest(DESIGNS['pre-post']);
    guest.set(1, 2, 'P', 'store');
    guest.access(1, 'P', 'R', { vcpu: 1, pauseAfter: 'lookup' });
    guest.punch(1, 2);
    guest.finish();
    expect(guest.counters.rmpUpdates).toBe(1);
    expect([guest.resume(1), guest.counters.rmpUpdates]).toEqual(['retry', 2]);
  });

  test('splits a huge leaf that it finds where only 4K is allowed by now', () => {
    const guest = new Guest(DESIGNS['6.11'], { noInvalidation: true });
    guest.access(2, 'S', 'R', { vcpu: 1, pauseAfter: 'lookup' });
    guest.set(1, 2, 'P', 'store');
    expect(guest.access(2, 'S')).toBe('ok shared 2M');
    guest.finish();
    expect(guest.resume(1)).toBe('ok shared 4K');
    expect(guest.access(0, 'S')).toBe('ok shared 4K');
    expect(guest.counters.zappedLeaves).toBe(0);
  });

  test('keeps a page that the hooks of a conversion held too', () => {
    const guest = new Guest(DESIGNS['pre-post']);
    guest.set(1, 2, 'P', 'store');
    guest.access(1, 'P', 'R', { vcpu: 1, pauseAfter: 'check' });
    expect(guest.resume(1)).toBe('retry');
    guest.finish();
    guest.access(1, 'P', 'R', { vcpu: 1, pauseAfter: 'lookup' });
    guest.set(1, 2, 'S', 'store');
    guest.punch(1, 2);
    guest.finish();
    // Assigned by the first conversion, released by the second: nothing is left for the last holder.
    expect(guest.counters.rmpUpdates).toBe(2);
    expect([guest.resume(1), guest.counters.rmpUpdates]).toEqual(['retry', 2]);
  });
});

describe('A paused conversion', () => {
  test('lets accesses, punches and zaps run, and is completed by any other host operation', () => {
    const inFlight = (guest: Guest): boolean => 'conversion' in guest.model.state();
    const paused = (): Guest => {
      const guest = new Guest(DESIGNS['6.11']);
      guest.set(1, 2, 'P', 'store');
      return guest;
    };
    const meanwhile = [
      (g: Guest) => g.access(1, 'S'),
      (g: Guest) => g.punch(1, 2),
      (g: Guest) => g.zap(0, 4),
      (g: Guest) => words(g.model.writeMsr(0, 0x2ff, 0, 0)),
      (g: Guest) => words(g.model.pinCacheattr(0, 1, 0)),
    ];
    for (const run of meanwhile) {
      const guest = paused();
      run(guest);
      expect(inFlight(guest)).toBe(true);
    }
    const completing = [
      (g: Guest) => g.set(8, 9, 'P'),
      (g: Guest) => words(g.model.attachDevice(false)),
      (g: Guest) => words(g.model.setBacking(8, 1, 0, 1, 6)),
      (g: Guest) => words(g.model.saveRestore()),
      (g: Guest) => g.finish(),
    ];
    for (const run of completing) {
      const guest = paused();
      run(guest);
      expect(inFlight(guest)).toBe(false);
    }
  });

  test('does not stop when there is nothing to do as merged', () => {
    const guest = new Guest(DESIGNS['6.11']);
    expect([guest.set(1, 2, 'S', 'store'), guest.finish()]).toEqual(['ok', 'ok']);
    expect(guest.counters.tlbFlushes).toBe(0);
    expect(guest.broken).toEqual([]);
    const stopped = new Guest(DESIGNS['rfc-v8']);
    stopped.set(1, 2, 'S', 'store');
    expect(stopped.model.state()).toHaveProperty('conversion', { gfn: '0x1', pages: 1, to: 'shared', after: 'store' });
  });

  test('leaves neighbours alone: only the frames of the range retry', () => {
    const guest = guestOn([region(0, 16, 1)]);
    guest.set(4, 6, 'P', 'store');
    expect([3, 4, 5, 6].map((gfn) => guest.access(gfn, 'P'))).toEqual([
      'memory-fault private',
      'retry',
      'retry',
      'memory-fault private',
    ]);
  });

  test('with a zap in it covers the hull of both ranges', () => {
    const guest = guestOn([region(0, 16, 1)]);
    guest.set(4, 5, 'P', 'invalidate-begin');
    expect(guest.access(7, 'S')).toBe('ok shared 4K');
    guest.zap(9, 10);
    expect([6, 7, 9, 10].map((gfn) => guest.access(gfn, 'S'))).toEqual(['retry', 'ok shared 4K', 'retry', 'ok shared 4K']);
  });

  test('keeps the mixed flags of before until it ends', () => {
    const guest = new Guest(DESIGNS['rfc-v8']);
    guest.set(1, 2, 'P');
    guest.set(1, 2, 'S', 'store');
    expect(guest.access(2, 'S')).toBe('ok shared 4K');
    guest.finish();
    expect(guest.access(3, 'S')).toBe('ok shared 2M');
  });
});

describe('What is kept and what is lost', () => {
  test.each(DESIGN_NAMES)('sev-snp/%s: a page that was shared meanwhile is validated again or still', (name) => {
    const guest = new Guest(DESIGNS[name]);
    guest.set(1, 2, 'P');
    guest.access(1, 'P');
    guest.set(1, 2, 'S');
    guest.set(1, 2, 'P');
    expect(guest.access(1, 'P')).toBe(name === 'deferred' || name === '6.11' ? 'ok private 4K' : 'not-validated');
  });

  test('a migration leaves every frame shared and keeps the registers and devices', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.set(1, 2, 'P');
    guest.access(1, 'P');
    guest.model.writeMsr(0, 0x2ff, 0, 0xc06);
    guest.model.attachDevice(true);
    const answer = guest.model.saveRestore();
    expect([words(answer), ruleId(answer)]).toEqual(['ok', 'sev-snp.private-memory-is-not-migrated']);
    expect(guest.access(1, 'P')).toBe('memory-fault private');
    guest.model.readMsr(0, 0x2ff);
    expect(guest.model.valueLo).toBe(0xc06);
    expect(words(guest.model.detachDevice(true))).toBe('ok');
  });

  test('a migration first completes the accesses that are paused', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.access(1, 'S', 'R', { vcpu: 3, pauseAfter: 'fault' });
    guest.set(1, 2, 'P');
    guest.model.saveRestore();
    expect(guest.counters.memoryFaults).toBe(1);
    expect(guest.resume(3)).toBe('ok');
  });

  test('the direct map has a page back after its frame became shared, but never lost it as merged', () => {
    const pageIs = (switches: Switches): unknown[] => {
      const guest = new Guest(switches);
      const states: unknown[] = [];
      for (const kind of ['P', 'S'] as const) {
        guest.set(1, 2, kind);
        guest.access(1, 'P');
        states.push((guest.model.state()['gfns 0x1 to 0x1'] as { is?: string[] } | undefined)?.is);
      }
      return states;
    };
    const unmapped = ['page', 'assigned', 'validated', 'direct-map-absent'];
    for (const name of ['rfc-v8', 'in-lock', 'pre-post'] as const) {
      expect([name, ...pageIs(DESIGNS[name])]).toEqual([name, unmapped, ['page']]);
    }
    expect(pageIs(DESIGNS.deferred)).toEqual([unmapped, unmapped]);
    const split = ['page', 'prepared', 'assigned', 'validated', 'direct-map-split'];
    expect(pageIs(DESIGNS['6.11'])).toEqual([split, split]);
  });

  test('new backing has no private pages, and keeps the attributes', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.set(0, 4, 'P');
    for (const gfn of [1, 2]) guest.access(gfn, 'P');
    guest.model.setBacking(2, 2, 0, 1, 6);
    expect(guest.counters.rmpUpdates).toBe(3);
    expect([guest.access(1, 'P'), guest.access(2, 'P'), guest.access(3, 'S')]).toEqual([
      'ok private 4K',
      'not-validated',
      'memory-fault shared',
    ]);
  });

  test('new backing cuts the regions around it, so that their mappings shrink', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.access(0, 'S');
    guest.model.setBacking(2, 1, 3, 1, 0);
    expect([0, 2, 3, 4].map((gfn) => guest.access(gfn, 'S'))).toEqual([
      'ok shared 4K',
      'ok shared 4K',
      'ok shared 4K',
      'ok shared 2M',
    ]);
    guest.model.setBacking(0, 20, 0, 2, 6);
    expect([2, 17].map((gfn) => guest.access(gfn, 'S'))).toEqual(['ok shared 2M', 'ok shared 2M']);
  });

  test('a reused model remembers nothing', () => {
    const guest = new Guest(DESIGNS['rfc-v8']);
    const fresh = JSON.stringify(guest.model.state());
    const counters = JSON.stringify(guest.counters);
    guest.set(1, 3, 'P');
    guest.access(1, 'P');
    guest.access(5, 'S', 'R', { pauseAfter: 'lookup' });
    guest.set(1, 2, 'S', 'store');
    guest.model.attachDevice(false);
    guest.model.reset(machine());
    expect([JSON.stringify(guest.model.state()), JSON.stringify(guest.counters)]).toEqual([fresh, counters]);
    expect(words(guest.model.detachDevice(false))).toBe('error');
  });
});

describe('Devices', () => {
  test('are counted by kind, from those of the machine, at most three', () => {
    const guest = new Guest(DESIGNS['6.11'], {}, { noncoherentDevices: 2 });
    const { model } = guest;
    const attach = (coherent: boolean): string => ruleId(model.attachDevice(coherent));
    const detach = (coherent: boolean): string => ruleId(model.detachDevice(coherent));
    expect([detach(true), attach(false), attach(false), attach(true)]).toEqual([
      'sev-snp.no-such-device',
      'sev-snp.host-operation-done',
      'sev-snp.no-more-devices',
      'sev-snp.host-operation-done',
    ]);
    expect([detach(false), detach(false), detach(false), detach(false), detach(true)].map((id) => id.slice(8))).toEqual([
      'host-operation-done',
      'host-operation-done',
      'host-operation-done',
      'no-such-device',
      'host-operation-done',
    ]);
  });
});
