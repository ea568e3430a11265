/** What `emtdiff regress` found, as JUnit XML: a case per regression, failing where an answer changed. */
import { xml } from './junit.js';

export interface RegressionResult {
  readonly name: string;
  readonly file: string;
  /** The changed answers as lines; empty: none changed. */
  readonly lines: readonly string[];
}

/** @param isUpdate changes are accepted: they are told, and fail nothing. */
export function regressJunit(results: readonly RegressionResult[], isUpdate: boolean): string {
  const failures = isUpdate ? 0 : results.filter(({ lines }) => lines.length > 0).length;
  const totals = `tests="${results.length}" failures="${failures}" errors="0" time="0"`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="emtdiff" ${totals}>`,
    `  <testsuite name="emtdiff regress" ${totals}>`,
    ...results.map((result) => regressionCase(result, isUpdate)),
    '  </testsuite>',
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function regressionCase({ name, file, lines }: RegressionResult, isUpdate: boolean): string {
  const head = `    <testcase classname="regressions" name="${xml(name)}" time="0"`;
  if (lines.length === 0) return `${head}/>`;
  const text = xml([file, ...lines].join('\n'));
  if (isUpdate) return `${head}><system-out>${text}</system-out></testcase>`;
  return `${head}><failure type="changed" message="${xml('answers changed; after review: emtdiff regress --update')}">${text}</failure></testcase>`;
}
