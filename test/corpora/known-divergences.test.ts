import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PROFILES } from '../../models/registry.js';
import { panelOf, seatOf } from '../../harness/compare/panel.js';
import { printEntries } from '../../harness/ledger/entry.js';
import { ledgerFileName, readLedger } from '../../harness/ledger/ledger.js';
import { movedAnswers } from '../../harness/ledger/pinned.js';
import { DEFAULT_PANEL, profilesOf } from '../../harness/cli/panel-choice.js';
import { answerOf } from '../../harness/run/readable.js';

const files = readLedger(join(__dirname, '../../corpora/known-divergences'));
const panel = panelOf(profilesOf(DEFAULT_PANEL).map(seatOf));
const everybody = new Map(
  PROFILES.map((profile) => [profile.name, (scenario: Parameters<typeof answerOf>[1]) => answerOf(profile, scenario)]),
);

describe('The ledger of the default panel', () => {
  const buckets = files.flatMap(({ entries }) => entries.flatMap((entry) => entry.buckets));

  test('has entries on each of its edges', () => {
    const sides = new Set(buckets.flatMap(({ profiles }) => profiles.map((pair) => pair.join(' '))));
    for (const { reference, seat } of panel.edges)
      expect(sides).toContain(`${panel.seats[reference].name} ${panel.seats[seat].name}`);
  });

  test('pins what every profile of the panel answers, and that differs between the two sides', () => {
    for (const { answers, profiles } of buckets) {
      if (answers === undefined) continue;
      expect(Object.keys(answers).sort()).toEqual([...DEFAULT_PANEL].sort());
      expect(profiles.some(([a, b]) => JSON.stringify(answers[a]) !== JSON.stringify(answers[b]))).toBe(true);
    }
  });

  test.each(files.map((file) => [basename(file.path), file] as const))(
    'is canonical in %s, whose answers are still given (after review: emtdiff accept corpora/known-divergences --update)',
    async (name, { path, entries }) => {
      expect(readFileSync(path, 'utf8')).toBe(printEntries(entries));
      for (const { id } of entries) expect(ledgerFileName(id)).toBe(name);
      expect(await movedAnswers(entries, everybody)).toEqual([]);
    },
  );
});
