/** `emtdiff lab identify` */
import { appendFileSync, writeFileSync } from 'node:fs';
import { PROFILES } from '../../../../models/registry.js';
import { identificationText, identify } from '../../../lab/identify.js';
import { LabClient } from '../../../lab/lab-client.js';
import { scenarioJson } from '../../../scenario/print.js';
import { readArguments, wholeNumber } from '../../options/arguments.js';
import { LAB_HELP, LAB_OPTIONS, labOptions } from './serve.js';

const HELP = `emtdiff lab identify: which profile a kernel answers as, with the number of differing steps per profile

${LAB_HELP}
  --cases N         scenarios (default: 150)
  --seed TEXT       (default: identify)
  --counters LIST   counters compared at the end (default: zaps)
  --details         the first differences of the best profile
  --record FILE     the answers, a JSON line each: what corpora/conformance/real has
  -h, --help        this text

Only what the kernel shows is compared: outcomes, values, leaves, levels, counters; no memory types.
`;

export async function run(args: readonly string[]): Promise<number> {
  const options = {
    ...LAB_OPTIONS,
    cases: { type: 'string' },
    seed: { type: 'string' },
    counters: { type: 'string' },
    details: { type: 'boolean' },
    record: { type: 'string' },
  } as const;
  const found = readArguments('lab identify', args, options, { least: 0, most: 0 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
  const record = found.text('record');
  if (record !== undefined) writeFileSync(record, '');
  const client = new LabClient(await labOptions(found));
  const result = await identify(client, PROFILES, {
    seed: found.text('seed') ?? 'identify',
    cases: wholeNumber('--cases', found.text('cases') ?? '150', 1),
    counters: (found.text('counters') ?? 'zaps').split(','),
    onAnswer: (_, scenario, { observations, counters }) => {
      if (record !== undefined)
        appendFileSync(record, `${JSON.stringify({ scenario: scenarioJson(scenario), observations, counters })}\n`);
    },
  });
  await client.close();
  process.stdout.write(identificationText(result, found.has('details')));
  return 0;
}
