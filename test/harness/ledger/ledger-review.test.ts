import type { KnownEntry, Pair } from '../../../harness/ledger/known-entry.js';
import { covers, isStale, reviewLedger, type Sighting } from '../../../harness/ledger/ledger-review.js';
import { Place } from '../../../harness/operations/usage-error.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';

const SIDES: Pair = ['bare-metal/intel', 'intel-ept/6.16'];

function sighting(got: string, changes: Partial<Sighting> = {}): Sighting {
  const causes: Pair = ['bare-metal.a', got];
  return {
    id: `memtype-access~${causes.join('~')}`,
    lens: 'memtype',
    op: 'access',
    causes,
    sides: SIDES,
    outcomes: [['ok', 'ok']],
    ...changes,
  };
}

function entry(got: string, changes: Partial<KnownEntry> = {}): KnownEntry {
  return {
    id: got,
    scope: { profiles: [SIDES], lens: 'memtype', op: 'access', rules: ['bare-metal.a', got], outcomes: [['ok', 'ok']] },
    reason: 'because',
    citations: ['a source'],
    accepted: { by: 'x', on: '2026-01-01' },
    scenario: scenarioFrom({ format: 'emtdiff-scenario/1', steps: [] }, new Place('x', '$')),
    ...changes,
  };
}

/** Each entry's scenario shows what its id says. */
function review(findings: readonly Sighting[], entries: readonly KnownEntry[], today = '2026-11-21') {
  return reviewLedger({ findings, entries, today, shownBy: ({ id }) => [sighting(id)] });
}

describe('A ledger entry', () => {
  const known = entry('intel-ept.b');

  test.each<[string, Partial<Sighting>]>([
    ['lens', { lens: 'level' }],
    ['operation', { op: 'init' }],
    ['rule', { causes: ['bare-metal.a', 'intel-ept.c'] }],
    ['expected rule', { causes: ['bare-metal.z', 'intel-ept.b'] }],
    ['profile', { sides: ['bare-metal/intel', 'my-patch'] }],
    [
      'outcome',
      {
        outcomes: [
          ['ok', 'ok'],
          ['ok', 'mmio'],
        ],
      },
    ],
  ])('explains no finding of another %s', (_, changes) => {
    expect(covers(known, sighting('intel-ept.b'))).toBe(true);
    expect(covers(known, sighting('intel-ept.b', changes))).toBe(false);
  });

  test('takes a dot for a dot and a star for any text', () => {
    const wide = entry('intel-ept.*');
    expect(covers(wide, sighting('intel-ept.b'))).toBe(true);
    expect(covers(wide, sighting('intel-eptxb'))).toBe(false);
  });
});

describe('The review of a ledger', () => {
  test('tells known findings from new ones, and is content with a ledger that fits', () => {
    const found = review([sighting('intel-ept.b'), sighting('intel-ept.c')], [entry('intel-ept.b')]);
    expect([...found.known].map(([id, { id: by }]) => [id, by])).toEqual([
      ['memtype-access~bare-metal.a~intel-ept.b', 'intel-ept.b'],
    ]);
    expect(found.fresh).toEqual(['memtype-access~bare-metal.a~intel-ept.c']);
    expect(isStale(found)).toBe(false);
  });

  test('makes a bucket new again when its entry is removed', () => {
    const entries = [entry('intel-ept.b'), entry('intel-ept.c')];
    const findings = [sighting('intel-ept.b'), sighting('intel-ept.c')];
    expect(review(findings, entries).fresh).toEqual([]);
    expect(review(findings, entries.slice(1)).fresh).toEqual(['memtype-access~bare-metal.a~intel-ept.b']);
  });

  test('counts an entry that is merely rare, without calling the ledger stale', () => {
    const found = review([], [entry('intel-ept.b')]);
    expect(found.notHit.map(({ id }) => id)).toEqual(['intel-ept.b']);
    expect(isStale(found)).toBe(false);
  });

  test('reports an entry behind others that explain what its scenario shows, as long as no finding hit it', () => {
    const twice = [entry('intel-ept.b'), { ...entry('intel-ept.b'), reason: 'again' }];
    const found = review([sighting('intel-ept.b')], twice);
    expect([found.unused, found.notHit, isStale(found)]).toEqual([[twice[1]], [], true]);
    const scope = { ...twice[1].scope, profiles: [['bare-metal/intel', 'my-patch'] as const, SIDES] };
    const elsewhere = sighting('intel-ept.b', { sides: ['bare-metal/intel', 'my-patch'] });
    expect(review([elsewhere], [twice[0], { ...twice[1], scope }]).unused).toEqual([]);
  });

  test('reports an entry that no run of any panel could hit', () => {
    const lost = entry('intel-ept.lost');
    const found = reviewLedger({ findings: [], entries: [], unhittable: [lost], today: '2026-11-21', shownBy: () => [] });
    expect([found.unused, isStale(found)]).toEqual([[lost], true]);
  });

  test('reports an entry that its own scenario no longer shows', () => {
    const found = reviewLedger({ findings: [], entries: [entry('intel-ept.b')], today: '2026-11-21', shownBy: () => [] });
    expect([found.notShown.length, found.notHit.length, isStale(found)]).toEqual([1, 0, true]);
  });

  test.each([
    ['2026-11-20', 1],
    ['2026-11-21', 0],
  ])('an entry that expires on %s is expired on 2026-11-21: %d', (expires, count) => {
    const found = review([sighting('intel-ept.b')], [entry('intel-ept.b', { expires })]);
    expect([found.expired.length, isStale(found), found.fresh.length]).toEqual([count, count === 1, 0]);
  });

  test('reports an entry that hides a bucket which other rules decided than its scenario shows', () => {
    const scope = { ...entry('intel-ept.b').scope, rules: ['bare-metal.a', 'intel-ept.*'] as const };
    const found = review([sighting('intel-ept.b'), sighting('intel-ept.c')], [entry('intel-ept.b', { scope })]);
    expect(found.tooWide.map(({ buckets }) => buckets)).toEqual([['memtype-access~bare-metal.a~intel-ept.c']]);
    expect([found.fresh, isStale(found)]).toEqual([[], true]);
  });
});
