/** The races in which a design or a variant goes wrong, each as the few steps that show it, and the invariant that notices. */
import { DESIGN_NAMES, type DesignName, DESIGNS, Guest } from './guest.js';

const withPrivate = (guest: Guest, gfn: number): Guest => {
  guest.set(gfn, gfn + 1, 'P');
  guest.access(gfn, 'P');
  guest.access(gfn, 'P');
  return guest;
};

describe('H1: an access before the hook of RFC v8 has updated the RMP', () => {
  test('maps the page, then faults on the RMP until the conversion returns', () => {
    const guest = new Guest(DESIGNS['rfc-v8']);
    guest.set(1, 2, 'P', 'invalidate-end');
    expect(guest.access(1, 'P', 'W')).toBe('rmp-loop');
    expect(guest.counters).toMatchObject({ faults: 2, rmpUpdates: 0 });
    expect([guest.access(1, 'P', 'W'), guest.access(1, 'P', 'R')]).toEqual(['rmp-loop', 'rmp-loop']);
    expect(guest.counters.faults).toBe(4);
    expect(guest.finish()).toBe('ok');
    expect([guest.access(1, 'P'), guest.access(1, 'P')]).toEqual(['not-validated', 'ok private 4K']);
    expect(guest.counters.faults).toBe(4);
  });

  test('does not happen where the RMP is updated with the zap, or at the fault', () => {
    for (const name of ['in-lock', 'pre-post', 'deferred', '6.11'] as const) {
      const guest = new Guest(DESIGNS[name]);
      guest.set(1, 2, 'P', 'invalidate-end');
      expect([name, guest.access(1, 'P', 'W')]).toEqual([name, 'not-validated']);
    }
  });
});

describe('H2: the vendor callback under mmu_lock', () => {
  test('changes the direct map there, which sleeps', () => {
    const guest = new Guest(DESIGNS['in-lock']);
    expect(guest.set(0, 2, 'P')).toBe('sleep-in-atomic');
    expect(guest.set(0, 2, 'S')).toBe('sleep-in-atomic');
  });

  test('does not when no private page of the range is assigned', () => {
    expect(new Guest(DESIGNS['in-lock']).set(0, 2, 'S')).toBe('ok');
  });

  test('is reported by the step that ran the end of the conversion', () => {
    const guest = new Guest(DESIGNS['in-lock']);
    expect(guest.set(0, 1, 'P', 'store')).toBe('ok');
    expect(guest.finish()).toBe('sleep-in-atomic');
    expect(guest.set(1, 2, 'P', 'invalidate-begin')).toBe('ok');
    expect(guest.set(8, 9, 'S')).toBe('sleep-in-atomic');
  });
});

describe('H3: without an announced invalidation', () => {
  test.each(DESIGN_NAMES)('sev-snp/%s lets a fault install what it looked up before the conversion', (name) => {
    const guest = new Guest(DESIGNS[name], { noInvalidation: true });
    expect(guest.access(1, 'S', 'W', { vcpu: 1, pauseAfter: 'lookup' })).toBe('paused');
    guest.set(0, 4, 'P');
    expect(guest.resume(1)).toBe('ok shared 2M');
    expect(guest.broken).toEqual(expect.arrayContaining(['I1', 'I12']));
  });

  test.each(DESIGN_NAMES)('and with it sev-snp/%s retries', (name) => {
    const guest = new Guest(DESIGNS[name]);
    guest.access(1, 'S', 'W', { vcpu: 1, pauseAfter: 'lookup' });
    guest.set(0, 4, 'P');
    expect(guest.resume(1)).toBe('retry');
    expect(guest.broken).toEqual([]);
  });

  test('a page that was punched meanwhile is mapped and then freed', () => {
    const guest = withPrivate(new Guest(DESIGNS['6.11'], { noInvalidation: true }), 1);
    guest.zap(1, 2);
    expect(guest.access(1, 'P', 'R', { pauseAfter: 'lookup' })).toBe('paused');
    guest.punch(1, 2);
    expect(guest.resume()).toBe('host-fatal');
  });
});

