/** What reaches the command line from outside: files of every kind, signals, external models that fail now and then. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emtdiff, emtdiffEach, MAIN, SHORT_RUN } from './command.js';

const base = mkdtempSync(join(tmpdir(), 'emtdiff-reliability-'));
const at = (name: string) => join(base, name);
const SCENARIO = { format: 'emtdiff-scenario/1', steps: [{ op: 'read-msr', vcpu: 0, msr: '0x2ff' }] };
const PANEL = 'bare-metal/intel,intel-ept/6.16';
writeFileSync(at('scenario.json'), JSON.stringify(SCENARIO));

/** An external model in a few lines: `onRun` is JavaScript with `say`, `id`, `scenario` and `count`, the number of its scenarios so far. */
function external(name: string, onRun: string): string {
  const file = at(`${name}.cjs`);
  const hello = { type: 'hello', protocol: 1, name, operations: ['read-msr', 'write-msr', 'access'] };
  writeFileSync(
    file,
    `let count = 0;
const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { type, id, scenario } = JSON.parse(line);
  if (type === 'hello') say(${JSON.stringify(hello)});
  if (type !== 'run') return;
  count++;
  ${onRun}
});`,
  );
  return `${name}=${process.execPath} ${file}`;
}
const ANSWER = "say({ type: 'result', id, observations: scenario.steps.map(() => ({ outcome: 'n/a' })) });";

describe('A file that is none', () => {
  mkdirSync(at('folder.json'));
  writeFileSync(at('latin.json'), Buffer.from([0x7b, 0xe4, 0x7d]));
  writeFileSync(at('long.json'), JSON.stringify({ ...SCENARIO, name: 'x'.repeat(1001) }));
  writeFileSync(at('many.json'), JSON.stringify({ ...SCENARIO, steps: new Array(100_001).fill(0) }));
  spawnSync('mkfifo', [at('fifo')]);
  const CASES: [string[], string][] = [
    [['replay', at('none')], 'found no such file or folder, expected a scenario or a finding'],
    [['replay', base], 'found a folder, expected a scenario or a finding'],
    [['replay', at('fifo')], 'found a FIFO, expected a scenario or a finding in a regular file, or on stdin as -'],
    [['replay', '/dev/zero'], 'found a device, expected'],
    [['replay', at('latin.json')], 'found bytes that are not UTF-8, expected'],
    [['replay', at('long.json')], '$.name: found "xxx'],
    [['replay', at('many.json')], '$.steps: found 100001 steps, expected at most 100000'],
    [['regress', base], 'folder.json: found a folder, expected a regression'],
    [['fuzz', '--ledger', base, '--cases', '1'], 'found a folder, expected a file of a ledger'],
    [['fuzz', '--baseline', base, '--cases', '1'], 'found a folder, expected a finding'],
    [['fuzz', '--out', '/proc/x/y', '--cases', '1'], 'expected a folder that can be written'],
  ];
  const ran = emtdiffEach(CASES.map(([args]) => args));

  test.each(CASES.map(([args, sentence], index) => [args.join(' '), sentence, ran[index]] as const))(
    'is refused in a sentence: emtdiff %s',
    (_, sentence, { code, stderr }) => {
      expect(stderr).toContain(sentence);
      expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
    },
  );
});

