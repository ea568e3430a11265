import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chosenShard } from '../../../harness/engine/shard-choice.js';
import { emtdiff, MAIN } from './command.js';

const base = mkdtempSync(join(tmpdir(), 'emtdiff-shards-'));
const at = (name: string) => join(base, name);
const CAMPAIGN = [
  'fuzz',
  '--seed',
  'shards',
  '--cases',
  '600',
  '--models',
  'intel-ept/6.16,intel-ept/6.6',
  '--lens',
  'memtype,msr,cost',
];
const fuzz = (name: string, ...more: string[]) => emtdiff([...CAMPAIGN, '--out', at(name), ...more]);

/** Findings as file name and text; the summary without what time decides. */
function findingsOf(name: string): Record<string, string> {
  const folder = join(at(name), 'findings');
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
}
const summaryOf = (name: string) => ({ ...JSON.parse(readFileSync(join(at(name), 'summary.json'), 'utf8')), timing: null });

describe('A campaign in parts', () => {
  beforeAll(() => {
    expect(fuzz('whole').code).toBe(0);
    for (let shard = 0; shard < 3; shard++) expect(fuzz(`shard-${shard}`, '--shard', `${shard + 1}/3`).code).toBe(0);
    // Without a bucket that the shards divide among them, all that follows would say nothing.
    const shards = [0, 1, 2].map((shard) => Object.keys(findingsOf(`shard-${shard}`)));
    expect(new Set(shards.flat()).size).toBeGreaterThan(Math.max(...shards.map(({ length }) => length)));
  });

  test('lacks no word about what is missing: a union of some shards says that it is not all', () => {
    const part = emtdiff(['merge', at('shard-0'), at('shard-2'), '--out', at('part')]);
    expect(part.code).toBe(1);
    expect(emtdiff(['merge', at('shard-0'), at('shard-2'), '--allow-missing', '--out', at('part-allowed')]).code).toBe(0);
    expect(JSON.parse(readFileSync(join(at('part'), 'summary.json'), 'utf8'))).toMatchObject({
      interrupted: false,
      incomplete: true,
    });
    expect(part.stdout).toMatch(/^2 shards, 400 cases \(INCOMPLETE: not all 600 cases of the campaign\), \d+ buckets/);
  });

  test('united from its shards, in whatever order, equals the unsharded run byte for byte', () => {
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
    ]) {
      const name = `union-${order.join('')}`;
      expect(emtdiff(['merge', ...order.map((shard) => at(`shard-${shard}`)), '--out', at(name)]).code).toBe(0);
      expect(findingsOf(name)).toEqual(findingsOf('whole'));
      expect(summaryOf(name)).toEqual(summaryOf('whole'));
    }
  });

  test('united twice changes nothing: a shard counts once', () => {
    expect(emtdiff(['merge', at('union-012'), at('shard-1'), at('union-012'), '--out', at('again')]).code).toBe(0);
    expect(summaryOf('again')).toEqual(summaryOf('whole'));
  });

  test('counted by two workers is the same as by one', () => {
    expect(fuzz('workers', '--workers', '2').code).toBe(0);
    expect(findingsOf('workers')).toEqual(findingsOf('whole'));
    expect(summaryOf('workers')).toEqual(summaryOf('whole'));
  });

  test.each([
    ['another seed', ['--seed', 'other', '--cases', '9'], 'found seed "other", expected "shards"'],
    ['overlapping cases', ['--shard', '1/2', '--cases', '9'], 'found cases that another folder counts too'],
  ])('refuses %s', (name, more, message) => {
    expect(fuzz(name, ...more).code).toBe(0);
    const refused = emtdiff(['merge', at('shard-0'), at(name), '--out', at('never')]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(message);
    expect(existsSync(join(at('never'), 'summary.json'))).toBe(false);
  });
});