describe('H4: a conversion that flushes but does not zap', () => {
  test('leaves shared accesses on the old private page, whose RMP entry RFC v8 has cleared', () => {
    const guest = withPrivate(new Guest(DESIGNS['rfc-v8'], { skipZap: true }), 1);
    guest.set(1, 2, 'S');
    expect([guest.access(1, 'S', 'R'), guest.access(1, 'S', 'W')]).toEqual(['ok private 4K', 'ok private 4K']);
    expect(guest.broken).toEqual(expect.arrayContaining(['I1', 'I12']));
    expect(guest.counters.faults).toBe(1);
  });

  test('leaves them on the ciphertext of a page that is still assigned', () => {
    for (const name of ['deferred', '6.11'] as const) {
      const guest = withPrivate(new Guest(DESIGNS[name], { skipZap: true }), 1);
      guest.set(1, 2, 'S');
      expect([guest.access(1, 'S', 'R'), guest.access(1, 'S', 'W')]).toEqual(['ciphertext', 'rmp-loop']);
    }
  });

  test('to private: a write spins on the fast path, a read hits the check of the leaf', () => {
    for (const name of DESIGN_NAMES) {
      const shared = (): Guest => {
        const guest = new Guest(DESIGNS[name], { skipZap: true });
        guest.access(1, 'S', 'W');
        guest.set(1, 2, 'P');
        return guest;
      };
      expect([name, shared().access(1, 'P', 'W'), shared().access(1, 'P', 'R')]).toEqual([name, 'rmp-loop', 'host-fatal']);
    }
  });
});

describe('H5: an RMPUPDATE that fails on the second page', () => {
  test.each(['rfc-v8', 'in-lock', 'pre-post'] as const)('of sev-snp/%s leaves it and the rest unassigned for ever', (name) => {
    const guest = new Guest(DESIGNS[name], { secondUpdateFails: true });
    expect(guest.set(0, 3, 'P')).toBe(name === 'in-lock' ? 'sleep-in-atomic' : 'ok');
    expect(guest.counters.rmpUpdates).toBe(1);
    expect([0, 1, 2].map((gfn) => guest.access(gfn, 'P'))).toEqual(['not-validated', 'rmp-loop', 'rmp-loop']);
    expect(guest.broken).toContain('I5');
  });

  test('counts pages over the slots of the range', () => {
    const slots = [
      { gfn: 0, pages: 1, backing: 0, level: 1, hostMtrr: 6, hostPat: 6, specialOffset: 0, specialPages: 0 },
      { gfn: 1, pages: 3, backing: 0, level: 1, hostMtrr: 6, hostPat: 6, specialOffset: 0, specialPages: 0 },
    ] as const;
    for (const name of ['rfc-v8', 'in-lock', 'pre-post'] as const) {
      const guest = new Guest(DESIGNS[name], { secondUpdateFails: true }, { regions: slots });
      guest.set(0, 4, 'P');
      expect([name, guest.counters.rmpUpdates]).toEqual([name, 1]);
    }
  });

  test('stops at the slot in which it fails, and the next conversion starts anew', () => {
    const slots = [0, 4, 8].map(
      (gfn) => ({ gfn, pages: 4, backing: 0, level: 1, hostMtrr: 6, hostPat: 6, specialOffset: 0, specialPages: 0 }) as const,
    );
    for (const name of ['rfc-v8', 'in-lock', 'pre-post'] as const) {
      const guest = new Guest(DESIGNS[name], { secondUpdateFails: true }, { regions: slots });
      const updates = [0, 0].map(() => {
        guest.set(3, 12, 'P');
        return guest.counters.rmpUpdates;
      });
      expect([name, ...updates]).toEqual([name, 1, 2]);
      // The pre hook finds all pages; the other hooks do not come to those behind the failure.
      const untouched = { attribute: 'private', is: [] };
      if (name !== 'pre-post') expect(guest.model.state()['gfns 0x5 to 0xb']).toEqual(untouched);
      expect(guest.access(8, 'P')).toBe('rmp-loop');
    }
  });
});

