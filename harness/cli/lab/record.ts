/** `emtdiff lab record` */
import { originOf } from '../../lab/recorded-answer.js';
import { LabClient } from '../../lab/lab-client.js';
import { UsageError } from '../../operations/usage-error.js';
import { writeWhole } from '../../files/writing.js';
import type { Settings } from '../options/settings.js';
import { readScenario } from '../scenario-input.js';
import { labOptions } from './lab-options.js';

export async function act(found: Settings): Promise<number> {
  const [, ...files] = found.operands;
  if (files.length === 0) throw new UsageError('lab record: found no SCENARIO, expected a file or more');
  const scenarios = files.map((file) => readScenario(file).scenario);
  const client = new LabClient(await labOptions(found));
  const hello = await client.hello();
  const lines = [`# ${originOf(hello)}`];
  for (const [index, scenario] of scenarios.entries()) {
    const reply = await client.ask(scenario, true);
    if ('error' in reply) throw new UsageError(`${files[index]}: ${reply.error}`);
    const { trace, observations } = reply.answer;
    if (trace === undefined)
      throw new UsageError(`${files[index]}: found ${String(observations[0]?.rule)}, expected a scenario that this kernel can do`);
    lines.push(`# ${files[index]}`, ...trace.filter((line, at) => index === 0 || at > 10 || !line.startsWith('#')));
  }
  await client.close();
  const text = `${lines.join('\n')}\n`;
  const out = found.text('out');
  if (out === undefined) process.stdout.write(text);
  else writeWhole(out, text);
  return 0;
}
