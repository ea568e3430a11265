/** Reads what `fuzz --out DIR` left: summary.json and findings/*.json. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { jsonFiles, readJsonFile } from '../files/reading.js';
import { type RunReport, runReport } from './run-report.js';

export interface RunFiles {
  /** summary.json as it stands. */
  readonly document: unknown;
  readonly report: RunReport;
}

const WHAT = 'what emtdiff fuzz --out DIR leaves';

/** @throws {UsageError} for a folder without a run, or with a broken one. */
export function readRun(folder: string): RunFiles {
  const summary = join(folder, 'summary.json');
  const document = readJsonFile(summary, WHAT);
  const files = findingFiles(join(folder, 'findings'));
  const findings = files.map((file) => readJsonFile(file, WHAT));
  return { document, report: runReport(document, findings, summary, files) };
}

/** In the order of their names; none where the run has no folder of findings. */
function findingFiles(folder: string): string[] {
  return existsSync(folder) ? jsonFiles(folder) : [];
}
