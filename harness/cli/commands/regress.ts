/** `emtdiff regress`: every regression of a folder replayed; exit 1 and a diff where an answer changed. */
import { relative } from 'node:path';
import { changeLines } from '../../regressions/change-text.js';
import { printRegression } from '../../regressions/regression.js';
import { type RegressionFile, readRegressions } from '../../regressions/regression-folder.js';
import { type Change, changesOf, updated } from '../../regressions/replay.js';
import { type RegressionResult, regressJunit } from '../../report/ci/regress-junit.js';
import { reportList, writeReport } from '../../report/report-formats.js';
import { writeWhole } from '../../files/writing.js';
import { UsageError } from '../../operations/usage-error.js';
import { PROFILES } from '../../../models/registry.js';
import { corpusFolder } from '../package-folder.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['regress [DIR]'],
  about: ['DIR is a folder of regressions; default: those of this package (corpora/regressions).'],
  operands: { least: 0, most: 1 },
  examples: [
    ['regress', 'the regressions of this package'],
    ['regress mine --report junit=regress.xml', 'your own, with a report for a CI'],
  ],
  notes: ['Exit codes: 0 no answer changed, or all were updated; 1 answers changed; 2 bad usage, or a file that is no regression.'],
};

interface Changed {
  readonly file: RegressionFile;
  readonly changes: readonly Change[];
}

export async function run(found: Settings): Promise<number> {
  const format = found.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  const junit = junitFiles(found.text('report'));
  const files = readRegressions(found.operands[0] ?? corpusFolder('regressions'));
  const changed = files
    .map((file) => ({ file, changes: changesOf(file.regression, PROFILES, file.path) }))
    .filter(({ changes }) => changes.length > 0);
  const isUpdate = found.has('update');
  if (format === 'json') process.stdout.write(`${JSON.stringify(document(files, changed, isUpdate))}\n`);
  else process.stdout.write(await text(files, changed, isUpdate));
  if (junit.length > 0) {
    const report = regressJunit(await results(files, changed), isUpdate);
    for (const file of junit) writeReport(file, report);
  }
  if (isUpdate) for (const { file, changes } of changed) writeWhole(file.path, printRegression(updated(file.regression, changes)));
  return changed.length > 0 && !isUpdate ? 1 : 0;
}

/** @throws {UsageError} for a format that a corpus has no report in. */
function junitFiles(list: string | undefined): string[] {
  const reports = list === undefined ? [] : reportList(list);
  const other = reports.find(({ format }) => format !== 'junit');
  if (other !== undefined) throw new UsageError(`--report: found the format ${other.format}, expected junit=FILE`);
  return reports.map(({ file }) => file);
}

function results(files: readonly RegressionFile[], changed: readonly Changed[]): Promise<RegressionResult[]> {
  const changesIn = (path: string) => changed.find(({ file }) => file.path === path)?.changes ?? [];
  return Promise.all(
    files.map(async ({ path, regression }) => ({
      name: regression.name,
      file: shownPath(path),
      lines: await changeLines(regression, changesIn(path)),
    })),
  );
}

function document(files: readonly RegressionFile[], changed: readonly Changed[], isUpdate: boolean): Record<string, unknown> {
  return {
    format: 'emtdiff-regress/1',
    regressions: files.map(({ regression }) => regression.name),
    updated: isUpdate,
    changed: changed.map(({ file, changes }) => ({ file: file.path, name: file.regression.name, changes })),
  };
}

async function text(files: readonly RegressionFile[], changed: readonly Changed[], isUpdate: boolean): Promise<string> {
  const lines: string[] = [];
  for (const { file, changes } of changed) lines.push(shownPath(file.path), ...(await changeLines(file.regression, changes)), '');
  const answers = changed.reduce((sum, { changes }) => sum + changes.length, 0);
  const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const outcome =
    answers === 0
      ? 'no answer changed'
      : `${plural(answers, 'answer')} in ${plural(changed.length, 'file')} ${isUpdate ? 'updated' : 'changed; after review: emtdiff regress --update'}`;
  return `${[...lines, `${plural(files.length, 'regression')}: ${outcome}`].join('\n')}\n`;
}

/** From where the user stands, if that is shorter. */
function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.length < path.length ? near : path;
}
