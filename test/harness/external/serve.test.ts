/** The other side of the protocol, over streams in memory. */
import { PassThrough } from 'node:stream';
import { serve } from '../../../harness/external/serve.js';
import type { Answer } from '../../../harness/run/readable.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';
import { OPERATION_NAMES } from '../../../harness/operations/registry.js';

/** Answers every step with ok; defective where the scenario is called so. */
function answer(scenario: Scenario): Answer {
  if (scenario.name === 'defect') throw new TypeError('cannot read what is not there');
  return { observations: scenario.steps.map(() => ({ outcome: 'ok' })), counters: { zaps: scenario.steps.length } };
}

interface Session {
  readonly input: PassThrough;
  readonly output: PassThrough;
  readonly done: Promise<void>;
}
function session(): Session {
  const input = new PassThrough();
  const output = new PassThrough();
  return { input, output, done: serve({ profile: 'fake/1', answer }, input, output) };
}
const read = (output: PassThrough): unknown[] =>
  String(output.read() ?? '')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

/** What is answered to these lines, given whole. */
async function answersTo(...lines: readonly unknown[]): Promise<unknown[]> {
  const { input, output, done } = session();
  input.end(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
  await done;
  return read(output);
}
const run = (id: unknown, steps = 1, name = 'x') => ({
  type: 'run',
  id,
  scenario: { format: 'emtdiff-scenario/1', name, steps: Array(steps).fill({ op: 'save-restore' }) },
});
const result = (id: unknown, steps = 1) => ({
  type: 'result',
  id,
  observations: Array(steps).fill({ outcome: 'ok' }),
  counters: { zaps: steps },
});

describe('a served profile', () => {
  test('says hello with its name, its profile and every operation', async () => {
    expect(await answersTo({ type: 'hello', protocol: 1 })).toEqual([
      { type: 'hello', protocol: 1, name: 'fake/1', profile: 'fake/1', operations: OPERATION_NAMES },
    ]);
  });

  test('answers each scenario under its id', async () => {
    expect(await answersTo(run(7), run('a', 3), run(0, 0))).toEqual([result(7), result('a', 3), result(0, 0)]);
  });

  test('refuses another protocol', async () => {
    expect(await answersTo({ type: 'hello', protocol: 2 })).toEqual([
      { type: 'error', id: null, message: 'stdin: $.protocol: found 2, expected 1' },
    ]);
  });

  test('answers a scenario that is none with an error under its id, and goes on', async () => {
    const wrong = { type: 'run', id: 8, scenario: { format: 'emtdiff-scenario/1', steps: [{ op: 'init', vcpu: 3 }] } };
    expect(await answersTo(wrong, run(9))).toEqual([
      {
        type: 'error',
        id: 8,
        message: 'run 8: $.scenario.steps[0].vcpu: found 3, expected a vCPU number below machine.vcpus (1)',
      },
      result(9),
    ]);
  });

  test('answers with an error where the model is defective, and goes on', async () => {
    expect(await answersTo(run(1, 1, 'defect'), run(2))).toEqual([
      { type: 'error', id: 1, message: 'internal error: TypeError: cannot read what is not there' },
      result(2),
    ]);
  });

  test.each([
    ['garbage', 'garbage', 'stdin: found "garbage", expected a message: a JSON object with "type" on one line'],
    ['an empty line', '', 'stdin: found "", expected a message: a JSON object with "type" on one line'],
    ['an array', '[1]', 'stdin: found [1], expected a message: a JSON object with "type" on one line'],
    [
      'a repeated key',
      '{"type":"run","type":"bye"}',
      'stdin: line 1, column 15: found the key "type" a second time, expected each key once',
    ],
    ['an unknown type', '{"type":"dance"}', 'stdin: $.type: found "dance", expected "hello", "run" or "bye"'],
    ['a run without an id', '{"type":"run","scenario":{}}', 'stdin: $.id: found nothing, expected a whole number or a string'],
    [
      'nesting without end',
      `{"type":"run","x":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
      'stdin: line 1, column 82: found nesting deeper than 64, expected at most 64 levels',
    ],
    ['a line over 16 MiB', 'x'.repeat(17 * 2 ** 20), 'stdin: found a line over 16 MiB, expected a shorter one'],
  ])('answers %s with an error under id null, and goes on', async (_, line, message) => {
    expect(await answersTo(line, run(1))).toEqual([{ type: 'error', id: null, message }, result(1)]);
  });

  test('ends at bye, though its input stays open, when all that was asked is answered', async () => {
    const { input, output, done } = session();
    input.write(`${JSON.stringify(run(1))}\n{"type":"bye"}\n${JSON.stringify(run(2))}\n`);
    await done;
    expect(read(output)).toEqual([result(1)]);
  });

  test('ends at the end of input, and takes what stands there without a newline for a line', async () => {
    const { input, output, done } = session();
    input.end(JSON.stringify(run(1)));
    await done;
    expect(read(output)).toEqual([result(1)]);
  });

  test('writes each answer when it has it', async () => {
    const { input, output } = session();
    input.write(`${JSON.stringify(run(1))}\n${JSON.stringify(run(2)).slice(0, 10)}`);
    await new Promise(setImmediate);
    expect(read(output)).toEqual([result(1)]);
    input.write(`${JSON.stringify(run(2)).slice(10)}\n`);
    await new Promise(setImmediate);
    expect(read(output)).toEqual([result(2)]);
  });

  test('reads on while nobody reads its answers, and settles when they are read', async () => {
    const { input, output, done } = session();
    const asked = 500;
    for (let id = 0; id < asked; id++) input.write(`${JSON.stringify(run(id, 20))}\n`);
    input.end();
    await new Promise(setImmediate);
    // The output holds far more than a stream takes before it asks its writer to wait.
    expect([input.readableLength, output.writableLength > 10 * output.writableHighWaterMark]).toEqual([0, true]);
    const chunks: Buffer[] = [];
    output.on('data', (chunk: Buffer) => chunks.push(chunk));
    await done;
    expect(Buffer.concat(chunks).toString().split('\n').length - 1).toBe(asked);
  });
});
