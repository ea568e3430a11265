/** `emtdiff lab identify` */
import { appendFileSync, writeFileSync } from 'node:fs';
import { PROFILES } from '../../../models/registry.js';
import { identificationText, identify } from '../../lab/identify.js';
import { recordedLine } from '../../lab/recorded-answer.js';
import { LabClient } from '../../lab/lab-client.js';
import type { Settings } from '../options/settings.js';
import { labOptions } from './lab-options.js';

export async function act(found: Settings): Promise<number> {
  const record = found.text('record');
  if (record !== undefined) writeFileSync(record, '');
  const client = new LabClient(await labOptions(found));
  const result = await identify(client, PROFILES, {
    seed: found.text('seed') ?? 'identify',
    cases: Number(found.text('cases') ?? 150),
    counters: found.text('counters') === 'none' ? [] : (found.text('counters') ?? 'zaps').split(','),
    onAnswer: (_, scenario, answer, hello) => {
      if (record !== undefined) appendFileSync(record, recordedLine(scenario, answer, hello));
    },
  });
  await client.close();
  process.stdout.write(identificationText(result, found.has('details')));
  const claimed = result.profiles.find(({ profile }) => profile === result.hello.profile);
  return claimed !== undefined && claimed.steps + claimed.counters === 0 ? 0 : 1;
}
