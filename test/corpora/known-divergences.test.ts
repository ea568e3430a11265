import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DEFAULT_LENSES } from '../../harness/compare/lens.js';
import { panelOf, seatOf } from '../../harness/compare/panel.js';
import { printEntries } from '../../harness/ledger/known-entry.js';
import { ledgerFileName, readLedger } from '../../harness/ledger/ledger.js';
import { DEFAULT_PANEL, profilesOf } from '../../harness/cli/panel-choice.js';
import { divergencesOf } from '../../harness/finding/divergence.js';
import { raise, WorkingPanel } from '../../harness/panel/working-panel.js';

const files = readLedger(join(__dirname, '../../corpora/known-divergences'));
const profiles = profilesOf(DEFAULT_PANEL);
const panel = panelOf(profiles.map(seatOf));

describe('The ledger of the default panel', () => {
  test('has entries on each of its edges', () => {
    const sides = new Set(
      files.flatMap(({ entries }) => entries.flatMap(({ scope }) => scope.profiles.map((pair) => pair.join(' ')))),
    );
    for (const { reference, seat } of panel.edges)
      expect(sides).toContain(`${panel.seats[reference].name} ${panel.seats[seat].name}`);
  });

  test.each(files.map((file) => [basename(file.path), file] as const))(
    'is canonical in %s, whose scenarios show what they explain',
    async (name, file) => {
      expect(readFileSync(file.path, 'utf8')).toBe(printEntries(file.entries));
      const work = new WorkingPanel({ profiles, lenses: DEFAULT_LENSES, onDefect: raise });
      for (const { id, scope, scenario } of file.entries) {
        expect(ledgerFileName(scope.rules[1])).toBe(name);
        const { divergences } = await divergencesOf(scenario, work);
        const shown = divergences.flatMap(({ buckets }) => buckets).filter((bucket) => bucket.id === id);
        expect(scope.profiles.map((pair) => pair.join(' '))).toEqual(
          expect.arrayContaining(shown.map(({ expected, got }) => `${expected} ${got}`)),
        );
        expect(shown.length).toBeGreaterThan(0);
      }
    },
  );
});