test('Output that finds no room is a sentence and exit 3', () => {
  const { status, stderr } = spawnSync('sh', ['-c', `${process.execPath} ${SHORT_RUN} ${MAIN} models > /dev/full`], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([3, 'emtdiff: stdout: found ENOSPC while writing, expected room for what is printed\n']);
});

test('Too few open files are a sentence and exit 2', () => {
  const { status, stderr } = spawnSync('sh', ['-c', `ulimit -n 64; ${process.execPath} ${SHORT_RUN} ${MAIN} fuzz --cases 1`], {
    encoding: 'utf8',
  });
  expect([status, stderr.trim().split('\n').length]).toEqual([2, 1]);
  expect(stderr).toContain('found too many open files (EMFILE; see ulimit -n)');
});

describe('A signal', () => {
  const HANGS = external('hangs', '');

  test.each<[string, NodeJS.Signals, number, string[]]>([
    ['replay', 'SIGTERM', 143, ['replay', at('scenario.json')]],
    ['minimise', 'SIGINT', 130, ['minimise', at('scenario.json')]],
    ['fuzz that waits for a hello', 'SIGHUP', 129, ['fuzz', '--cases', '5', '--no-ledger']],
  ])('ends emtdiff %s and the external model with it: %s', async (command, signal, code, args) => {
    const pidFile = at(`${signal}.pid`);
    const silent = command.startsWith('fuzz') ? 'sleep 60' : HANGS.slice(HANGS.indexOf('=') + 1);
    const definition = `mine=echo $$ > ${pidFile}; exec ${silent}`;
    const child = spawn(process.execPath, [
      MAIN,
      ...args,
      '--models',
      'bare-metal/intel',
      '--external',
      definition,
      '--external-timeout',
      '1h',
    ]);
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const pid = await written(pidFile);
    child.kill(signal);
    expect(await ended).toBe(code);
    expect(await isGone(pid)).toBe(true);
  });
});

async function written(file: string): Promise<number> {
  for (;;) {
    try {
      const text = readFileSync(file, 'utf8').trim();
      if (text !== '') return Number(text);
    } catch {}
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A killed process may be a zombie until somebody asks for it. */
async function isGone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 250; attempt++) {
    const state = (() => {
      try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0];
      } catch {
        return undefined;
      }
    })();
    if (state === undefined || state === 'Z') return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

describe('An external model that fails now and then', () => {
  const run = (definition: string, ...args: string[]) => {
    const { code, stdout } = emtdiff([
      ...[
        'fuzz',
        '--seed',
        'a',
        '--cases',
        '20',
        '--no-ledger',
        '--lens',
        'msr',
        '--format',
        'json',
        '--models',
        'bare-metal/intel',
      ],
      ...['--external', definition, ...args],
    ]);
    return { code, faults: JSON.parse(stdout).modelFaults };
  };
  const DIES = external('dies', `if (count === 11) process.exit(1); ${ANSWER}`);

  test('is told, with how often, and is exit 3', () => {
    const { code, faults } = run(DIES, '--external-failures', '1000');
    expect(code).toBe(3);
    expect(faults).toMatchObject([{ profile: 'dies', message: expect.stringMatching(/^failed \d+ times and recovered/) }]);
    expect(faults[0].setAside).toBeUndefined();
  });

  test('is set aside after as many failures as --external-failures says', () => {
    const { code, faults } = run(DIES, '--external-failures', '2');
    expect(code).toBe(3);
    expect(faults).toMatchObject([{ profile: 'dies', message: expect.stringMatching(/^failed 2 times/), setAside: true }]);
  });
});

test('An external model that answers at random is told as that, not as a defect of ours', () => {
  const fickle = external(
    'fickle',
    "say({ type: 'result', id, observations: scenario.steps.map(({ op }) => ({ outcome: op === 'write-msr' && Math.random() < 0.5 ? 'ok' : 'gp' })) });",
  );
  const args = ['fuzz', '--seed', 'a', '--cases', '20', '--no-ledger', '--format', 'json', '--lens', 'msr'];
  const { code, stdout } = emtdiff([...args, '--models', 'bare-metal/intel', '--external', fickle]);
  const { modelFaults } = JSON.parse(stdout);
  expect(code).toBe(3);
  expect(modelFaults).toMatchObject([
    { profile: 'fickle', message: 'answers differently when it is asked the same scenario again' },
  ]);
});

test('Markdown of a replay holds the scenario as replay reads it', () => {
  const { code, stdout } = emtdiff(['replay', at('scenario.json'), '--models', PANEL, '--format', 'markdown']);
  const stored = /```json\n([^`]*)```/.exec(stdout)?.[1] ?? '';
  expect([code, stdout.startsWith('```\n')]).toEqual([0, true]);
  expect(emtdiff(['replay', '-', '--models', PANEL, '--format', 'markdown'], stored).stdout).toBe(stdout);
});

