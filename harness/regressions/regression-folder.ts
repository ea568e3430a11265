/** A folder of regressions, read in the order of file names. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../operations/usage-error.js';
import { readJson } from '../scenario/json.js';
import { type Regression, regressionFrom } from './regression.js';

export interface RegressionFile {
  readonly path: string;
  /** As it stands there. */
  readonly text: string;
  readonly regression: Regression;
}

/** @throws {UsageError} for a folder that cannot be read, and for the first file that is no regression */
export function readRegressions(folder: string): RegressionFile[] {
  return jsonFiles(folder).map((path) => {
    const text = readFileSync(path, 'utf8');
    return { path, text, regression: regressionFrom(readJson(text, path), path) };
  });
}

/** Paths of a folder's JSON files, sorted by name; `schema.json` is a description, no data. @throws {UsageError} */
export function jsonFiles(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'schema.json');
    return names.sort().map((name) => join(folder, name));
  } catch (error) {
    throw new UsageError(`${folder}: found ${(error as NodeJS.ErrnoException).code}, expected a folder of JSON files`);
  }
}
