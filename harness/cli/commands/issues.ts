/** `emtdiff issues`: the new causes of a run as issues of a tracker, one Markdown file each. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../../files/reading.js';
import { makeFolder } from '../../files/writing.js';
import { shown, UsageError } from '../../operations/usage-error.js';
import { causeIssue } from '../../report/ci/issue.js';
import { plural } from '../../report/plural.js';
import { writeReport } from '../../report/report-formats.js';
import { readRun } from '../../report/run-reading.js';
import { rulesOfRegistry } from './report.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['issues DIR --out FOLDER'],
  operands: { least: 1, most: 1 },
  examples: [
    ['issues runs/tonight --out issues', 'a Markdown file per new cause'],
    ['issues runs/tonight --out issues --most 5', 'the five worst'],
  ],
  notes: [
    'New is what neither ledger nor baseline explained when the run was made. .github/open-issues hands the files to GitHub.',
  ],
};

const MOST = 20;

export async function run(found: Settings): Promise<number> {
  const out = found.text('out');
  if (out === undefined) throw new UsageError('issues: found no --out, expected a folder for the files');
  const most = found.number('most') ?? MOST;
  const { report } = readRun(found.operands[0]);
  const fresh = report.causes.filter(({ standing }) => standing !== 'known');
  prepare(out);
  const lookup = rulesOfRegistry();
  for (const cause of fresh.slice(0, most)) {
    const { key, title, body } = causeIssue(cause, report, lookup);
    writeReport(join(out, `${key}.md`), `${title}\n\n${body}`);
  }
  process.stdout.write(`${plural(Math.min(most, fresh.length), 'issue')} of ${plural(fresh.length, 'new cause')} in ${out}\n`);
  return 0;
}

/** Yesterday's files in the folder would be opened as today's. @throws {UsageError} */
function prepare(folder: string): void {
  let files: string[];
  try {
    makeFolder(folder);
    files = readdirSync(folder);
  } catch (error) {
    throw new UsageError(`--out: found ${shown(folder)} (${fileError(error)}), expected a new or an empty folder`);
  }
  if (files.length > 0)
    throw new UsageError(`--out: found ${shown(files[0])} in ${shown(folder)}, expected a new or an empty folder`);
}
