/** `emtdiff issues`: the new buckets of a run as issues of a tracker, one Markdown file each. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { shown, UsageError } from '../../operations/usage-error.js';
import { bucketIssue } from '../../report/ci/issue.js';
import { writeReport } from '../../report/report-formats.js';
import { readRun } from '../../report/run-reading.js';
import { readArguments, wholeNumber } from '../options/arguments.js';
import { rulesOfRegistry } from './report.js';

const HELP = `emtdiff issues DIR --out FOLDER: the new buckets of a run folder, a Markdown file each

  --out FOLDER           KEY.md: first line the title, which ends with [KEY], then an empty line, then the body. The key
                         is a function of the bucket alone, so that a rerun updates the issue instead of opening another
  --most N               at most so many, the worst first (default 20)

New is what neither ledger nor baseline explained when the run was made. .github/open-issues hands the files to GitHub.
`;

const MOST = '20';

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('issues', args, { out: { type: 'string' }, most: { type: 'string' } }, { least: 1, most: 1 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const out = found.text('out');
  if (out === undefined) throw new UsageError('issues: found no --out, expected a folder for the files');
  const most = wholeNumber('--most', found.text('most') ?? MOST, 1);
  const { report } = readRun(found.positionals[0]);
  const fresh = report.buckets.filter(({ standing }) => standing === 'new');
  prepare(out);
  const lookup = rulesOfRegistry();
  for (const bucket of fresh.slice(0, most)) {
    const { key, title, body } = bucketIssue(bucket, report, lookup);
    writeReport(join(out, `${key}.md`), `${title}\n\n${body}`);
  }
  process.stdout.write(`${Math.min(most, fresh.length)} issues of ${fresh.length} new buckets in ${out}\n`);
  return 0;
}

/** Yesterday's files in the folder would be opened as today's. @throws {UsageError} */
function prepare(folder: string): void {
  let files: string[];
  try {
    mkdirSync(folder, { recursive: true });
    files = readdirSync(folder);
  } catch (error) {
    throw new UsageError(
      `--out: found ${shown(folder)} (${(error as NodeJS.ErrnoException).code}), expected a new or an empty folder`,
    );
  }
  if (files.length > 0)
    throw new UsageError(`--out: found ${shown(files[0])} in ${shown(folder)}, expected a new or an empty folder`);
}
