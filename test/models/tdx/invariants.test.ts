/** The invariants over random races: none is broken in the plain profiles, and each planted fault breaks those it should. */
import { GuestAccess } from '../../../models/tdx/guest-access.js';
import { INVARIANTS, judgeExit, judgeRedundant, judgeRetry } from '../../../models/tdx/invariants.js';
import { profiles } from '../../../models/tdx/versions.js';
import type { Vm } from '../../../models/tdx/vm.js';
import { race } from './races.js';
import { Td } from './td.js';

const SEEDS = 250;
const STEPS = 40;

/** Invariants that any of the seeds broke. */
function brokenBy(profile: string): string[] {
  const broken = new Set<string>();
  for (let seed = 0; seed < SEEDS; seed++) {
    const td = new Td(profile);
    race(td, seed, STEPS);
    for (const id of td.broken) broken.add(id);
  }
  return [...broken].sort();
}

test.each(['tdx/6.16', 'tdx/rfc'])('%s breaks none', (profile) => expect(brokenBy(profile)).toEqual([]));

test.each([
  ['tdx/6.16+skip-zap', ['I1', 'I10', 'I12', 'I1h']],
  ['tdx/6.16+no-invalidation', ['I1', 'I10', 'I12', 'I1h']],
  ['tdx/6.16+no-head-tail', ['I1', 'I12', 'I1h']],
  ['tdx/rfc+skip-zap', ['I1', 'I12', 'I1h']],
  ['tdx/rfc+no-invalidation', ['I1', 'I12']],
] as const)('%s breaks %j', (profile, expected) => expect(brokenBy(profile)).toEqual(expect.arrayContaining([...expected])));

test('every answer is reached, and every profile repeats itself on a reused model', () => {
  const seen = new Set<string>();
  for (const { name } of profiles) {
    const reused = new Td(name);
    for (let seed = 0; seed < 40; seed++) {
      const fresh = new Td(name);
      const trace = race(fresh, seed, STEPS);
      reused.model.reset(fresh.machine);
      expect(race(reused, seed, STEPS)).toEqual(trace);
      expect(reused.model.state()).toEqual(fresh.model.state());
      expect(reused.model.privateMemoryCounters()).toEqual(fresh.model.privateMemoryCounters());
      for (const answer of trace) seen.add(answer.split(' ')[0]);
    }
  }
  expect([...seen].sort()).toEqual(['memory-fault', 'mmio', 'not-validated', 'ok', 'paused', 'retry', 'undefined', 'vm-dead']);
});

test('a conversion that never stops and one that stops at each point serve the same pages once all is done', () => {
  for (let seed = 0; seed < 60; seed++) {
    const [merged, rfc] = ['tdx/6.16', 'tdx/rfc'].map((profile) => {
      const td = new Td(profile);
      race(td, seed, STEPS, false);
      td.resumeConversion();
      for (const vcpu of [0, 1, 2]) td.resume(vcpu);
      return [0, 1, 5, 511, 512].map((gfn) => {
        const isPrivate = td.shared(gfn) === 'memory-fault shared';
        return isPrivate ? td.acknowledged(gfn).replace('undefined', 'ok 4K WB private') : 'shared';
      });
    });
    expect(merged).toEqual(rfc);
  }
});

test('ids are the specification’s, each with one sentence', () => {
  expect(INVARIANTS.map(({ id }) => id)).toEqual(['I1', 'I1h', 'I2', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10', 'I12', 'I14']);
  for (const { sentence } of INVARIANTS) expect(sentence).toMatch(/^[A-Z].*\.$/);
});

describe('each invariant is judged: a state made wrong by hand breaks it', () => {
  type Inside = { vm: Vm };
  const inside = (td: Td) => (td.model as unknown as Inside).vm;
  const prepared = () => {
    const td = new Td('tdx/6.16');
    td.convert(1, 2, 'private');
    td.acknowledged(1);
    td.shared(600);
    expect(td.brokenNow()).toEqual([]);
    return td;
  };
  test('I1 and I10: an attribute changed behind the back of a leaf', () => {
    const td = prepared();
    inside(td).attributes.set(1, 2, false);
    expect(td.brokenNow()).toEqual(expect.arrayContaining(['I1', 'I10']));
  });
  test('I1 and I1h: a private frame under a huge leaf', () => {
    const td = prepared();
    inside(td).attributes.set(700, 701, true);
    expect(td.brokenNow()).toEqual(expect.arrayContaining(['I1', 'I1h']));
  });
  test('I2: a leaf that goes without a flush', () => {
    const td = prepared();
    inside(td).zap(600, 601, 1);
    expect(td.brokenNow()).toContain('I2');
  });
  test('I7 and I10: a page freed while it is in the S-EPT', () => {
    const td = prepared();
    const { memfd, secureEpt } = inside(td);
    memfd.drop(secureEpt.leaves.pfns[0]);
    memfd.truncate(1, 2);
    expect(td.brokenNow()).toContain('I10');
  });
  test('I8: a begin without an end', () => {
    const td = prepared();
    inside(td).invalidation.begin();
    expect(td.brokenNow()).toEqual(['I8']);
  });
  test('I6: a retry with no invalidation since the snapshot, and none that ended meanwhile', () => {
    const td = prepared();
    const access = new GuestAccess(0);
    access.start(600, 0, false, true);
    access.endsSeen = inside(td).counts.invalidations;
    inside(td).endInvalidation();
    judgeRetry(inside(td), access);
    expect(td.brokenNow()).not.toContain('I6');
    access.endsSeen = inside(td).counts.invalidations;
    judgeRetry(inside(td), access);
    expect(td.brokenNow()).toContain('I6');
  });
  test('I9: an exit of an access that the attribute allows', () => {
    const td = prepared();
    const access = new GuestAccess(0);
    access.start(600, 0, false, true);
    judgeExit(inside(td), access);
    expect(td.brokenNow()).toEqual(['I9']);
  });
  test('I10 and I14: a redundant conversion that does anything', () => {
    const td = prepared();
    judgeRedundant(inside(td), 0);
    expect(td.brokenNow()).toEqual([]);
    judgeRedundant(inside(td), 1);
    expect(td.brokenNow()).toEqual(['I10', 'I14']);
  });
  test('what a step broke is forgotten with the next, one that is not applicable too', () => {
    const td = prepared();
    const next = [() => td.zap(0, 1), () => td.shared(600, { kind: 2 }), () => td.seen(td.model.setIoResources(true))];
    for (const step of next) {
      judgeRedundant(inside(td), 1);
      step();
      expect(td.brokenNow()).toEqual([]);
    }
  });
  test('INVLPG drops what the vCPU holds of the frame', () => {
    const td = prepared();
    td.shared(600, { vcpu: 1 });
    const { entries } = inside(td).tlb;
    const before = entries.count;
    td.model.invlpg(1, 600);
    expect(before - entries.count).toBe(1);
  });
  test('I5: an invalidation that never ends', () => {
    const td = prepared();
    inside(td).invalidation.begin();
    inside(td).invalidation.add(0, 1);
    td.shared(0);
    expect([...td.broken]).toContain('I5');
  });
});
