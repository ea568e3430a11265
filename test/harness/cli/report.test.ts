/** `emtdiff report` of a run folder, and `fuzz --report`: the same texts by both ways. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPORT_FORMATS } from '../../../harness/report/report-formats.js';
import { emtdiff } from './command.js';

const base = mkdtempSync(join(tmpdir(), 'emtdiff-report-'));
const at = (name: string) => join(base, name);
const text = (name: string) => readFileSync(at(name), 'utf8');

/** As if run by GitHub Actions, or surely not. */
function under(actions: string | undefined, args: readonly string[]) {
  const before = process.env.GITHUB_ACTIONS;
  const set = (value: string | undefined) => {
    if (value === undefined) delete process.env.GITHUB_ACTIONS;
    else process.env.GITHUB_ACTIONS = value;
  };
  set(actions);
  try {
    return emtdiff(args);
  } finally {
    set(before);
  }
}

beforeAll(() => {
  const reports = REPORT_FORMATS.map((format) => `${format}=${at(`fuzz.${format}`)}`).join();
  const campaign = ['fuzz', '--seed', 'a report', '--cases', '60', '--models', 'bare-metal/intel,intel-ept/6.6'];
  const ran = under(undefined, [...campaign, '--no-ledger', '--out', at('run'), '--report', reports]);
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.stderr).not.toContain('::');
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

test.each(REPORT_FORMATS)('A report as %s is what fuzz writes, on stdout', (format) => {
  const shown = under(undefined, ['report', at('run'), '--format', format]);
  expect(shown).toEqual({ code: 0, stdout: text(`fuzz.${format}`), stderr: '' });
});

test('A report goes to a file, and nothing to stdout then', () => {
  const args = ['report', at('run'), '--format', 'sarif', '--output', at('out')];
  expect(under(undefined, args)).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(text('out')).toBe(text('fuzz.sarif'));
});

test('The page has the states of the models at the divergent steps, and how the run went over time', () => {
  const page = text('fuzz.html');
  expect(page).toContain('<h3>State after the divergent step</h3>');
  expect(page).toMatch(/<ins>\+ .*leaf: &quot;WB/);
  expect(page).toContain('<polyline class="buckets" points="0,100 ');
});

test('GitHub gets at most ten annotations, on the stream that no report goes to', () => {
  const shown = under('true', ['report', at('run')]);
  expect(shown.stdout).toMatch(/^# emtdiff: \d+ causes of divergence \(\d+ buckets\), the worst machine-check\.\n/);
  expect(shown.stderr.match(/^::(error|warning|notice) title=emtdiff/gm)).toHaveLength(10);
  expect(under('true', ['report', at('run'), '--output', at('out')]).stdout).toBe(shown.stderr);
});

test.each([
  [['report', '/none'], '/none/summary.json: found no such file or folder, expected what emtdiff fuzz --out DIR leaves'],
  [['report', '.', '--format', 'pdf'], '--format: found "pdf"'],
  [['report'], 'report'],
])('Refuses %j in a sentence', (args, sentence) => {
  const refused = emtdiff(args);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain(sentence);
});

test('Refuses a file that it cannot write, and a summary that is none', () => {
  expect(emtdiff(['report', at('run'), '--output', '/proc/none'])).toMatchObject({ code: 2, stdout: '' });
  writeFileSync(at('summary.json'), '{"format": "emtdiff-fuzz/2"}');
  expect(emtdiff(['report', base]).stderr).toContain(
    'summary.json: $.format: found "emtdiff-fuzz/2", written by a newer emtdiff, expected "emtdiff-fuzz/1"',
  );
});