describe('H6: a punch between the stores of a conversion to shared and the hook of RFC v8', () => {
  test('skips the page by its attribute and frees it while it is assigned', () => {
    for (const point of ['store', 'invalidate-end'] as const) {
      const guest = withPrivate(new Guest(DESIGNS['rfc-v8']), 1);
      guest.set(1, 2, 'S', point);
      expect(guest.punch(1, 2)).toBe('host-fatal');
    }
  });

  test('frees it only when a paused fault lets it go', () => {
    const guest = withPrivate(new Guest(DESIGNS['rfc-v8']), 1);
    guest.zap(1, 2);
    guest.access(1, 'P', 'R', { vcpu: 1, pauseAfter: 'lookup' });
    guest.set(1, 2, 'S', 'store');
    expect(guest.punch(1, 2)).toBe('ok');
    expect(guest.resume(1)).toBe('host-fatal');
  });

  test('is harmless before the stores, after the hook, and where the hook goes by the RMP', () => {
    const early = withPrivate(new Guest(DESIGNS['rfc-v8']), 1);
    early.set(1, 2, 'S', 'invalidate-begin');
    expect(early.punch(1, 2)).toBe('ok');
    const late = withPrivate(new Guest(DESIGNS['rfc-v8']), 1);
    late.set(1, 2, 'S');
    expect(late.punch(1, 2)).toBe('ok');
    for (const name of ['in-lock', 'deferred', 'pre-post', '6.11'] as const) {
      const guest = withPrivate(new Guest(DESIGNS[name]), 1);
      guest.set(1, 2, 'S', 'store');
      expect([name, guest.punch(1, 2)]).toEqual([name, 'ok']);
    }
  });
});

describe('H7: a private page that is punched and touched again', () => {
  const afterPunch = (name: DesignName): string[] => {
    const guest = withPrivate(new Guest(DESIGNS[name]), 1);
    guest.punch(1, 2);
    return [guest.access(1, 'P'), guest.access(1, 'P'), guest.broken.join()];
  };

  test.each(['rfc-v8', 'in-lock', 'pre-post'] as const)('is never assigned in sev-snp/%s', (name) =>
    expect(afterPunch(name)).toEqual(['rmp-loop', 'rmp-loop', 'I3,I5']),
  );

  test.each(['deferred', '6.11'] as const)('is assigned by the fault in sev-snp/%s', (name) =>
    expect(afterPunch(name)).toEqual(['not-validated', 'ok private 4K', '']),
  );

  test('is assigned by the next conversion to private', () => {
    const guest = withPrivate(new Guest(DESIGNS['rfc-v8']), 1);
    guest.punch(1, 2);
    guest.access(1, 'P');
    guest.set(1, 2, 'P');
    expect(guest.access(1, 'P')).toBe('not-validated');
  });
});

describe('H10: a redundant conversion to private', () => {
  const again = (name: DesignName): [string[], string] => {
    const guest = withPrivate(new Guest(DESIGNS[name]), 1);
    guest.set(1, 2, 'P');
    const broken = guest.broken;
    return [broken, guest.access(1, 'P')];
  };

  test.each(['rfc-v8', 'in-lock', 'pre-post'] as const)('takes its validation from the page in sev-snp/%s', (name) =>
    expect(again(name)).toEqual([['I11'], 'not-validated']),
  );

  test.each(['deferred', '6.11'] as const)('leaves it in sev-snp/%s', (name) => expect(again(name)).toEqual([[], 'ok private 4K']));
});

