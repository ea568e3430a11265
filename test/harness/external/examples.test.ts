/** The examples as real child processes: what they answer is what real hardware does, by the recorded vectors and by the profile they claim. */
import { besideOf } from '../../../harness/operations/beside.js';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExternalModel } from '../../../harness/external/external-model.js';
import { Place } from '../../../harness/operations/usage-error.js';
import { type ObservationJson, observationJson } from '../../../harness/scenario/observation-json.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';

jest.setTimeout(60_000);
const EXAMPLES = join(__dirname, '../../../harness/external/examples');
const VECTORS = join(__dirname, '../../../corpora/conformance/recorded/bare-mtrr.jsonl');

const vectors: { scenario: Scenario; observations: Record<string, unknown>[] }[] = readFileSync(VECTORS, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line))
  .map(({ scenario, observations }) => ({ scenario: scenarioFrom(scenario, new Place(VECTORS, '$')), observations }));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'emtdiff-examples-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const isThere = (program: string) => spawnSync(program, ['--version']).status === 0;

/** The command of an example, or null, with a message, where the machine cannot run it. */
function commandOf(example: 'model.c' | 'model.py'): string | null {
  const program = example === 'model.c' ? 'gcc' : 'python3';
  if (!isThere(program)) {
    console.warn(`skipped ${example}: there is no ${program} on this machine`);
    return null;
  }
  if (example === 'model.py') return `exec python3 ${join(EXAMPLES, example)}`;
  const { status, stderr } = spawnSync(
    'gcc',
    ['-O2', '-Wall', '-Wextra', '-Werror', '-o', join(folder, 'model'), join(EXAMPLES, example)],
    { encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
  return `exec ${join(folder, 'model')}`;
}

/** What it says to scenarios, in readable form. */
async function answersOf(command: string, scenarios: readonly Scenario[]): Promise<ObservationJson[][]> {
  const model = await ExternalModel.start('example', command);
  const answers = await Promise.all(scenarios.map((scenario) => model.answer(scenario)));
  await model.close();
  expect([model.claims, model.faults, model.restarts]).toEqual(['bare-metal/intel', [], 0]);
  return answers.map((answer, index) =>
    scenarios[index].steps.map((step, at) => {
      const observation = answer!.observations[at];
      return observationJson(observation, besideOf(step, observation, answer!.values[2 * at], answer!.values[2 * at + 1]));
    }),
  );
}

describe.each([
  { example: 'model.c' as const, share: 0.3 },
  { example: 'model.py' as const, share: 0.9 },
])('$example', ({ example, share }) => {
  test(`answers at least ${share * 100} % of the recorded steps, and those as recorded`, async () => {
    const command = commandOf(example);
    if (command === null) return;
    const scenarios = vectors.map(({ scenario }) => scenario);
    const answers = await answersOf(command, scenarios);
    const told = answers.flatMap((observations, index) =>
      observations.map((got, at) => ({
        name: `${scenarios[index].name} step ${at}`,
        got,
        recorded: vectors[index].observations[at],
      })),
    );
    const answered = told.filter(({ got, recorded }) => got.outcome !== 'n/a' && recorded.outcome !== 'undefined');
    expect(answered.filter(({ got, recorded }) => JSON.stringify(got) !== JSON.stringify(recorded)).slice(0, 5)).toEqual([]);
    expect(answered.length / told.length).toBeGreaterThan(share);
  });

  test('knows the default type, PAT, the MTRRs that are off, and where nothing is', async () => {
    const command = commandOf(example);
    if (command === null) return;
    const access = (gfn: string, pat: number) => ({ op: 'access', vcpu: 1, gfn, kind: 'read', pat });
    const steps = [
      access('0x200', 0),
      { op: 'write-msr', vcpu: 1, msr: '0x2ff', value: '0x805' },
      access('0x200', 0),
      access('0x200', 2),
      access('0x200', 3),
      access('0x100000', 0),
      { op: 'write-msr', vcpu: 1, msr: '0x2ff', value: '0x802' },
      { op: 'read-msr', vcpu: 1, msr: '0x2ff' },
      { op: 'read-msr', vcpu: 0, msr: '0xfe' },
      { op: 'zap', gfn: '0x0', pages: '0x1' },
    ];
    const scenario = scenarioFrom(
      { format: 'emtdiff-scenario/1', name: 'a "quoted\\" name', machine: { vcpus: 2 }, steps },
      new Place('', '$'),
    );
    expect((await answersOf(command, [scenario]))[0]).toEqual([
      { outcome: 'ok', memtype: 'UC' },
      { outcome: 'ok' },
      { outcome: 'ok', memtype: 'WP' },
      { outcome: 'ok', memtype: 'WC' },
      { outcome: 'ok', memtype: 'UC' },
      { outcome: 'mmio' },
      { outcome: 'gp' },
      { outcome: 'ok', value: '0x805' },
      { outcome: 'ok', value: '0x508' },
      { outcome: 'n/a' },
    ]);
  });
});
