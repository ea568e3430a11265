/** The formats of a report by name, and files of them beside a campaign: `--report html=FILE,junit=FILE`. */
import { statSync } from 'node:fs';
import { shown, UsageError } from '../operations/usage-error.js';
import { htmlReport } from './html/page.js';
import { NO_STATES, type StateLookup } from './html/state.js';
import { junitReport } from './ci/junit.js';
import { markdownReport } from './ci/markdown.js';
import type { RuleLookup } from './rule-lookup.js';
import { writeWhole } from '../files/writing.js';
import { type RunReport, runReport } from './run-report.js';
import { sarifReport } from './ci/sarif.js';

export const REPORT_FORMATS = ['html', 'markdown', 'junit', 'sarif', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportFile {
  readonly format: ReportFormat;
  readonly file: string;
}

/**
 * @param document the run's summary as it stands, of which `report` is the checked form.
 * @param states for HTML alone.
 */
export function reportText(
  format: ReportFormat,
  document: unknown,
  report: RunReport,
  lookup: RuleLookup,
  states: StateLookup = NO_STATES,
): string {
  switch (format) {
    case 'html':
      return htmlReport(report, lookup, states);
    case 'markdown':
      return markdownReport(report, lookup);
    case 'junit':
      return junitReport(report, lookup);
    case 'sarif':
      return sarifReport(report, lookup);
    case 'json':
      return `${JSON.stringify(document, null, 2)}\n`;
  }
}

/** `html=FILE,junit=FILE`; to be called before a campaign, so that a mistake costs none. @throws {UsageError} */
export function reportList(text: string, source = '--report'): ReportFile[] {
  return text.split(',').map((entry) => {
    const [name, ...rest] = entry.split('=');
    const format = REPORT_FORMATS.find((known) => known === name.trim());
    const file = rest.join('=');
    if (format === undefined || file === '')
      throw new UsageError(`${source}: found ${shown(entry)}, expected FORMAT=FILE with one of ${REPORT_FORMATS.join(' ')}`);
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
      throw new UsageError(`${source}: found the folder ${shown(file)}, expected a file`);
    return { format, file };
  });
}

/** What the reports say besides the run itself. */
export interface ReportSources {
  readonly lookup: RuleLookup;
  /** Asked only for a format that shows states. */
  readonly statesOf: (report: RunReport) => Promise<StateLookup>;
}

/**
 * Writes the reports of a campaign that has just ended, each whole or not at all, and answers with the checked form.
 * @param document what `summaryJson` yields.
 * @param findings what `findingJson` yields, one per finding.
 * @throws {UsageError} where a file cannot be written.
 */
export async function writeReports(
  document: unknown,
  findings: readonly unknown[],
  list: readonly ReportFile[],
  { lookup, statesOf }: ReportSources,
): Promise<RunReport> {
  // As a reader of the run folder would get them: what JSON drops is dropped.
  const read = JSON.parse(JSON.stringify({ document, findings })) as { document: unknown; findings: unknown[] };
  const report = runReport(read.document, read.findings, 'summary');
  for (const { format, file } of list) {
    const states = format === 'html' ? await statesOf(report) : NO_STATES;
    writeReport(file, reportText(format, read.document, report, lookup, states));
  }
  return report;
}

/** @throws {UsageError} */
export function writeReport(file: string, text: string): void {
  writeWhole(file, text);
}
