/** `emtdiff report`: a run folder as a page, a job's summary, test results or scanner results. */
import { PROFILES } from '../../../models/registry.js';
import { githubAnnotations } from '../../report/ci/annotations.js';
import { REPORT_FORMATS, reportText, writeReport } from '../../report/report-formats.js';
import { type RuleLookup, ruleLookup } from '../../report/rule-lookup.js';
import { readRun } from '../../report/run-reading.js';
import { bucketStates } from '../bucket-states.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['report DIR'],
  about: ['A report of the run that emtdiff fuzz --out DIR left.'],
  operands: { least: 1, most: 1 },
  examples: [
    ['report runs/tonight --format html --output tonight.html', 'a page that works from disk'],
    ['report runs/tonight >> $GITHUB_STEP_SUMMARY', 'Markdown for a job'],
  ],
  notes: ['Where GITHUB_ACTIONS is set, the ten worst buckets also become annotations.'],
};

export async function run(found: Settings): Promise<number> {
  const format = found.one('format', REPORT_FORMATS) ?? 'markdown';
  const { document, report } = readRun(found.operands[0]);
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
