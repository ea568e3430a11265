/** `emtdiff regress`: every regression of a folder replayed; exit 1 and a diff where an answer changed. */
import { relative } from 'node:path';
import { answerFileOf, answerFiles, type ReplayedFile, replayFile } from '../../conformance/answer-files.js';
import { changeLines } from '../../regressions/change-text.js';
import { printRegression } from '../../regressions/regression.js';
import { type RegressionFile, readRegressions } from '../../regressions/regression-folder.js';
import { type Change, changesOf, updated } from '../../regressions/replay.js';
import { type RegressionResult, regressJunit } from '../../report/ci/regress-junit.js';
import { reportList, writeReport } from '../../report/report-formats.js';
import { writeWhole } from '../../files/writing.js';
import { plural } from '../../report/plural.js';
import { answerChangeLines, regressNotes } from '../../report/terminal/answer-changes.js';
import { UsageError } from '../../operations/usage-error.js';
import { scenarioJson } from '../../scenario/print.js';
import { PROFILES } from '../../../models/registry.js';
import { corpusFolder } from '../package-folder.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['regress [PATH...]'],
  about: [
    'Replays what was recorded: regressions (.json) and answers of profiles (.jsonl). PATH is a folder of them, or such a file; default: those of this package (corpora/regressions, corpora/conformance).',
  ],
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  examples: [
    ['regress', 'everything that this package has recorded'],
    ['regress mine --report junit=regress.xml', 'your own, with a report for a CI'],
  ],
  notes: [
    'What compiled sources or real kernels answered is evidence: --update leaves it as it is.',
    'Exit codes: 0 no answer changed, or all were updated; 1 answers changed, or evidence disagrees; 2 bad usage, or a file that holds something else.',
  ],
};

/** Columns of what is printed. */
const WIDTH = 80;

interface Changed {
  readonly file: RegressionFile;
  readonly changes: readonly Change[];
}

export async function run(found: Settings): Promise<number> {
  const format = found.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  const junit = junitFiles(found.text('report'));
  const named = found.operands;
  const folders = named.length > 0 ? named.filter((path) => !path.endsWith('.jsonl')) : [corpusFolder('regressions')];
  const files = folders.flatMap(readRegressions);
  const changed = files
    .map((file) => ({ file, changes: changesOf(file.regression, PROFILES, file.path) }))
    .filter(({ changes }) => changes.length > 0);
  const answers = (named.length > 0 ? named : [corpusFolder('conformance')])
    .flatMap(answerFiles)
    .map((path) => replayFile(path, PROFILES));
  const isUpdate = found.has('update');
  const missing = named.length > 0 ? [] : withoutAnswers(answers);
  const outcome = { files, changed, answers, missing, isUpdate };
  process.stdout.write(format === 'json' ? `${JSON.stringify(document(outcome))}\n` : await text(outcome));
  if (junit.length > 0) {
    const report = regressJunit(await results(outcome), isUpdate);
    for (const file of junit) writeReport(file, report);
  }
  if (isUpdate) update(outcome);
  const isChanged = changed.length > 0 || answers.some(({ changes }) => changes.length > 0);
  const isContradicted = answers.some(({ changes }) => changes.some(({ origin }) => origin !== null));
  return isContradicted || (isChanged && !isUpdate) ? 1 : 0;
}

interface Outcome {
  readonly files: readonly RegressionFile[];
  readonly changed: readonly Changed[];
  readonly answers: readonly ReplayedFile[];
  /** Profiles that nothing is recorded of. */
  readonly missing: readonly string[];
  readonly isUpdate: boolean;
}

function update({ changed, answers }: Outcome): void {
  for (const { file, changes } of changed) writeWhole(file.path, printRegression(updated(file.regression, changes)));
  for (const { path, text } of answers.filter(isRewritten)) writeWhole(path, text);
}

