/** Reads what `fuzz --out DIR` left: summary.json and findings/*.json. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../operations/usage-error.js';
import { readJson } from '../scenario/json.js';
import { type RunReport, runReport } from './run-report.js';

export interface RunFiles {
  /** summary.json as it stands. */
  readonly document: unknown;
  readonly report: RunReport;
}

/** @throws {UsageError} for a folder without a run, or with a broken one. */
export function readRun(folder: string): RunFiles {
  const summary = join(folder, 'summary.json');
  const document = readJson(readText(summary), summary);
  const files = findingFiles(join(folder, 'findings'));
  const findings = files.map((file) => readJson(readText(file), file));
  return { document, report: runReport(document, findings, summary, files) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found = code === 'ENOENT' ? 'no such file' : `${code}`;
    throw new UsageError(`${file}: found ${found}, expected what emtdiff fuzz --out DIR leaves`);
  }
}

/** In the order of their names; none where the run has no folder of findings. */
function findingFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UsageError(`${folder}: found ${(error as NodeJS.ErrnoException).code}, expected a folder that can be read`);
  }
}
