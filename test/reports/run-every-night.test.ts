/** "Run it every night" of docs/every-night.md: every line of it as it stands, one after the other, with fewer cases. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, Runner } from '../workflows/workflow.js';

const [, section] = readFileSync(join(ROOT, 'docs/every-night.md'), 'utf8').split('## Run it every night\n');
// Up to the gate of a change, whose lines test/workflows/gate.test.ts runs as they stand in the workflow.
const commands = section.split('What a change of emtdiff')[0].match(/(?<=^ {4}\$ ).*$/gm)!;

/** Two models and an empty ledger: what is new is what the page is about. */
const TWO = '--models bare-metal/intel,intel-ept/6.16';
const runner = new Runner(
  mkdtempSync(join(tmpdir(), 'emtdiff-night-')),
  {},
  {
    EXTRA_accept: '--ledger known',
    EXTRA_merge: '--no-ledger',
    GITHUB_ACTIONS: '',
  },
);
// A run that goes on has its panel already.
runner.program('extra-fuzz', `case "$*" in *--resume*) echo --ledger empty ;; *) echo --ledger empty ${TWO} ;; esac`);

test('The page has at most eleven lines, and all of them work', () => {
  expect(commands.length).toBeGreaterThan(7);
  expect(commands.length).toBeLessThanOrEqual(11);
  const script = [
    'set +e',
    'mkdir empty',
    ...commands.flatMap((command) => [
      command
        .replace('--time 8h', '--cases 60')
        .replace('--cases 4000000', '--cases 60')
        .replace(/npx emtdiff fuzz ([^#;]*)/g, 'npx emtdiff fuzz $1 $(extra-fuzz $1) ')
        .replace('SOME.json', '"$(ls runs/$seed/findings | head -n 1)"'),
      'echo "exit $?"',
    ]),
  ].join('\n');
  const { stdout, stderr } = runner.run({ run: script }, { jobs: {} });
  expect(stderr).not.toMatch(/^emtdiff: /m);
  // What the campaign of the night found is new: exit 1.
  expect(stdout.match(/^exit \d+$/gm)).toEqual(
    commands.map((command) => (/fuzz .*(8h|--resume)/.test(command) ? 'exit 1' : 'exit 0')),
  );
  const runs = readdirSync(join(runner.folder, 'runs')).map((name) => name.replace(/^nightly-[\d-]{10}/, 'TONIGHT'));
  expect(runs.sort()).toEqual(['TONIGHT', 'TONIGHT-issues', 'TONIGHT.html', 'all', 's1', 's2', 's3', 's4']);
  expect(readdirSync(join(runner.folder, 'known'))).toHaveLength(1);
});