/** Evidence stays as it is. */
function isRewritten({ changes }: ReplayedFile): boolean {
  return changes.some(({ origin }) => origin === null);
}

function withoutAnswers(answers: readonly ReplayedFile[]): string[] {
  const recorded = new Set(answers.filter(({ path }) => isOwn(path)).flatMap(({ profiles }) => profiles));
  return PROFILES.map(({ name }) => name).filter((name) => !recorded.has(name));
}

/** Whether a file is named after a profile: others hold evidence. */
function isOwn(path: string): boolean {
  return PROFILES.some(({ name }) => path === answerFileOf(corpusFolder('conformance'), name));
}

/** @throws {UsageError} for a format that a corpus has no report in. */
function junitFiles(list: string | undefined): string[] {
  const reports = list === undefined ? [] : reportList(list);
  const other = reports.find(({ format }) => format !== 'junit');
  if (other !== undefined) throw new UsageError(`--report: found the format ${other.format}, expected junit=FILE`);
  return reports.map(({ file }) => file);
}

async function results({ files, changed, answers }: Outcome): Promise<RegressionResult[]> {
  const changesIn = (path: string) => changed.find(({ file }) => file.path === path)?.changes ?? [];
  const regressions = files.map(async ({ path, regression }) => ({
    name: regression.name,
    file: shownPath(path),
    lines: await changeLines(regression, changesIn(path)),
  }));
  const recorded = answers.map((file) => ({
    name: `${shownPath(file.path)}: ${plural(file.answers, 'answer')}`,
    file: shownPath(file.path),
    lines: answerChangeLines([file], WIDTH, shownPath),
  }));
  return [...(await Promise.all(regressions)), ...recorded];
}

function document({ files, changed, answers, missing, isUpdate }: Outcome): Record<string, unknown> {
  return {
    format: 'emtdiff-regress/1',
    regressions: files.map(({ regression }) => regression.name),
    updated: isUpdate,
    changed: changed.map(({ file, changes }) => ({ file: file.path, name: file.regression.name, changes })),
    conformance: answers.map(({ path, answers: count, profiles, waiting, changes }) => ({
      file: path,
      answers: count,
      profiles,
      waiting,
      changed: changes.map(({ scenario, ...change }) => ({ ...change, scenario: scenarioJson(scenario) })),
    })),
    missing,
  };
}

async function text({ files, changed, answers, missing, isUpdate }: Outcome): Promise<string> {
  const lines: string[] = [];
  for (const { file, changes } of changed) lines.push(shownPath(file.path), ...(await changeLines(file.regression, changes)), '');
  const moved = answers.filter(({ changes }) => changes.length > 0);
  if (moved.length > 0) lines.push(...answerChangeLines(moved, WIDTH, shownPath), '');
  const rewritten = isUpdate ? [...changed.map(({ file }) => file.path), ...moved.filter(isRewritten).map(({ path }) => path)] : [];
  lines.push(...rewritten.map((path) => `rewritten: ${shownPath(path)}`));
  lines.push(...regressNotes(answers, missing, WIDTH));
  const count = [...changed, ...moved].reduce((sum, { changes }) => sum + changes.length, 0);
  const outcome =
    count === 0
      ? 'no answer changed'
      : `${plural(count, 'answer')} in ${plural(changed.length + moved.length, 'file')} ${isUpdate ? 'updated' : 'changed; after review: emtdiff regress --update'}`;
  const recorded = answers.reduce((sum, file) => sum + file.answers, 0);
  const profiles = new Set(answers.flatMap((file) => file.profiles)).size;
  const conformance = recorded === 0 ? '' : `, ${plural(recorded, 'recorded scenario')} of ${plural(profiles, 'profile')}`;
  return `${[...lines, `${plural(files.length, 'regression')}${conformance}: ${outcome}`].join('\n')}\n`;
}

/** From where the user stands, if that is shorter. */
function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.length < path.length ? near : path;
}
