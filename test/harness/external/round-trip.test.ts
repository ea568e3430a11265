/** emtdiff serve as a child process: by hand, and as an external model whose answers have to be those of the profile in this process. */
import { besideOf } from '../../../harness/operations/beside.js';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExternalModel } from '../../../harness/external/external-model.js';
import { Place } from '../../../harness/operations/usage-error.js';
import { answerOf } from '../../../harness/run/readable.js';
import { observationJson } from '../../../harness/scenario/observation-json.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';
import { PROFILES } from '../../../models/registry.js';
import { emtdiff, MAIN } from '../cli/command.js';

jest.setTimeout(60_000);
const FIXTURES = join(__dirname, '../../fixtures');
const RECORDED = join(__dirname, '../../../corpora/conformance/recorded');
const HELLO = '{"type":"hello","protocol":1}\n';

function recorded(file: string): Scenario[] {
  const lines = readFileSync(join(RECORDED, file), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => scenarioFrom(JSON.parse(line).scenario, new Place(file, '$')));
}

describe('emtdiff serve', () => {
  test('ends with exit code 0 at the end of input, with its answers on stdout and nothing else anywhere', () => {
    const { code, stdout, stderr } = emtdiff(['serve', 'bare-metal/intel'], HELLO);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'hello', protocol: 1, profile: 'bare-metal/intel' });
    expect([code, stdout.split('\n').length, stderr]).toEqual([0, 2, '']);
  });

  test('ends at bye, though stdin stays open', async () => {
    const child = spawn(process.execPath, [MAIN, 'serve', 'bare-metal/amd'], { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.write(`${HELLO}{"type":"bye"}\n`);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('answers all of a client that writes everything before it reads anything', async () => {
    const [scenario] = recorded('bare-mtrr.jsonl');
    const line = readFileSync(join(RECORDED, 'bare-mtrr.jsonl'), 'utf8').split('\n')[0];
    const { scenario: json } = JSON.parse(line);
    const child = spawn(process.execPath, [MAIN, 'serve', 'bare-metal/intel'], { stdio: ['pipe', 'pipe', 'inherit'] });
    for (let id = 0; id < 2000; id++) child.stdin.write(`${JSON.stringify({ type: 'run', id, scenario: json })}\n`);
    await new Promise<void>((resolve) => child.stdin.end(resolve));
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) chunks.push(chunk);
    const answers = Buffer.concat(chunks).toString().trimEnd().split('\n');
    expect(answers.map((answer) => JSON.parse(answer).id)).toEqual(Array.from({ length: 2000 }, (_, id) => id));
    expect(JSON.parse(answers[0]).observations).toHaveLength(scenario.steps.length);
  });

  test.each([
    [['serve', 'bare-metal/intl'], /^emtdiff: found the profile "bare-metal\/intl", expected .* close to it: bare-metal\/intel/],
    [['serve'], /^emtdiff: serve: found 0 arguments, expected 1 /],
    [['serve', '--fast', 'x'], /^emtdiff: serve: found the option "--fast", expected none/],
  ])('%j is bad usage: exit 2, one sentence', (args, sentence) => {
    const { code, stdout, stderr } = emtdiff(args);
    expect(stderr).toMatch(sentence);
    expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1]);
  });

  test('has a help', () => {
    expect(emtdiff(['serve', '--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^emtdiff serve: /),
      stderr: '',
    });
  });
});

describe('a profile behind serve answers as it does in this process', () => {
  test.each([
    ['bare-metal/intel', 'bare-mtrr.jsonl'],
    ['intel-ept/6.6', 'kvm-ept.jsonl'],
    ['xen-hvm/ept-4.21', 'xen-ept.jsonl'],
  ])('%s, on the scenarios of %s', async (name, file) => {
    const profile = PROFILES.find((one) => one.name === name)!;
    const scenarios = recorded(file).slice(0, 60);
    const model = await ExternalModel.start(name, `exec ${process.execPath} ${MAIN} serve ${name}`, { timeoutMs: 20_000 });
    const answers = await Promise.all(scenarios.map((scenario) => model.answer(scenario)));
    await model.close();
    expect([model.claims, model.faults]).toEqual([name, []]);
    answers.forEach((answer, index) => {
      const readable = scenarios[index].steps.map((step, at) => {
        const observation = answer!.observations[at];
        const beside = besideOf(step, observation, answer!.values[2 * at], answer!.values[2 * at + 1]);
        return observationJson(observation, beside, answer!.rules[at]);
      });
      expect({ observations: readable, counters: answer!.counters }).toEqual(answerOf(profile, scenarios[index]));
    });
  });
});

test('a process that used external models and closed them has nothing left that keeps it running', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(FIXTURES, 'external/one-campaign.mjs')], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  expect([status, stdout, stderr]).toEqual([0, 'answered 1, faults 1\n', '']);
});
