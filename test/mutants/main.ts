/**
 * `npm run mutants`: small changes of models, one at a time, and which of them `emtdiff regress` sees; those that it misses go through
 * the test suite and a campaign.
 *
 *   --folder LIST    folders of models; default: all
 *   --count N        mutants a folder, 40 by default
 *   --seed TEXT      which ones
 *   --regress-only   leaves out test suite and campaign
 *   --json FILE      the figures and every survivor
 *
 * Exit code 1 where a folder misses the goal: 95 % by `regress` alone, 99 % with test suite and campaign. A mutant that cannot change any
 * answer is named, with the reason, in equivalent.json and counts for neither.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { mutantsIn, sampled } from './sample.js';
import type { Mutant } from './sites.js';
import { Workshop } from './workshop.js';

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    count: { type: 'string', default: '40' },
    seed: { type: 'string', default: 'mutants' },
    'regress-only': { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const root = resolve('.');
const REGRESS_GOAL = 0.95;
const ALL_GOAL = 0.99;

interface Equivalent {
  readonly file: string;
  /** The text replaced, what replaces it, and the whole line around it, trimmed. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly why: string;
}

const equivalents = JSON.parse(readFileSync(join(root, 'test/mutants/equivalent.json'), 'utf8')) as readonly Equivalent[];

function lineOf({ file, line }: Mutant): string {
  return readFileSync(join(root, file), 'utf8').split('\n')[line - 1].trim();
}

function isEquivalent(mutant: Mutant): boolean {
  return equivalents.some(
    ({ file, from, to, text }) => file === mutant.file && from === mutant.from && to === mutant.to && text === lineOf(mutant),
  );
}

interface Tally {
  readonly folder: string;
  readonly sites: number;
  readonly mutants: number;
  readonly byRegress: number;
  readonly byAll: number;
  readonly survivors: readonly (Mutant & { readonly text: string; readonly seenBy: string | null })[];
}

async function examine(folder: string, workshop: Workshop): Promise<Tally> {
  const all = mutantsIn(root, folder);
  const mutants = sampled(all, Number(values.count), `${values.seed}|${folder}`).filter((mutant) => !isEquivalent(mutant));
  const survivors: Tally['survivors'][number][] = [];
  let others = 0;
  for (const [index, mutant] of mutants.entries()) {
    if ((await workshop.regress(mutant)) === null) {
      const seenBy = values['regress-only'] ? null : await seenOtherwise(mutant, folder, workshop);
      if (seenBy !== null) others++;
      survivors.push({ ...mutant, text: lineOf(mutant), seenBy });
    }
    process.stderr.write(`\r${folder}: ${index + 1} of ${mutants.length}, regress missed ${survivors.length}   `);
  }
  const byRegress = mutants.length - survivors.length;
  return { folder, sites: all.length, mutants: mutants.length, byRegress, byAll: byRegress + others, survivors };
}

async function seenOtherwise(mutant: Mutant, folder: string, workshop: Workshop): Promise<string | null> {
  const byTests = workshop.jest(mutant, [`test/models/${folder}`, 'test/laws']);
  if (byTests !== null) return 'test suite';
  const byCampaign = await workshop.with(mutant, () => workshop.run('fuzz', '--seed', 'mutants', '--cases', '20000'));
  return byCampaign === null ? null : 'campaign';
}

const folders =
  values.folder?.split(',') ??
  readdirSync(join(root, 'models'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'contract')
    .map(({ name }) => name);
const workshop = new Workshop(root);
const tallies: Tally[] = [];
for (const folder of folders) {
  tallies.push(await examine(folder, workshop));
  process.stderr.write('\n');
}
await workshop.close();

const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
process.stdout.write(`${'folder'.padEnd(20)} sites  mutants  regress  with tests and campaign\n`);
for (const { folder, sites, mutants, byRegress, byAll, survivors } of tallies) {
  const rest = values['regress-only'] ? '' : percent(byAll, mutants);
  process.stdout.write(
    `${folder.padEnd(20)} ${String(sites).padStart(5)}  ${String(mutants).padStart(7)}  ${percent(byRegress, mutants).padStart(7)}  ${rest}\n`,
  );
  for (const { file, line, from, to, text, seenBy } of survivors)
    process.stdout.write(
      `  ${file}:${line}  ${from} -> ${to}  ${seenBy === null ? 'survives' : `seen by ${seenBy}`}\n    ${text}\n`,
    );
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(tallies, null, 1)}\n`);
const misses = tallies.filter(
  ({ mutants, byRegress, byAll }) => byRegress < REGRESS_GOAL * mutants || (!values['regress-only'] && byAll < ALL_GOAL * mutants),
);
process.exitCode = misses.length > 0 ? 1 : 0;