describe('A finding', () => {
  const run = at('run');
  const path = () => join(run, 'findings', readdirSync(join(run, 'findings'))[0]);
  const stored = () => JSON.parse(readFileSync(path(), 'utf8'));
  const changed = (change: object) => {
    writeFileSync(at('changed.json'), JSON.stringify({ ...stored(), ...change }));
    return at('changed.json');
  };
  beforeAll(() => {
    expect(emtdiff(['fuzz', '--seed', 'golden', '--cases', '40', '--no-ledger', '--models', PANEL, '--out', run]).code).toBe(0);
  });

  test('says that it is reproduced, and its replay command does what it says', () => {
    const replayed = emtdiff(['replay', path()]);
    expect([replayed.code, replayed.stdout.split('\n')[0]]).toEqual([0, `Reproduced: ${stored().bucket.id}`]);
    const command = stored().replay.replace('npx emtdiff', `${process.execPath} ${SHORT_RUN} ${MAIN}`);
    expect(spawnSync('sh', ['-c', command], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  test('says which profile answers otherwise, at which step, then and now', () => {
    const observations = stored().observations;
    const [first] = observations['intel-ept/6.16'];
    const other = {
      ...observations,
      'intel-ept/6.16': [{ ...first, rule: 'intel-ept.another' }, ...observations['intel-ept/6.16'].slice(1)],
    };
    const { code, stdout } = emtdiff(['replay', changed({ observations: other })]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^CHANGED: .* shows, by other answers or rules\n {2}intel-ept\/6\.16, step 0: then .*intel-ept\.another.*, now /,
    );
    const json = JSON.parse(emtdiff(['replay', at('changed.json'), '--format', 'json']).stdout);
    expect(json.verified).toMatchObject({ outcome: 'changed', changed: [{ profile: 'intel-ept/6.16', step: 0 }] });
  });

  test('of a profile that there is none of cannot be told: exit 2 unless --models names a panel', () => {
    const renamed = changed({ profiles: [...stored().profiles, 'intel-ept/7.3'] });
    const refused = emtdiff(['replay', renamed]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      'found the profile "intel-ept/7.3" on the finding\'s panel, expected one that emtdiff models lists',
    );
    expect(emtdiff(['replay', renamed, '--models', PANEL]).code).toBe(0);
  });

  test.each([
    ['a step beyond the scenario', { step: 1_000_000 }, '$.step: found 1000000, expected a step of the scenario'],
    ['half a step', { step: 0.5 }, '$.step: found 0.5'],
    ['an unknown key', { panle: [] }, '$: found the unknown key "panle"'],
    ['a later format', { format: 'emtdiff-finding/2' }, '$.format: found "emtdiff-finding/2", written by a newer emtdiff'],
  ])('with %s is refused', (_, change, sentence) => {
    const { code, stderr } = emtdiff(['explain', changed(change)]);
    expect([code, stderr.split('\n').length]).toEqual([2, 2]);
    expect(stderr).toContain(sentence);
  });

  test('of an external model has a replay command that a shell takes as it is', () => {
    const definition = external("it's", ANSWER);
    const out = at('outside');
    const options = [
      '--seed',
      'a',
      '--cases',
      '5',
      '--no-ledger',
      '--models',
      'bare-metal/intel',
      '--external',
      definition,
      '--out',
      out,
    ];
    emtdiff(['fuzz', ...options]);
    const [name] = readdirSync(join(out, 'findings'));
    if (name === undefined) return;
    const { replay } = JSON.parse(readFileSync(join(out, 'findings', name), 'utf8'));
    const command = replay.replace('npx emtdiff', `${process.execPath} ${SHORT_RUN} ${MAIN}`);
    expect(spawnSync('sh', ['-c', command], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });
});