describe('H11: the helper of RFC v8 that falls through into restoring the direct map', () => {
  test('assigns a page that the host still maps', () => {
    const guest = new Guest(DESIGNS['rfc-v8'], { directMapRestoreBug: true });
    expect(guest.set(1, 2, 'P')).toBe('host-fatal');
    expect(guest.broken).toEqual(['I4a']);
  });

  test('does so when the hook runs, not before', () => {
    const guest = new Guest(DESIGNS['rfc-v8'], { directMapRestoreBug: true });
    expect(guest.set(1, 2, 'P', 'invalidate-end')).toBe('ok');
    expect(guest.finish()).toBe('host-fatal');
  });
});

describe('H12: an update to shared at the fault of a shared access', () => {
  const raced = (): Guest => {
    const guest = new Guest(DESIGNS.deferred, { updateOnSharedFault: true });
    expect(guest.access(1, 'S', 'R', { vcpu: 1, pauseAfter: 'check' })).toBe('paused');
    withPrivate(guest, 1);
    expect(guest.resume(1)).toBe('retry');
    return guest;
  };

  test('hits a page that became private and live meanwhile', () => {
    const guest = raced();
    expect(guest.broken).toEqual(['I3', 'I11']);
    expect(guest.access(1, 'P', 'W')).toBe('rmp-loop');
  });

  test('a read finds the page again, but no longer validated', () => expect(raced().access(1, 'P', 'R')).toBe('not-validated'));

  test('leaves the page alone in the plain design', () => {
    const guest = new Guest(DESIGNS.deferred);
    guest.access(1, 'S', 'R', { vcpu: 1, pauseAfter: 'check' });
    withPrivate(guest, 1);
    expect([guest.resume(1), guest.access(1, 'P', 'W'), guest.broken.join()]).toEqual(['retry', 'ok private 4K', '']);
  });

  test('takes the page of a frame that became shared out of the RMP', () => {
    const guest = withPrivate(new Guest(DESIGNS.deferred, { updateOnSharedFault: true }), 1);
    guest.set(1, 2, 'S');
    const before = guest.counters.rmpUpdates;
    expect([guest.access(1, 'S'), guest.counters.rmpUpdates - before]).toEqual(['ok shared 2M', 1]);
  });
});

describe('H13: a punch between the hooks around the lock', () => {
  test('before the update: the page that replaces the punched one is not assigned', () => {
    const guest = new Guest(DESIGNS['pre-post']);
    guest.set(1, 2, 'P', 'store');
    expect(guest.punch(1, 2)).toBe('ok');
    guest.finish();
    expect(guest.access(1, 'P')).toBe('rmp-loop');
    expect(guest.broken).toEqual(['I3', 'I5']);
  });

  test('a page that a fault allocated meanwhile is not the one that is updated', () => {
    const guest = new Guest(DESIGNS['pre-post']);
    guest.set(1, 3, 'P', 'store');
    guest.punch(1, 2);
    expect(guest.access(1, 'P')).toBe('retry');
    guest.finish();
    expect(guest.counters.rmpUpdates).toBe(3);
    expect([guest.access(1, 'P'), guest.access(2, 'P')]).toEqual(['rmp-loop', 'not-validated']);
  });

  test('the punched page is updated, then freed by the post hook', () => {
    const guest = new Guest(DESIGNS['pre-post']);
    guest.set(1, 2, 'P', 'store');
    guest.punch(1, 2);
    expect(guest.counters.rmpUpdates).toBe(0);
    guest.finish();
    expect(guest.counters.rmpUpdates).toBe(2);
  });
});

