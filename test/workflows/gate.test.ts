/** The gate of pull requests in check.yml run on this machine: every `run:` as it stands, 60 s made shorter. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsOf, Runner, workflowOf } from './workflow.js';

const workflow = workflowOf('check.yml');
const steps = commandsOf(workflow.jobs.gate);
const runner = new Runner(
  mkdtempSync(join(tmpdir(), 'emtdiff-gate-')),
  {},
  { EXTRA_fuzz: '--no-ledger --models bare-metal/intel,intel-ept/6.16' },
);
const at = (...names: string[]) => join(runner.folder, ...names);
const casesOf = (run: string) => JSON.parse(readFileSync(at('runs', run, 'summary.json'), 'utf8')).cases;

function short(text: string): string {
  return text.replace('--time 60s', '--time 0.3s');
}

describe('The gate of a pull request', () => {
  beforeAll(() => {
    mkdirSync(at('empty'));
    runner.program('git', '[ "$*" = "worktree add base HEAD^1" ] && mkdir base');
    runner.program('npm', '[ "$*" = ci ]');
    expect(steps.filter(({ run }) => short(run as string) !== run)).toHaveLength(1);
  });

  test('lets pass what finds no more than its base branch, on the same cases', () => {
    const ran = steps.map((step) => runner.run(step, workflow, short));
    expect(ran.map(({ name, code }) => [name, code])).toEqual([
      ['Replay the regressions', 0],
      ['Build the base branch', 0],
      ['Campaign of the base branch, 60 s', 0],
      ['The same cases with the change', 0],
      ['Report', 0],
    ]);
    expect(casesOf('head')).toBe(casesOf('base'));
    expect(runner.text('summary')).toMatch(/^# emtdiff: (No new cause|\d+ )/);
  });

  test('stops what finds a bucket that its base branch does not have', () => {
    const findings = at('runs', 'base', 'findings');
    rmSync(join(findings, readdirSync(findings)[0]));
    rmSync(at('runs', 'head'), { recursive: true });
    const step = steps.find(({ name }) => name === 'The same cases with the change');
    expect(runner.run(step!, workflow).code).toBe(1);
  });
});
