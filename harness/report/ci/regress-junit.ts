/** What `emtdiff regress` found, as JUnit XML: a case per regression, failing where an answer changed. */
import { junitDocument } from './junit-document.js';

export interface RegressionResult {
  readonly name: string;
  readonly file: string;
  /** The changed answers as lines; empty: none changed. */
  readonly lines: readonly string[];
}

/** @param isUpdate changes are accepted: they are told, and fail nothing. */
export function regressJunit(results: readonly RegressionResult[], isUpdate: boolean): string {
  const message = 'answers changed; after review: emtdiff regress --update';
  const cases = results.map(({ name, file, lines }) => ({
    group: 'regressions',
    name,
    outcome:
      lines.length === 0 || isUpdate ? ({ kind: 'passed' } as const) : ({ kind: 'failed', type: 'changed', message } as const),
    lines: lines.length === 0 ? [] : [file, ...lines],
  }));
  return junitDocument('emtdiff regress', cases);
}
