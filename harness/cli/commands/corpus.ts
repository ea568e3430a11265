/** `emtdiff corpus`: keeps a folder of regressions small, canonical and without doubles. */
import { profileOf } from '../profile-name.js';
import { existsSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bySize, corpusKey, merged } from '../../regressions/merge.js';
import { checkedName, printRegression, REGRESSION_FORMAT, type Regression, regressionFrom } from '../../regressions/regression.js';
import { jsonFiles, readTextFile } from '../../files/reading.js';
import { type RegressionFile, readRegressions } from '../../regressions/regression-folder.js';
import { changesOf, expectedOf } from '../../regressions/replay.js';
import { answerFileOf, scenariosIn } from '../../conformance/answer-files.js';
import { grow as growth } from '../../conformance/grow.js';
import { UsageError } from '../../operations/usage-error.js';
import { writeWhole } from '../../files/writing.js';
import { findingFileName } from '../../report/run-folder.js';
import { readJson } from '../../scenario/json.js';
import { PROFILES } from '../../../models/registry.js';
import { minimalOf, regressionOf } from '../corpus-entry.js';
import { userFolder } from '../package-folder.js';
import { chosenProfiles, DEFAULT_PANEL } from '../panel-choice.js';
import { readScenario } from '../scenario-input.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: [
    'corpus add FILE [DIR]',
    'corpus minimise [DIR]',
    'corpus merge DIR... --out DIR',
    'corpus migrate [DIR]',
    'corpus grow PROFILE...|all',
  ],
  about: [
    "add: a scenario or a finding becomes a regression, unless a smaller witness of its bucket is there.\nminimise: each regression becomes the smallest scenario that shows its bucket.\nmerge: one corpus of several; one regression a bucket, the smallest witness wins.\nmigrate: every file in today's format and canonical form; scenarios and findings become regressions.\ngrow: recorded answers of profiles (corpora/conformance), from random scenarios; those that are kept already stay.",
    'DIR: default: corpora/regressions of the working directory.',
  ],
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  examples: [
    ['corpus add runs/tonight/findings/SOME.json mine', 'a finding as a regression of yours'],
    ['corpus merge mine theirs --out all', 'two corpora as one'],
  ],
};

const ACTIONS: Readonly<Record<string, (found: Settings, operands: readonly string[]) => Promise<string>>> = {
  add,
  minimise,
  merge,
  migrate,
  grow,
};

export async function run(found: Settings): Promise<number> {
  const [action, ...operands] = found.operands;
  if (!Object.hasOwn(ACTIONS, action))
    throw new UsageError(`corpus: found ${JSON.stringify(action)}, expected one of ${Object.keys(ACTIONS).join(' ')}`);
  process.stdout.write(`${await ACTIONS[action](found, operands)}\n`);
  return 0;
}

async function add(found: Settings, operands: readonly string[]): Promise<string> {
  if (operands.length < 1 || operands.length > 2)
    throw new UsageError(`corpus add: found ${operands.length} arguments, expected FILE and perhaps DIR`);
  const [file, folder = userFolder('regressions')] = operands;
  const made = await entryOf(file, found);
  const files = existsSync(folder) ? readRegressions(folder) : [];
  const other = files.find(({ regression }) => corpusKey(regression) === corpusKey(made));
  if (other !== undefined && bySize(other.regression.scenario, made.scenario) <= 0)
    return `${other.path}: kept, its witness of ${corpusKey(made)} is no larger`;
  const path = other?.path ?? join(folder, `${made.name}.json`);
  if (other === undefined && existsSync(path))
    throw new UsageError(`${path}: found a regression of another bucket, expected a new --name`);
  writeWhole(path, printRegression(other === undefined ? made : { ...made, name: other.regression.name }));
  return `${path}: ${other === undefined ? 'added' : 'replaced by a smaller witness'}`;
}

async function entryOf(file: string, found: Settings): Promise<Regression> {
  const { scenario, finding } = readScenario(file);
  const known = finding?.profiles.filter((name) => profileOf(name, PROFILES) !== undefined) ?? [];
  const profiles = chosenProfiles(found.text('models'), known.length > 0 ? known : DEFAULT_PANEL);
  const own = finding?.id;
  const bucket = found.text('bucket') ?? own;
  const note = found.text('note');
  const name = found.text('name') ?? scenario.name ?? bucket ?? basename(file, '.json');
  return regressionOf(scenario, profiles, {
    name: found.text('name') === undefined ? findingFileName(name.replace(/[^\w.~+-]/g, '-')) : checkedName(name),
    ...(note === undefined ? {} : { note }),
    ...(bucket === undefined ? {} : { bucket }),
  });
}

