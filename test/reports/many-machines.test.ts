/** The snippets of reports/many-machines.md: their YAML says what the page says, their scripts run on this machine as they stand. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAIN, SHORT_RUN } from '../harness/cli/command.js';

// Comes with jest, without types.
const { load } = require('js-yaml') as { load(text: string): unknown };

interface CronJob {
  readonly spec: {
    readonly jobTemplate: {
      readonly spec: {
        readonly completionMode: string;
        readonly completions: number;
        readonly parallelism: number;
        readonly template: {
          readonly spec: { readonly containers: readonly Container[]; readonly volumes: readonly { name: string }[] };
        };
      };
    };
  };
}
interface Container {
  readonly env: readonly { name: string; value?: string }[];
  readonly volumeMounts: readonly { name: string }[];
  readonly command: readonly string[];
  readonly args: readonly string[];
}
interface PipelineJob {
  readonly stage: string;
  readonly parallel?: number;
  readonly script: readonly string[];
  readonly artifacts: { readonly paths: readonly string[]; readonly reports?: { readonly junit: string } };
}
interface Pipeline {
  readonly stages: readonly string[];
  readonly shard: PipelineJob;
  readonly report: PipelineJob;
}

const page = readFileSync(join(__dirname, '../../reports/many-machines.md'), 'utf8');
const snippets = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => load(text));
const kubernetes = snippets[0] as CronJob;
const gitlab = snippets[1] as Pipeline;
const base = mkdtempSync(join(tmpdir(), 'emtdiff-machines-'));
const bin = join(base, 'bin');

/** A program by a name, as the scripts call it. */
function program(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

/** What a machine of the batch system runs: its cases made fewer, /runs in a folder of ours. */
function ran(shell: readonly string[], script: string, environment: Record<string, string>) {
  const short = script.replace(/--cases 80000000/, '--cases 40').replaceAll('/runs', `${base}/runs`);
  const [command, ...args] = shell;
  return spawnSync(command, [...args, short], {
    cwd: base,
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}`, ...environment },
  });
}
const journalOf = (...names: string[]) => JSON.parse(readFileSync(join(base, ...names, 'journal.json'), 'utf8'));

beforeAll(() => {
  mkdirSync(bin);
  // Two models: this is about machines. A run that goes on has its panel already.
  const panel = `case "$*" in *--seed*) set -- "$@" --models bare-metal/intel,intel-ept/6.16 ;; esac`;
  program('emtdiff', `${panel}; exec ${process.execPath} ${SHORT_RUN} ${MAIN} "$@"`);
  program('npx', 'exec "$@"');
  program('npm', '[ "$*" = ci ]');
});

describe('The Kubernetes job', () => {
  const { completionMode, completions, parallelism, template } = kubernetes.spec.jobTemplate.spec;
  const [container] = template.spec.containers;
  const pod = (index: string) =>
    ran(container.command, container.args[0], { SEED: 'emtdiff-1', EMTDIFF_SHARDS: '2', JOB_COMPLETION_INDEX: index });

  test('is indexed, and tells its pods how many they are', () => {
    expect(completionMode).toBe('Indexed');
    expect(parallelism).toBe(completions);
    expect(container.env).toContainEqual({ name: 'EMTDIFF_SHARDS', value: `${completions}` });
    expect(template.spec.volumes.map(({ name }) => name)).toEqual(container.volumeMounts.map(({ name }) => name));
  });

  test('runs a shard a pod, goes on in a pod that comes again, and unites', () => {
    for (const index of ['0', '1', '1']) expect(pod(index)).toMatchObject({ status: 0 });
    expect(['0', '1'].map((index) => journalOf('runs', 'emtdiff-1', index).state.done)).toEqual([20, 20]);
    const command = /`(emtdiff merge [^`]*)`/.exec(page)![1].replaceAll('JOB', 'emtdiff-1');
    const united = ran(['sh', '-ec'], command, {});
    expect(united.stdout).toMatch(/^2 shards, 40 cases, /);
  });
});

describe('The GitLab pipeline', () => {
  const scriptOf = (job: PipelineJob) => ['set -e', ...job.script].join('\n');

  test('fuzzes before it reports, on schedule', () => {
    expect(gitlab.stages).toEqual([gitlab.shard.stage, gitlab.report.stage]);
    expect(gitlab.shard.parallel).toBeGreaterThan(1);
    expect(gitlab.shard.artifacts.paths).toEqual(['runs/']);
  });

  test('unites its shards, reports and exits as the union does', () => {
    const environment = { CI_PIPELINE_ID: '7', CI_NODE_TOTAL: '2' };
    for (const index of ['1', '2'])
      expect(ran(['bash', '-c'], scriptOf(gitlab.shard), { ...environment, CI_NODE_INDEX: index })).toMatchObject({ status: 0 });
    expect(journalOf('runs', '2')).toMatchObject({ seed: 'nightly-7', state: { done: 20 } });
    // Beside the other test's.
    const script = scriptOf(gitlab.report).replace('runs/*', 'runs/1 runs/2');
    expect(ran(['bash', '-c'], script.replace('--fail-on new', '--fail-on any'), environment).status).toBe(1);
    expect(readdirSync(join(base, 'united'))).toEqual(expect.arrayContaining(['junit.xml', 'report.html']));
    expect(existsSync(join(base, gitlab.report.artifacts.reports!.junit))).toBe(true);
  });
});

test('Every variable that the page names is one that emtdiff reads', () => {
  const source = readFileSync(join(__dirname, '../../harness/engine/shard-choice.ts'), 'utf8');
  const named = page.match(/`(JOB_COMPLETION_INDEX|EMTDIFF_SHARDS|CI_NODE_\w+|SLURM_ARRAY_TASK_\w+|BUILDKITE_\w+|CIRCLE_\w+)`/g)!;
  expect(named.length).toBeGreaterThan(7);
  for (const name of named) expect(source).toContain(name.replaceAll('`', "'"));
});
