/** External models as real child processes: what behaves is compared, what misbehaves does no harm. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExternalModel } from '../../../harness/external/external-model.js';
import type { ExternalOptions } from '../../../harness/external/external-options.js';
import { Place } from '../../../harness/operations/usage-error.js';
import { observationJson } from '../../../harness/scenario/observation-json.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';

const SILENT = join(__dirname, '../../fixtures/external/silent.sh');
const HOSTILE = join(__dirname, '../../fixtures/external/hostile.cjs');
const HOSTILE_SHELL = join(__dirname, '../../fixtures/external/hostile.sh');
/** Long enough for node to start on a busy machine, where a test has to see that it starts. */
const PATIENT: ExternalOptions = { timeoutMs: 4000 };
jest.setTimeout(60_000);

const open: ExternalModel[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'emtdiff-external-'));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((model) => model.close()));
  rmSync(folder, { recursive: true });
});

async function started(command: string, options: ExternalOptions = PATIENT): Promise<ExternalModel> {
  const model = await ExternalModel.start('mine', command, options);
  open.push(model);
  return model;
}
/** One that starts at once, where a test is impatient. */
const silent = (mode: string, options?: ExternalOptions) => started(`exec sh ${SILENT} ${mode} ${folder}/pid`, options);
const hostile = (mode: string, options?: ExternalOptions, argument = '') =>
  started(`exec ${process.execPath} ${HOSTILE} ${mode} ${argument}`, options);
const hostileShell = (mode: string, options?: ExternalOptions) => started(`exec sh ${HOSTILE_SHELL} ${mode}`, options);

/** The models of hostile.cjs and hostile.sh give the number in the name for a read-msr: an answer shows whose it is. */
function scenario(name: string, ops: readonly Record<string, unknown>[] = [{ op: 'read-msr', vcpu: 0, msr: '0x277' }]): Scenario {
  return scenarioFrom({ format: 'emtdiff-scenario/1', name, steps: ops }, new Place('test', '$'));
}
const ACCESS = { op: 'access', vcpu: 0, gfn: '0x1', kind: 'read', pat: 0 };
const POISON = scenario('poison', [ACCESS, { op: 'read-msr', vcpu: 0, msr: '0x277' }]);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => scenario(`case ${index}`));

