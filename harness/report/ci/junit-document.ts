/** JUnit XML around cases, whatever they are of: totals, escaping, the envelope. */
import { escaped } from '../escaped.js';

export interface JunitCase {
  /** What dashboards group by. */
  readonly group: string;
  readonly name: string;
  readonly outcome:
    | { readonly kind: 'passed' }
    | { readonly kind: 'skipped'; readonly reason: string }
    | { readonly kind: 'failed' | 'error'; readonly type: string; readonly message: string };
  /** What else there is to read. */
  readonly lines: readonly string[];
}

/** @param seconds of the whole, where it is known. */
export function junitDocument(suite: string, cases: readonly JunitCase[], seconds = 0): string {
  const count = (kind: JunitCase['outcome']['kind']) => cases.filter(({ outcome }) => outcome.kind === kind).length;
  const totals = `tests="${cases.length}" failures="${count('failed')}" errors="${count('error')}" time="${seconds}"`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="emtdiff" ${totals}>`,
    `  <testsuite name="${xml(suite)}" ${totals} skipped="${count('skipped')}">`,
    ...cases.map(caseText),
    '  </testsuite>',
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function caseText({ group, name, outcome, lines }: JunitCase): string {
  const head = `    <testcase classname="${xml(group)}" name="${xml(name)}" time="0"`;
  const text = lines.map(xml).join('\n');
  const output = lines.length === 0 ? '' : `<system-out>${text}</system-out>`;
  if (outcome.kind === 'passed') return output === '' ? `${head}/>` : `${head}>${output}</testcase>`;
  if (outcome.kind === 'skipped') return `${head}><skipped>${xml(outcome.reason)}</skipped>${output}</testcase>`;
  const element = outcome.kind === 'failed' ? 'failure' : 'error';
  return `${head}><${element} type="${xml(outcome.type)}" message="${xml(outcome.message)}">${text}</${element}></testcase>`;
}

/** Escaped, and without what XML 1.0 has no way to write: lone surrogates and non-characters. */
function xml(text: string): string {
  return escaped(text.replace(/[\p{Cs}\ufffe\uffff]/gu, '\ufffd'));
}
