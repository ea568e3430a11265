/** A folder of regressions, read in the order of file names. */
import { jsonFiles, readTextFile } from '../files/reading.js';
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
    const text = readTextFile(path, 'a regression');
    return { path, text, regression: regressionFrom(readJson(text, path), path) };
  });
}
