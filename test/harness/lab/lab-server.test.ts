/** The lab's server over an emulator that is played by a script: whatever it does, every scenario is answered and nothing is left running. */
import { readFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Emulator } from '../../../harness/lab/emulator/emulator.js';
import { LabServer } from '../../../harness/lab/lab-server.js';

interface Played {
  readonly messages: readonly Record<string, unknown>[];
  readonly faults: number;
  readonly told: readonly string[];
  readonly lives: number;
  readonly pid: number;
}

function emulatorOf(mode: string, state: string): Emulator {
  return {
    name: 'qemu',
    vendor: 'amd',
    cpus: ['first', 'second'],
    memory: 512,
    patience: { start: 20_000, scenario: mode === 'hangs' ? 3000 : 40_000 },
    needs: [],
    files: [],
    version: async () => 'QEMU 7.2',
    async launch(_machine, folder) {
      const [console, path] = [join(folder, 'console.txt'), join(folder, 'agent.sock')];
      const script = join(__dirname, '../../fixtures/lab/fake-emulator.mjs');
      return { program: process.execPath, args: [script, mode, console, path, state], console, socket: { path } };
    },
  };
}

/** Scenario `n` reads an MSR on vCPU `n`: what the script knows it by. */
const run = (n: number) => ({ type: 'run', id: `case ${n}`, scenario: { steps: [{ op: 'read-msr', vcpu: n, msr: '0xfe' }] } });

async function play(mode: string, input: readonly (object | string)[]): Promise<Played> {
  const state = join(mkdtempSync(join(tmpdir(), 'emtdiff-fake-')), 'state');
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const told: string[] = [];
  const kernel = { release: '6.1.0', image: '', modules: '' };
  const server = new LabServer(
    {
      emulator: emulatorOf(mode, state),
      kernel,
      archive: '',
      cpu: null,
      memory: 512,
      facts: { extra: 'yes' },
      tell: (line) => told.push(line),
    },
    stdin,
    stdout,
  );
  const served = server.serve();
  for (const line of input) stdin.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  stdin.end();
  await served;
  const messages = String(stdout.read() ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const number = (path: string) => Number(readFileSync(path, 'utf8'));
  return { messages, faults: server.emulatorFaults, told, lives: number(state), pid: number(`${state}.pid`) };
}

const HELLO = { type: 'hello', protocol: 1 };
const ids = ({ messages }: Played) => messages.map(({ type, id }) => (type === 'hello' ? 'hello' : `${type} ${id}`));

test("The hello is the agent's, with the emulator and its processor among the facts", async () => {
  const played = await play('well', [HELLO, run(1), run(2), { type: 'bye' }]);
  expect(ids(played)).toEqual(['hello', 'result case 1', 'result case 2']);
  expect(played.messages[0]).toMatchObject({
    name: 'Linux 6.1.0',
    profile: 'amd-npt/gpat',
    facts: { kernel: '6.1.0', emulator: 'QEMU 7.2', processor: 'first', extra: 'yes' },
  });
  expect(played.faults).toBe(0);
});

test.each([
  ['dies-once', 'dies'],
  ['panics', 'shows a kernel panic'],
  ['garbage', 'sends garbage'],
  ['hangs', 'hangs'],
])('An emulator that %s (%s) is started again, and everything is answered', async (mode) => {
  const played = await play(mode, [HELLO, run(1), run(2), run(3)]);
  expect(ids(played).sort()).toEqual(['hello', 'result case 1', 'result case 2', 'result case 3']);
  expect(played.lives).toBe(2);
  expect(played.faults).toBe(1);
  expect(played.told.at(-1)).toBe('3 scenarios answered, 1 faults of qemu');
});

test('A scenario at which the emulator dies twice is an error that names the emulator; the others are answered', async () => {
  const played = await play('dies-at-2', [HELLO, run(2)]);
  expect(ids(played)).toEqual(['hello', 'error case 2']);
  expect(played.messages[1].message).toMatch(/^the emulator ended: exit code 134.*, twice at this scenario$/);
});

test('Lines that are no messages are answered by errors, and nothing ends', async () => {
  const played = await play('well', [HELLO, 'nonsense', { type: 'dance', id: 5 }, run(1)]);
  expect(ids(played).sort()).toEqual(['error 5', 'error null', 'hello', 'result case 1']);
});

test('A kernel that never gets to the agent is bad usage, after the other processor model and two more starts', async () => {
  await expect(play('never-starts', [HELLO])).rejects.toThrow(
    /^lab: found that Linux 6\.1\.0 in qemu ended: exit code 1 .*, expected it to reach the agent$/,
  );
});

test("What the agent refuses is said in the agent's words", async () => {
  await expect(play('refuses', [HELLO])).rejects.toThrow('no tracefs at /sys/kernel/tracing');
});

test('No emulator is left when the server has ended', async () => {
  const { pid } = await play('well', [HELLO, run(1)]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const state = () => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1][0];
    } catch {
      return 'gone';
    }
  };
  expect(['gone', 'Z']).toContain(state());
});
