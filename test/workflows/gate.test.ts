/** The gate of pull requests in check.yml run on this machine: every `run:` as it stands, against a copy of the build. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsOf, ROOT, Runner, workflowOf } from './workflow.js';

const workflow = workflowOf('check.yml');
const steps = commandsOf(workflow.jobs.gate);
const runner = new Runner(mkdtempSync(join(tmpdir(), 'emtdiff-gate-')), {}, { EXTRA_gate: '--models intel-ept/6.6 --time 1s' });
const base = join(runner.folder, 'base');
/** The base branch is a folder here: what git does with a commit is test/harness/cli/gate.test.ts's business. */
const onFolder = (text: string) => text.replace('--against HEAD^1', '--against base');
const gate = steps[steps.length - 1];

describe('The gate of a pull request', () => {
  beforeAll(() => {
    mkdirSync(join(base, 'corpora'), { recursive: true });
    for (const part of ['dist', 'package.json']) cpSync(join(ROOT, part), join(base, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(base, 'node_modules'));
    runner.program('git', 'cat announced 2>/dev/null || true');
  });

  test('lets pass what answers as its base branch does', () => {
    const ran = steps.map((step) => runner.run(step, workflow, onFolder));
    expect(ran.map(({ name, code }) => [name, code])).toEqual([
      ['Replay what is recorded', 0],
      ['Hold every profile against itself on the base branch', 0],
    ]);
    expect(runner.text('summary')).toContain('no profile changed its answers');
  });

  test('stops a profile that moved, unless a file that the change adds announces it', () => {
    const file = join(base, 'dist/models/intel-ept/fixed-range.js');
    writeFileSync(file, readFileSync(file, 'utf8').replace('SEGMENT_4K = 0xc0', 'SEGMENT_4K = 0xc1'));
    expect(runner.run(gate, workflow, onFolder)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('intel-ept/6.6 changed its answers: 1 cause'),
    });
    const changes = [{ profile: 'intel-ept/6.6', rule: '*', reason: 'wanted' }];
    writeFileSync(join(runner.folder, 'wanted.json'), JSON.stringify({ format: 'emtdiff-allowed-changes/1', changes }));
    writeFileSync(join(runner.folder, 'announced'), 'wanted.json\n');
    expect(runner.run(gate, workflow, onFolder).code).toBe(0);
  });
});
