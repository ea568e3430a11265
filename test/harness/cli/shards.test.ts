import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chosenShard } from '../../../harness/cli/shard-choice.js';
import { emtdiff, MAIN } from './command.js';

const base = mkdtempSync(join(tmpdir(), 'emtdiff-shards-'));
const at = (name: string) => join(base, name);
const CAMPAIGN = [
  'fuzz',
  '--seed',
  'shards',
  '--cases',
  '1200',
  '--models',
  'bare-metal/intel,intel-ept/6.6',
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
    for (let shard = 0; shard < 3; shard++) expect(fuzz(`shard-${shard}`, '--shard', `${shard}/3`).code).toBe(0);
  }, 60_000);

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
    ['another seed', ['--seed', 'other'], 'found seed "other", expected "shards"'],
    ['overlapping cases', ['--shard', '0/2'], 'found cases that another folder counts too'],
  ])('refuses %s', (name, more, message) => {
    expect(fuzz(name, ...more).code).toBe(0);
    const refused = emtdiff(['merge', at('shard-0'), at(name), '--out', at('never')]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(message);
    expect(existsSync(join(at('never'), 'summary.json'))).toBe(false);
  });
});

describe('A run that was killed', () => {
  /** Kills the run as soon as it has a journal that is not complete. */
  function killed(name: string): Promise<void> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [
        MAIN,
        'fuzz',
        '--seed',
        'killed',
        '--cases',
        '60000',
        '--models',
        'bare-metal/intel,xen-hvm/ept-4.21',
        '--out',
        at(name),
      ]);
      const look = setInterval(() => existsSync(join(at(name), 'journal.json')) && child.kill('SIGKILL'), 20);
      child.on('close', () => {
        clearInterval(look);
        resolve();
      });
    });
  }

  test('goes on from its journal and ends as if nothing had happened', async () => {
    await killed('killed');
    const before = JSON.parse(readFileSync(join(at('killed'), 'journal.json'), 'utf8')).state.done;
    expect(before).toBeLessThan(60_000);
    expect(emtdiff(['fuzz', '--resume', at('killed'), '--format', 'json']).code).toBe(0);
    const whole = JSON.parse(
      emtdiff(['fuzz', '--seed', 'killed', '--cases', '60000', '--models', 'bare-metal/intel,xen-hvm/ept-4.21', '--format', 'json'])
        .stdout,
    );
    expect(summaryOf('killed')).toEqual({ ...whole, timing: null });
  }, 120_000);

  test('keeps its choice of cases: others beside --resume are refused', () => {
    const refused = emtdiff(['fuzz', '--resume', at('killed'), '--seed', 'x']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--resume: found beside --seed');
  });
});

describe('A run folder', () => {
  test('belongs to one run at a time', () => {
    expect(fuzz('locked').code).toBe(0);
    writeFileSync(join(at('locked'), 'lock'), `${process.pid}\n`);
    const refused = emtdiff(['fuzz', '--resume', at('locked')]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`found a run in progress there (process ${process.pid})`);
  });

  test('without a journal cannot go on', () => {
    expect(emtdiff(['fuzz', '--resume', base])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('The shard of this machine', () => {
  test.each([
    ['--shard', '1/4', {}, { index: 1, of: 4 }],
    ['GitLab', undefined, { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4' }, { index: 0, of: 4 }],
    ['CircleCI', undefined, { CIRCLE_NODE_INDEX: '3', CIRCLE_NODE_TOTAL: '4' }, { index: 3, of: 4 }],
    ['Buildkite', undefined, { BUILDKITE_PARALLEL_JOB: '2', BUILDKITE_PARALLEL_JOB_COUNT: '4' }, { index: 2, of: 4 }],
    [
      'Slurm',
      undefined,
      { SLURM_ARRAY_TASK_ID: '12', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '10' },
      { index: 2, of: 4 },
    ],
    ['Kubernetes', undefined, { JOB_COMPLETION_INDEX: '3', EMTDIFF_SHARDS: '4' }, { index: 3, of: 4 }],
    ['nobody', undefined, {}, { index: 0, of: 1 }],
  ])('comes from %s', (_, option, environment, shard) => {
    expect(chosenShard(option, environment)).toEqual(shard);
  });

  test.each(['4/4', 'x', '0/0', '-1/2'])('is not %s', (option) => {
    expect(() => chosenShard(option, {})).toThrow('--shard: found');
  });
});
