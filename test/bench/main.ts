/**
 * `npm run bench`: speed, memory and counts against their goals; exit 1 if one is missed. Timing is judged here and in no test.
 * `npm run bench -- --million` looks at memory over a million cases (some minutes) instead of 50,000.
 * `npm run bench -- --only throughput|minimising|memory|start-up` runs one part.
 */
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chosenProfiles, DEFAULT_PANEL } from '../../harness/cli/panel-choice.js';
import { type Figure, tableOf } from './figure.js';
import { memory } from './memory.js';
import { minimising } from './minimising.js';
import { startUp } from './start-up.js';
import { throughput } from './throughput.js';

const { values } = parseArgs({ options: { million: { type: 'boolean' }, only: { type: 'string' } } });
const profiles = chosenProfiles(undefined, DEFAULT_PANEL);
/** npm runs scripts in the folder of the package. */
const cli = resolve('dist/harness/cli/main.js');

const PARTS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  throughput: () => throughput(profiles),
  minimising: () => minimising(profiles),
  memory: () => memory(cli, values.million ? 1_000_000 : 50_000),
  'start-up': async () => [startUp(cli)],
};

if (values.only !== undefined && !Object.hasOwn(PARTS, values.only))
  throw new Error(`--only: found ${values.only}, expected one of ${Object.keys(PARTS).join(' ')}`);
const figures: Figure[] = [];
for (const [name, measure] of Object.entries(PARTS)) {
  if (values.only !== undefined && values.only !== name) continue;
  process.stderr.write(`${name} ...\n`);
  figures.push(...(await measure()));
}
process.stdout.write(
  `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores\n\n${tableOf(figures)}\n`,
);
process.exitCode = figures.every(({ pass }) => pass) ? 0 : 1;