async function minimise(_: Settings, operands: readonly string[]): Promise<string> {
  const files = readRegressions(oneFolder('minimise', operands));
  const changed = files.find(({ regression, path }) => changesOf(regression, PROFILES, path).length > 0);
  if (changed !== undefined)
    throw new UsageError(`${changed.path}: found changed answers, expected a corpus that emtdiff regress passes`);
  let rewritten = 0;
  for (const { path, regression } of files) {
    const profiles = PROFILES.filter(({ name }) => Object.hasOwn(regression.expected, name));
    const scenario = await minimalOf(regression, inOrder(profiles, Object.keys(regression.expected)));
    if (bySize(scenario, regression.scenario) >= 0) continue;
    const answers = expectedOf(scenario, inOrder(profiles, Object.keys(regression.expected)));
    writeWhole(path, printRegression({ ...regression, scenario, expected: answers }));
    rewritten++;
  }
  return `${files.length} regressions, ${rewritten} made smaller`;
}

const inOrder = <T extends { readonly name: string }>(profiles: readonly T[], names: readonly string[]): T[] =>
  [...profiles].sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));

async function merge(found: Settings, operands: readonly string[]): Promise<string> {
  const out = found.text('out');
  if (out === undefined || operands.length === 0)
    throw new UsageError('corpus merge: found no --out or no folder, expected DIR... --out DIR');
  const there = existsSync(out) ? readRegressions(out) : [];
  if (there.length > 0 && !operands.includes(out))
    throw new UsageError(`--out: found regressions in ${JSON.stringify(out)}, expected an empty folder or one of those merged`);
  const result = merged(operands.flatMap((folder) => readRegressions(folder).map(({ regression }) => regression)));
  for (const regression of result) writeIfChanged(join(out, `${regression.name}.json`), printRegression(regression), there);
  // Of a folder that is merged into: those that lost to a smaller witness.
  const losers = there.filter(({ regression }) => !result.some(({ name }) => name === regression.name));
  for (const { path } of losers) rmSync(path);
  return `${out}: ${result.length} regressions`;
}

function writeIfChanged(path: string, text: string, there: readonly RegressionFile[]): boolean {
  if (there.some((file) => file.path === path && file.text === text)) return false;
  writeWhole(path, text);
  return true;
}

async function migrate(found: Settings, operands: readonly string[]): Promise<string> {
  const paths = jsonFiles(oneFolder('migrate', operands));
  let rewritten = 0;
  for (const path of paths) {
    const text = readTextFile(path, 'a regression, a scenario or a finding');
    const json = readJson(text, path);
    const isCurrent = (json as { format?: unknown } | null)?.format === REGRESSION_FORMAT;
    const regression = isCurrent ? regressionFrom(json, path) : { ...(await entryOf(path, found)), name: basename(path, '.json') };
    const canonical = printRegression(regression);
    if (canonical === text) continue;
    writeWhole(path, canonical);
    rewritten++;
  }
  return `${paths.length} files, ${rewritten} rewritten`;
}

function oneFolder(action: string, operands: readonly string[]): string {
  if (operands.length > 1) throw new UsageError(`corpus ${action}: found ${operands.length} folders, expected one`);
  return operands[0] ?? userFolder('regressions');
}

async function grow(found: Settings, operands: readonly string[]): Promise<string> {
  const names = operands.length === 1 && operands[0] === 'all' ? PROFILES.map(({ name }) => name) : operands;
  if (names.length === 0) throw new UsageError('corpus grow: found no profile, expected PROFILE... or all');
  const profiles = chosenProfiles(names.join(), DEFAULT_PANEL);
  const cases = found.number('cases') ?? 1000;
  const folder = found.text('out') ?? userFolder('conformance');
  const lines: string[] = [];
  for (const profile of profiles) {
    const path = answerFileOf(folder, profile.name);
    const kept = existsSync(path) ? scenariosIn(path) : [];
    const { text, scenarios, traits } = growth(profile, kept, cases, found.text('seed') ?? 'conformance');
    writeWhole(path, text);
    lines.push(`${path}: ${scenarios} scenarios (${kept.length} before) that show ${traits} traits`);
  }
  return lines.join('\n');
}