describe('A run that was killed', () => {
  const KILLED = ['fuzz', '--seed', 'killed', '--cases', '20000', '--models', 'intel-ept/6.16,intel-ept/6.6', '--no-ledger'];
  const doneIn = (name: string): number => JSON.parse(readFileSync(join(at(name), 'journal.json'), 'utf8')).state.done;

  /** Sends the signal as soon as the run has counted more than before; resolves to its exit code, null where it was killed. */
  function stopped(name: string, args: readonly string[], signal: NodeJS.Signals): Promise<number | null> {
    return new Promise((resolve) => {
      const before = existsSync(join(at(name), 'journal.json')) ? doneIn(name) : 0;
      const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
      const look = setInterval(() => {
        if (!existsSync(join(at(name), 'journal.json')) || doneIn(name) <= before) return;
        clearInterval(look);
        // Once: a second SIGINT would mean more than a first.
        child.kill(signal);
      }, 5);
      child.on('close', (code) => {
        clearInterval(look);
        resolve(code);
      });
    });
  }

  beforeAll(() => {
    expect(emtdiff([...KILLED, '--out', at('unkilled')]).code).toBe(0);
  });

  test.each([
    ['1', 'by kill -9, then by Ctrl-C', ['SIGKILL', 'SIGINT']],
    ['2', 'by kill -9', ['SIGKILL']],
  ] as const)('with %s workers, %s, goes on and ends as if nothing had happened', async (workers, _, signals) => {
    const name = `killed-${workers}`;
    let args: readonly string[] = [...KILLED, '--workers', workers, '--out', at(name)];
    for (const signal of signals) {
      expect(await stopped(name, args, signal)).toBe(signal === 'SIGINT' ? 130 : null);
      if (signal === 'SIGINT') expect(summaryOf(name)).toMatchObject({ interrupted: true, cases: doneIn(name) });
      args = ['fuzz', '--resume', at(name)];
    }
    expect(doneIn(name)).toBeLessThan(20_000);
    expect(emtdiff([...args, '--no-ledger']).code).toBe(0);
    expect(findingsOf(name)).toEqual(findingsOf('unkilled'));
    expect(summaryOf(name)).toEqual(summaryOf('unkilled'));
  });

  test('keeps its choice of cases: others beside --resume are refused', () => {
    const refused = emtdiff(['fuzz', '--resume', at('unkilled'), '--seed', 'x']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--resume: found beside --seed');
  });
});

describe('The shard of this machine', () => {
  test.each([
    ['--shard', '1/4', {}, { index: 0, of: 4 }],
    ['--shard, the last', '4/4', {}, { index: 3, of: 4 }],
    ['GitLab', undefined, { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4' }, { index: 0, of: 4 }],
    ['CircleCI', undefined, { CIRCLE_NODE_INDEX: '3', CIRCLE_NODE_TOTAL: '4' }, { index: 3, of: 4 }],
    ['Buildkite', undefined, { BUILDKITE_PARALLEL_JOB: '2', BUILDKITE_PARALLEL_JOB_COUNT: '4' }, { index: 2, of: 4 }],
    [
      'Slurm',
      undefined,
      { SLURM_ARRAY_TASK_ID: '12', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '10' },
      { index: 2, of: 4 },
    ],
    [
      'a Slurm array with a step',
      undefined,
      { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_COUNT: '3', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_STEP: '3' },
      { index: 2, of: 3 },
    ],
    ['Kubernetes', undefined, { JOB_COMPLETION_INDEX: '3', EMTDIFF_SHARDS: '4' }, { index: 3, of: 4 }],
    ['nobody', undefined, {}, { index: 0, of: 1 }],
  ])('comes from %s', (_, option, environment, shard) => {
    expect(chosenShard(option, environment)).toEqual(shard);
  });

  test('is not guessed in a Kubernetes job that does not say of how many: every pod would run the whole', () => {
    expect(() => chosenShard(undefined, { JOB_COMPLETION_INDEX: '3' })).toThrow('found "3" without EMTDIFF_SHARDS');
    expect(chosenShard('1/1', { JOB_COMPLETION_INDEX: '3' })).toEqual({ index: 0, of: 1 });
  });

  test('has the seed of the others, never one of its own', () => {
    const refused = emtdiff(['fuzz', '--cases', '1', '--shard', '1/4']);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('--seed: found none for shard 1/4, expected the seed that all shards have');
  });

  test.each(['5/4', '0/4', 'x', '0/0', '-1/2'])('is not %s', (option) => {
    expect(() => chosenShard(option, {})).toThrow(
      `--shard: found "${option}", expected i/n with i from 1 to n: the first shard is 1/n, the last n/n`,
    );
  });
});
