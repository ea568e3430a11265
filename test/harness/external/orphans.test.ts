/** An emtdiff that is killed cannot kill its external models: they see the end of their stdin, and the shipped examples end by that. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAIN } from '../cli/command.js';

const EXAMPLES = join(__dirname, '../../../harness/external/examples');
const folder = mkdtempSync(join(tmpdir(), 'emtdiff-orphans-'));
const isThere = (program: string) => spawnSync(program, ['--version']).status === 0;
const isAlive = (pid: number) => existsSync(`/proc/${pid}/stat`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** The process of an external model whose emtdiff is killed in the middle of a campaign. */
async function orphan(command: string): Promise<number> {
  const file = join(folder, 'pid');
  const out = join(folder, `run-${command.length}`);
  const external = `mine=echo $$ > ${file}; exec ${command}`;
  const args = ['fuzz', '--cases', '100000000', '--models', 'bare-metal/intel', '--external', external, '--out', out];
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('close', resolve));
  // Cases have been answered: the model is at work.
  await until(() => existsSync(join(out, 'journal.json')) && !readFileSync(join(out, 'journal.json'), 'utf8').includes('"done":0'));
  child.kill('SIGKILL');
  await ended;
  return Number(readFileSync(file, 'utf8'));
}

(isThere('python3') ? test : test.skip)('model.py ends when its emtdiff was killed (needs python3)', async () => {
  const pid = await orphan(`python3 ${join(EXAMPLES, 'model.py')}`);
  await until(() => !isAlive(pid));
});

(isThere('gcc') ? test : test.skip)('model.c ends when its emtdiff was killed (needs gcc)', async () => {
  expect(spawnSync('gcc', ['-o', join(folder, 'model'), join(EXAMPLES, 'model.c')]).status).toBe(0);
  const pid = await orphan(join(folder, 'model'));
  await until(() => !isAlive(pid));
});

test('emtdiff serve ends when its emtdiff was killed', async () => {
  const pid = await orphan(`${process.execPath} ${MAIN} serve intel-ept/6.16`);
  await until(() => !isAlive(pid));
});