/** The value of the first step of each answer; null for no answer. */
async function valuesOf(model: ExternalModel, scenarios: readonly Scenario[]): Promise<(number | null)[]> {
  const answers = await Promise.all(scenarios.map((one) => model.answer(one)));
  return answers.map((answer) => (answer === null ? null : answer.values[1]));
}
/** The process whose number stands in the folder's file `pid`. */
const pidOf = () => Number(readFileSync(join(folder, 'pid'), 'utf8'));
const isAlive = (pid: number) => existsSync(`/proc/${pid}/stat`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

/** SIGKILL is sent when we are told; that the kernel has done with the process takes a moment more. For ever where it was not sent. */
async function death(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('an external model that behaves', () => {
  test('says what it claims to be and what it can do', async () => {
    const model = await hostile('behaves');
    expect([model.name, model.claims, [...model.operations]]).toEqual([
      'mine',
      'bare-metal/intel',
      ['write-msr', 'read-msr', 'access', 'zap'],
    ]);
  });

  test('may claim to be nothing', async () => {
    const model = await hostile('no-profile');
    expect(model.claims).toBeUndefined();
    expect(await valuesOf(model, numbered(1))).toEqual([0]);
  });

  test('answers more scenarios than may be in flight, each with its own answer and counters', async () => {
    const model = await hostile('behaves', { ...PATIENT, inFlight: 4 });
    expect(await valuesOf(model, numbered(100))).toEqual(numbered(100).map((_, index) => index));
    expect((await model.answer(scenario('one')))?.counters).toEqual({ zaps: 1 });
    expect([model.restarts, model.faults]).toEqual([0, []]);
  });

  test('may answer in any order', async () => {
    const model = await hostile('any-order');
    expect(await valuesOf(model, numbered(40))).toEqual(numbered(40).map((_, index) => index));
    expect(model.faults).toEqual([]);
  });

  test('is n/a in the steps whose operation its hello does not list', async () => {
    const model = await hostile('behaves');
    const answer = await model.answer(
      scenario('7', [
        { op: 'read-msr', vcpu: 0, msr: '0x277' },
        { op: 'init', vcpu: 0 },
        { op: 'zap', gfn: '0x0', pages: '0x1' },
      ]),
    );
    expect([...answer!.observations].map((one) => observationJson(one, null).outcome)).toEqual(['ok', 'n/a', 'ok']);
  });

  test('may die between two scenarios: nobody waits for it then', async () => {
    const model = await hostile('one-answer-a-life', { ...PATIENT, inFlight: 1 });
    expect(await valuesOf(model, [scenario('3')])).toEqual([3]);
    expect(await valuesOf(model, [scenario('4')])).toEqual([4]);
    expect(model.faults).toEqual([]);
  });

  test('may log as much as it likes', async () => {
    const model = await hostile('logs-much');
    expect(await valuesOf(model, numbered(3))).toEqual([0, 1, 2]);
  });

  test('is gone after close, also if it ignores bye', async () => {
    const model = await started(`echo $$ > ${folder}/pid; exec ${process.execPath} ${HOSTILE} ignores-bye`);
    await model.answer(scenario('1'));
    const pid = pidOf();
    expect(isAlive(pid)).toBe(true);
    await model.close();
    expect(isAlive(pid)).toBe(false);
    expect(await model.answer(scenario('2'))).toBeNull();
  });
});

describe('a command that cannot be started is bad usage', () => {
  test.each(['no-such-program-here --fast', '/dev/null'])('%s', async (command) => {
    await expect(started(command)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(
        /^external model mine: ".*" cannot be started \(died: exit code 12[67]; its stderr ends with "sh: .*"\), expected a command that sh can run$/,
      ),
    });
  });
});

describe('a bad case is one fault and does no harm to its neighbours, when the process', () => {
  test.each([
    ['dies-at-poison', /^died: exit code 3; its stderr ends with "first I talk\\nthen I cannot go on"$/],
    ['kills-itself-at-poison', /^died: killed by SIGSEGV$/],
    ['error-at-poison', /^answered with an error: "no such machine"$/],
    ['short-at-poison', /\$\.observations: found "1 observation", expected 2 observations, one for each step of the scenario$/],
    ['misnames-at-poison', /\$\.observations\[0\]\.outcome: found "okay", expected one of ok gp error/],
    ['valueless-at-poison', /\$\.observations\[1\]\.value: found nothing, expected the value that was read/],
    ['overfull-at-poison', /\$\.observations\[0\]\.value: found "0x1", expected no such field in ok of access$/],
    ['miscounts-at-poison', /\$\.counters\.zaps: found -1, expected a whole number of at least 0$/],
    ['garbage-at-poison', /^its message: found "garbage", expected a message: a JSON object with "type" on one line$/],
    ['not-utf8-at-poison', /found a line that is not UTF-8, expected a message/],
    ['nests-at-poison', /found nesting deeper than 64/],
    ['unknown-id-at-poison', /\$\.id: found 1000000, expected the id of a scenario that has no answer yet$/],
    ['twice-at-poison', /\$\.id: found \d+, expected one answer to each scenario$/],
    ['closes-stdout-at-poison', /^closed its stdout, but goes on running$/],
    ['truncates-at-poison', /^died: exit code 0, in the middle of a line$/],
  ])('%s', async (mode, message) => {
    const model = await hostileShell(mode);
    const cases = numbered(6).with(2, POISON);
    expect(await valuesOf(model, cases)).toEqual([0, 1, null, 3, 4, 5]);
    expect(model.faults).toEqual([{ message: expect.stringMatching(message), scenario: POISON }]);
    expect(model.isSetAside).toBe(false);
  });

  test('hangs', async () => {
    const model = await silent('hangs', { timeoutMs: 500 });
    const answers = await Promise.all([1, 2, 'poison', 4].map((name) => model.answer(scenario(`${name}`, [ACCESS]))));
    expect(answers.map((answer) => answer !== null)).toEqual([true, true, false, true]);
    expect(model.faults).toEqual([{ message: 'hangs: said nothing for 0.5 s', scenario: scenario('poison', [ACCESS]) }]);
  });
});

describe('faults', () => {
  test('need two failures: a case that succeeds when it is retried is none', async () => {
    const model = await hostile('dies-once', PATIENT, join(folder, 'died'));
    expect(await valuesOf(model, [scenario('1'), POISON, scenario('2')])).toEqual([1, 0, 2]);
    expect([model.faultCount, model.faults, model.restarts > 0]).toEqual([0, [], true]);
  });

  test('are not those of the scenarios before: a retry has a process of its own', async () => {
    const model = await hostile('dies-at-its-third');
    expect(await valuesOf(model, numbered(8))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(model.faults).toEqual([]);
  });

  test('that other answers separate do not set a model aside', async () => {
    const model = await hostile('error-at-poison');
    const cases = [POISON, POISON, scenario('1'), POISON, POISON, scenario('2'), POISON];
    expect(await valuesOf(model, cases)).toEqual([null, null, 1, null, null, 2, null]);
    expect([model.faultCount, model.isSetAside]).toEqual([5, false]);
  });

  test('three in a row set it aside: n/a for the rest, also for what it had answered already', async () => {
    const model = await hostile('any-order-error-at-poison');
    const cases = [scenario('1'), POISON, POISON, POISON, scenario('2'), scenario('3')];
    expect(await valuesOf(model, cases)).toEqual([1, null, null, null, null, null]);
    expect([model.faultCount, model.isSetAside, await model.answer(scenario('4'))]).toEqual([3, true, null]);
  });

  test.each([
    ['dies-at-hello', /^died: exit code 4/],
    ['wrong-protocol', /^its message: \$\.protocol: found 2, expected 1$/],
    ['unknown-operation', /\$\.operations\[1\]: found "fly", expected one of write-msr/],
    ['hello-twice', /\$\.type: found "hello", expected "result" or "error"$/],
    ['garbage', /found "garbage", expected a message/],
    ['floods', /\$\.id: found 1000000, expected the id/],
    ['50-mb-line', /^sent a line over 16 MiB$/],
  ])('of every case, in a model that %s, set it aside', async (mode, message) => {
    const model = await hostileShell(mode);
    expect(await valuesOf(model, numbered(5))).toEqual([null, null, null, null, null]);
    expect(model.faults).toEqual(
      [0, 1, 2].map((index) => ({ message: expect.stringMatching(message), scenario: scenario(`case ${index}`) })),
    );
    expect(model.isSetAside).toBe(true);
  });

  test.each(['never-says-hello', 'half-a-hello'])('are noticed without an end of the process: %s', async (mode) => {
    const model = await hostileShell(mode, { timeoutMs: 50 });
    expect(await valuesOf(model, numbered(4))).toEqual([null, null, null, null]);
    expect(model.faults.map((fault) => fault.message)).toEqual(Array(3).fill('hangs: said nothing for 0.05 s'));
  });

  test('are noticed where the model reads no more', async () => {
    const model = await hostileShell('closes-stdin');
    expect(await valuesOf(model, numbered(1))).toEqual([null]);
    expect(model.faults[0].message).toBe('closed its stdin, but goes on running');
  });

  test('are not those of a campaign that computes for longer than the model may be silent', async () => {
    const model = await hostile('behaves', { timeoutMs: 2000 });
    const answer = model.answer(scenario('5'));
    // Busy before the answer can be read.
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const start = process.hrtime.bigint(); process.hrtime.bigint() - start < 2_200_000_000n; );
    expect((await answer)?.values[1]).toBe(5);
    expect([model.faults, model.restarts]).toEqual([[], 0]);
  });
});

describe('a process and all that it forked', () => {
  test('are killed together, though they ignore SIGTERM and hold the pipes open', async () => {
    const model = await silent('forks', { timeoutMs: 500 });
    expect(await valuesOf(model, [POISON])).toEqual([null]);
    await death(pidOf());
  });

  test('are killed by close while a scenario is in flight, which is no fault', async () => {
    const model = await silent('forks', { timeoutMs: 60_000 });
    const answer = model.answer(POISON);
    while (!existsSync(join(folder, 'pid'))) await new Promise((resolve) => setTimeout(resolve, 20));
    await model.close();
    expect([await answer, model.faults]).toEqual([null, []]);
    await death(pidOf());
  });

  test('are not waited for where one escaped into a session of its own with the pipes', async () => {
    const model = await hostile('forks-a-daemon', { timeoutMs: 60_000 }, join(folder, 'pid'));
    expect(await valuesOf(model, numbered(1))).toEqual([null]);
    expect(model.faults[0].message).toMatch(/^died: exit code 5/);
    process.kill(pidOf());
  });
});
