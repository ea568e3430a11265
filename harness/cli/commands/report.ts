/** `emtdiff report`: a run folder as a page, a job's summary, test results or scanner results. */
import { PROFILES } from '../../../models/registry.js';
import { githubAnnotations } from '../../report/ci/annotations.js';
import { REPORT_FORMATS, reportText, writeReport } from '../../report/report-formats.js';
import { type RuleLookup, ruleLookup } from '../../report/rule-lookup.js';
import { readRun } from '../../report/run-reading.js';
import { readArguments, word } from '../options/arguments.js';
import { bucketStates } from '../bucket-states.js';

const HELP = `emtdiff report DIR: a report of the run that emtdiff fuzz --out DIR left

  --format FORMAT        ${REPORT_FORMATS.join(' ')} (default markdown)
                         html: one file that works from disk; markdown: for $GITHUB_STEP_SUMMARY and mails;
                         junit: one case a bucket; sarif: 2.1.0, one result a bucket; json: the summary itself
  --output FILE          write there (default: stdout)

Where GITHUB_ACTIONS is set, the ten worst buckets also become annotations.
`;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('report', args, { format: { type: 'string' }, output: { type: 'string' } }, { least: 1, most: 1 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const format = word('--format', found.text('format') ?? 'markdown', REPORT_FORMATS);
  const { document, report } = readRun(found.positionals[0]);
  const states = format === 'html' ? await bucketStates(report) : undefined;
  const text = reportText(format, document, report, rulesOfRegistry(), states);
  const output = found.text('output');
  if (output === undefined) process.stdout.write(text);
  else writeReport(output, text);
  // The runner reads both streams; on stdout stands the report if it has no file.
  if (process.env.GITHUB_ACTIONS) (output === undefined ? process.stderr : process.stdout).write(githubAnnotations(report));
  return 0;
}

/** The rules of every profile that this build has, on the run's panel or not. */
export function rulesOfRegistry(): RuleLookup {
  return ruleLookup(PROFILES.map(({ rules }) => rules));
}
