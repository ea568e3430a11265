/** nightly.yml run on this machine: every `run:` as it stands, two shards, a few hundred cases. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsOf, ROOT, Runner, type StepRun, workflowOf } from './workflow.js';

const base = mkdtempSync(join(tmpdir(), 'emtdiff-nightly-'));
const workflow = workflowOf('nightly.yml');
const { seed, shard, report, issues } = workflow.jobs;

/** A machine for a job; an empty ledger makes every bucket new. */
function machine(name: string, expressions: Record<string, string> = {}, environment: Record<string, string> = {}): Runner {
  const folder = join(base, name);
  mkdirSync(join(folder, 'empty'), { recursive: true });
  return new Runner(folder, { "inputs.cases || '20000000'": '300', ...expressions }, environment);
}
const all = (runner: Runner, job: typeof seed): StepRun[] => commandsOf(job).map((step) => runner.run(step, workflow));

describe('The nightly workflow', () => {
  const merged = machine('report', {}, { EXTRA_merge: '--ledger empty' });
  const steps: StepRun[] = [];

  beforeAll(() => {
    const chooser = machine('seed', { 'inputs.seed': '' });
    expect(all(chooser, seed)).toMatchObject([{ code: 0 }]);
    const chosen = /^seed=(nightly-\d{4}-\d\d-\d\d-77)\n$/.exec(chooser.text('output'))?.[1] as string;
    for (const index of ['1', '2']) {
      const expressions = { 'needs.seed.outputs.seed': chosen, 'matrix.shard': index, 'strategy.job-total': '2' };
      const runner = machine(`shard-${index}`, expressions, {
        EXTRA_fuzz: '--ledger empty --models bare-metal/intel,intel-ept/6.16',
      });
      expect(all(runner, shard)).toMatchObject([{ code: 0, stderr: expect.not.stringContaining('::') }]);
      cpSync(join(runner.folder, 'run'), join(merged.folder, 'shards', `shard-${index}`), { recursive: true });
    }
    steps.push(...all(merged, report));
  });

  test('takes the seed that was asked for as it is, whatever stands in it', () => {
    const chooser = machine('asked', { 'inputs.seed': '$(touch no) "x"' });
    all(chooser, seed);
    expect(chooser.text('output')).toBe('seed=$(touch no) "x"\n');
    expect(existsSync(join(chooser.folder, 'no'))).toBe(false);
  });

  test('unites all shards and fails where a bucket is new, but still reports', () => {
    expect(steps.map(({ name, code }) => [name, code])).toEqual([
      ['Unite', 1],
      ['Report', 0],
      ['New buckets', 0],
    ]);
    expect(steps[0].stdout).toMatch(/^2 shards, 300 cases, (\d+) buckets \(\1 new\) in united\n$/);
    expect(merged.text('summary')).toMatch(/^# emtdiff: (No new cause|\d+ )/);
    expect(readdirSync(join(merged.folder, 'united'))).toEqual(expect.arrayContaining(['findings', 'report.html', 'report.sarif']));
  });

  test('opens an issue per new bucket, once: a second run updates it and opens it again if it was closed', () => {
    const files = readdirSync(join(merged.folder, 'issues'));
    expect(merged.text('output')).toBe(`count=${files.length}\n`);
    const state = join(base, 'issues.json');
    const runner = machine(
      'issues',
      { 'github.token': 'x', 'github.repository': 'a/b', 'github.server_url': 'https://g', 'github.run_id': '77' },
      { FAKE_GH: state },
    );
    runner.program('gh', `exec ${process.execPath} ${join(ROOT, 'test/fixtures/workflows/gh.cjs')} "$@"`);
    cpSync(join(ROOT, '.github'), join(runner.folder, '.github'), { recursive: true });
    for (const file of files.slice(0, 3)) cpSync(join(merged.folder, 'issues', file), join(runner.folder, 'issues', file));
    const opened = () => JSON.parse(readFileSync(state, 'utf8')) as { title: string; state: string; body: string; edits: number }[];

    expect(all(runner, issues)).toMatchObject([{ code: 0 }]);
    const first = opened();
    expect(first.map(({ title }) => /\[([0-9a-f]{12})\]$/.exec(title)?.[1])).toEqual(
      files.slice(0, 3).map((file) => file.slice(0, -3)),
    );
    for (const { body } of first) expect(body).toMatch(/^## [\s\S]*Run: https:\/\/g\/a\/b\/actions\/runs\/77\n$/);

    writeFileSync(state, JSON.stringify(first.map((issue, index) => ({ ...issue, state: index === 1 ? 'CLOSED' : 'OPEN' }))));
    expect(all(runner, issues)).toMatchObject([{ code: 0 }]);
    expect(opened()).toEqual(first.map((issue) => ({ ...issue, edits: 1 })));
  });
});