describe('H14: a neighbour in the same 2M block faults during a conversion', () => {
  const raced = (point: 'invalidate-begin' | 'store', headTailAdd: boolean): [Guest, string] => {
    const guest = new Guest(DESIGNS['6.11'], { headTailAdd });
    guest.set(1, 2, 'P', point);
    const answer = guest.access(2, 'S', 'R', { vcpu: 1 });
    guest.finish();
    return [guest, answer];
  };

  test.each(['invalidate-begin', 'store'] as const)('after %s it maps the block as shared, and nothing zaps it', (point) => {
    const [guest, answer] = raced(point, false);
    expect(answer).toBe('ok shared 2M');
    expect(guest.broken).toEqual(['I1', 'I1h']);
    expect(guest.access(1, 'S', 'W')).toBe('ok shared 2M');
    expect(guest.broken).toContain('I12');
    expect(guest.access(1, 'P', 'W')).toBe('rmp-loop');
    expect(guest.access(1, 'P', 'R')).toBe('host-fatal');
  });

  test.each(['invalidate-begin', 'store'] as const)('after %s it retries where head and tail are added', (point) => {
    const [guest, answer] = raced(point, true);
    expect(answer).toBe('retry');
    expect(guest.broken).toEqual([]);
    expect([guest.access(2, 'S'), guest.access(1, 'P')]).toEqual(['ok shared 4K', 'not-validated']);
  });

  test.each(['rfc-v8', 'in-lock', 'deferred', 'pre-post'] as const)('sev-snp/%s zaps last and has none', (name) => {
    const guest = new Guest(DESIGNS[name]);
    guest.set(1, 2, 'P', 'store');
    expect(guest.access(2, 'S', 'R', { vcpu: 1 })).toBe('ok shared 2M');
    guest.finish();
    expect(guest.broken).toEqual([]);
    expect([guest.access(2, 'S'), guest.access(1, 'S', 'W')]).toEqual(['ok shared 4K', 'memory-fault shared']);
  });

  test('head and tail are added of unmixed blocks that lie in the slot, at every size', () => {
    const guest = new Guest(DESIGNS['6.11'], { headTailAdd: true });
    guest.set(6, 7, 'P');
    // Blocks of 4 and of 16 frames: [4, 8) is mixed and so is [0, 16).
    guest.set(5, 10, 'P', 'store');
    expect([4, 11, 12, 3].map((gfn) => guest.access(gfn, 'S'))).toEqual(['ok shared 4K', 'retry', 'ok shared 2M', 'ok shared 2M']);
    const unmixed = new Guest(DESIGNS['6.11'], { headTailAdd: true });
    unmixed.set(5, 6, 'P', 'store');
    expect(unmixed.access(15, 'S')).toBe('retry');
  });
});

describe('H18: an exit in the middle of a conversion', () => {
  test('describes what the conversion is about to change', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.set(1, 2, 'P', 'invalidate-begin');
    expect(guest.access(1, 'P', 'R', { vcpu: 1 })).toBe('memory-fault private');
    expect([guest.set(1, 2, 'P'), guest.access(1, 'P', 'R', { vcpu: 1 })]).toEqual(['ok', 'not-validated']);
    expect(guest.broken).toEqual([]);
  });
});

describe('H19: an RMP fault that a conversion to private overtakes', () => {
  test('maps the private page, and its handler finds nothing to do', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.access(1, 'S', 'W');
    expect(guest.access(1, 'P', 'W', { vcpu: 1, pauseAfter: 'fault' })).toBe('paused');
    guest.set(1, 2, 'P');
    expect([guest.resume(1), guest.access(1, 'P', 'W', { vcpu: 1 })]).toEqual(['not-validated', 'ok private 4K']);
    expect(guest.counters).toMatchObject({ faults: 2, rmpUpdates: 1 });
  });

  test('retries while the conversion runs, but the handler has assigned the page', () => {
    const guest = new Guest(DESIGNS['6.11']);
    guest.access(1, 'S', 'W');
    guest.access(1, 'P', 'W', { vcpu: 1, pauseAfter: 'fault' });
    guest.set(1, 2, 'P', 'store');
    expect(guest.resume(1)).toBe('retry');
    expect(guest.counters).toMatchObject({ rmpUpdates: 1, retries: 1 });
  });
});
