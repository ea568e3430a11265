import type { KnownBucket, KnownEntry, Pair } from '../../../harness/ledger/entry.js';
import { type Ask, movedAnswers, type MovedAnswer } from '../../../harness/ledger/pinned.js';
import { covers, isStale, reviewLedger } from '../../../harness/ledger/review.js';
import type { Sighting } from '../../../harness/ledger/sighting.js';
import { Place } from '../../../harness/operations/usage-error.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';

const SIDES: Pair = ['bare-metal/intel', 'intel-ept/6.16'];
const ACCESS = { op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0 };
const scenario = scenarioFrom({ format: 'emtdiff-scenario/1', steps: [ACCESS] }, new Place('x', '$'));

function sighting(got: string, changes: Partial<Sighting> = {}): Sighting {
  const causes: Pair = ['bare-metal.a', got];
  return { id: idOf(got), lens: 'memtype', op: 'access', causes, sides: SIDES, outcomes: ['UC -> WB'], ...changes };
}

const idOf = (got: string) => `memtype-access~bare-metal.a~${got}`;

function bucket(got: string, changes: Partial<KnownBucket> = {}): KnownBucket {
  return {
    id: idOf(got),
    lens: 'memtype',
    op: 'access',
    rules: ['bare-metal.a', got],
    profiles: [SIDES],
    outcomes: ['UC -> WB'],
    step: 0,
    answers: { 'bare-metal/intel': { outcome: 'ok', memtype: 'UC', rule: 'bare-metal.a' } },
    scenario,
    ...changes,
  };
}

function entry(got: string, changes: Partial<KnownEntry> = {}): KnownEntry {
  return {
    id: got,
    reason: 'because',
    citations: ['a source'],
    recorded: { by: 'x', on: '2026-01-01' },
    reviewed: { by: 'y', on: '2026-01-02' },
    buckets: [bucket(got)],
    ...changes,
  };
}

function review(findings: readonly Sighting[], entries: readonly KnownEntry[], moved: readonly MovedAnswer[] = []) {
  return reviewLedger({ findings, entries, today: '2026-11-21', moved });
}

describe('A bucket of the ledger', () => {
  const known = bucket('intel-ept.b');

  test.each<[string, Partial<Sighting>]>([
    ['lens', { lens: 'level' }],
    ['operation', { op: 'init' }],
    ['rule', { causes: ['bare-metal.a', 'intel-ept.c'] }],
    ['expected rule', { causes: ['bare-metal.z', 'intel-ept.b'] }],
    ['profile', { sides: ['bare-metal/intel', 'my-patch'] }],
    ['answer', { outcomes: ['UC -> WB', 'UC -> WT'] }],
  ])('explains no finding of another %s', (_, changes) => {
    expect(covers(known, sighting('intel-ept.b'))).toBe(true);
    expect(covers(known, sighting('intel-ept.b', changes))).toBe(false);
  });
});

describe('The review of a ledger', () => {
  test('tells known findings from new ones, and is content with a ledger that fits', () => {
    const found = review([sighting('intel-ept.b'), sighting('intel-ept.c')], [entry('intel-ept.b')]);
    expect([...found.known].map(([id, { id: by }]) => [id, by])).toEqual([[idOf('intel-ept.b'), 'intel-ept.b']]);
    expect([found.fresh, isStale(found), found.unreviewed]).toEqual([[idOf('intel-ept.c')], false, []]);
  });

  test('makes a bucket new again when its entry is removed', () => {
    const entries = [entry('intel-ept.b'), entry('intel-ept.c')];
    const findings = [sighting('intel-ept.b'), sighting('intel-ept.c')];
    expect(review(findings, entries).fresh).toEqual([]);
    expect(review(findings, entries.slice(1)).fresh).toEqual([idOf('intel-ept.b')]);
  });

  test('tells what a command recorded from what somebody reviewed, of what came up', () => {
    const { reviewed: _, ...recorded } = entry('intel-ept.b');
    expect(review([sighting('intel-ept.b')], [recorded]).unreviewed).toEqual([recorded]);
    expect(review([], [recorded]).unreviewed).toEqual([]);
  });

  test('counts an entry that is merely rare, without calling the ledger stale', () => {
    const found = review([], [entry('intel-ept.b')]);
    expect(found.notHit.map(({ id }) => id)).toEqual(['intel-ept.b']);
    expect(isStale(found)).toBe(false);
  });

  test('reports an entry that no run of any panel could hit', () => {
    const lost = entry('intel-ept.lost');
    const found = reviewLedger({ findings: [], entries: [], unhittable: [lost], today: '2026-11-21', moved: [] });
    expect([found.unused, isStale(found)]).toEqual([[lost], true]);
  });

  test('calls a bucket changed whose pinned answers are given no more', () => {
    const moved = { entry: 'intel-ept.b', bucket: idOf('intel-ept.b'), profile: 'x', step: 0, was: '{}', is: '{}' };
    const found = review([sighting('intel-ept.b')], [entry('intel-ept.b')], [moved]);
    expect([found.changed, found.notHit, isStale(found)]).toEqual([[idOf('intel-ept.b')], [], true]);
    expect(review([], [entry('intel-ept.b')], [moved]).notHit).toEqual([]);
  });

  test.each([
    ['2026-11-20', 1],
    ['2026-11-21', 0],
  ])('an entry that expires on %s is expired on 2026-11-21: %d', (expires, count) => {
    const found = review([sighting('intel-ept.b')], [entry('intel-ept.b', { expires })]);
    expect([found.expired.length, isStale(found), found.fresh.length]).toEqual([count, count === 1, 0]);
  });
});

describe('A pinned answer', () => {
  const saying =
    (memtype: string, rule: string): Ask =>
    () => ({
      observations: [{ rule, memtype, outcome: 'ok' }],
      counters: { zaps: 1 },
    });
  const moved = (ask: Ask, known = entry('intel-ept.b')) => movedAnswers([known], new Map([['bare-metal/intel', ask]]));

  test('is one as long as the profile gives it by the same rule', async () => {
    expect(await moved(saying('UC', 'bare-metal.a'))).toEqual([]);
  });

  test.each([
    ['another type', saying('WB', 'bare-metal.a'), '{"memtype":"WB","outcome":"ok","rule":"bare-metal.a"}'],
    ['another rule', saying('UC', 'bare-metal.z'), '{"memtype":"UC","outcome":"ok","rule":"bare-metal.z"}'],
  ])('has moved by %s: the profile is named, then and now', async (_, ask, is) => {
    const was = '{"memtype":"UC","outcome":"ok","rule":"bare-metal.a"}';
    expect(await moved(ask)).toEqual([
      { entry: 'intel-ept.b', bucket: idOf('intel-ept.b'), profile: 'bare-metal/intel', step: 0, was, is },
    ]);
  });

  test('of counters is compared after the last step', async () => {
    const { answers: _, ...rest } = bucket('intel-ept.b');
    const counting = (zaps: number) =>
      entry('intel-ept.b', { buckets: [{ ...rest, op: 'end', step: 1, counters: { 'bare-metal/intel': { zaps } } }] });
    expect(await moved(saying('UC', ''), counting(1))).toEqual([]);
    expect(await moved(saying('UC', ''), counting(2))).toMatchObject([{ was: '{"zaps":2}', is: '{"zaps":1}' }]);
  });

  test('of one who is not on the panel, or failed, has not moved', async () => {
    expect(await movedAnswers([entry('intel-ept.b')], new Map([['other', saying('WB', '')]]))).toEqual([]);
    expect(await moved(() => null)).toEqual([]);
  });
});
