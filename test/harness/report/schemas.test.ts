/** SARIF and JUnit against their schemas: of a real campaign, and of a run in which every text is hostile. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { validateXML } from 'xmllint-wasm';
import { type ReportFormat, reportText } from '../../../harness/report/report-formats.js';
import { ruleLookup } from '../../../harness/report/rule-lookup.js';
import { runReport } from '../../../harness/report/run-report.js';
import { PROFILES } from '../../../models/registry.js';
import { DOCUMENT, FINDING } from './hostile-run.js';
import { type RealRun, realRun } from './real-run.js';

const fixture = (name: string) => readFileSync(join(__dirname, '../../fixtures/report-schemas', name), 'utf8');
const LOOKUP = ruleLookup(PROFILES.map(({ rules }) => rules));
const textOf = (format: ReportFormat, document: unknown, findings: readonly unknown[]) =>
  reportText(format, document, runReport(document, findings, 'summary.json'), LOOKUP);

const sarif = (() => {
  const { $schema: _, id: __, ...schema } = JSON.parse(fixture('sarif-2.1.0-rtm.5.json'));
  // One of its patterns has a stray bracket, which a regular expression refuses in Unicode mode.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  return ajv.compile(schema);
})();

/** What SARIF 2.1.0 finds wrong, as paths and sentences. */
const sarifErrors = (text: string) =>
  sarif(JSON.parse(text)) ? [] : (sarif.errors ?? []).map((error) => `${error.instancePath}: ${error.message}`);

const junitErrors = async (text: string) =>
  (await validateXML({ xml: text, schema: fixture('jenkins-junit.xsd') })).errors.map(({ message }) => message);

/** What XML has no way to write: U+0000, half of a pair, a non-character. */
const UNWRITABLE = '\u0000\ud800\ufffe';
const EMPTY = { ...DOCUMENT, seed: UNWRITABLE, buckets: [], modelFaults: [] };

/** As a ledger and a baseline would have it. */
function judged(document: RealRun['document']): unknown {
  const standings = [{ known: { entry: 'an-entry', reason: 'Accepted.' } }, { baseline: true }, {}];
  return { ...document, ledger: {}, buckets: document.buckets.map((bucket, index) => ({ ...bucket, ...standings[index % 3] })) };
}

describe('A report of a campaign', () => {
  let runs: readonly (readonly [string, unknown, readonly unknown[]])[];
  beforeAll(async () => {
    const { document, findings } = await realRun();
    expect(document.buckets.length).toBeGreaterThan(10);
    runs = [
      ['real', document, findings],
      ['judged', judged(document), findings],
      ['hostile', DOCUMENT, [FINDING]],
      ['empty', EMPTY, []],
    ];
  });

  test('is SARIF 2.1.0, whatever texts it carries', () => {
    for (const [name, document, findings] of runs)
      expect([name, sarifErrors(textOf('sarif', document, findings))]).toEqual([name, []]);
  });

  test('is JUnit as Jenkins reads it, whatever texts it carries', async () => {
    for (const [name, document, findings] of runs)
      expect([name, await junitErrors(textOf('junit', document, findings))]).toEqual([name, []]);
  });
});

test('The schemas refuse what is no such report: the tests above can fail', async () => {
  const wrong = JSON.parse(textOf('sarif', DOCUMENT, [FINDING]));
  wrong.runs[0].results[0].level = 'worst';
  expect(sarifErrors(JSON.stringify(wrong))).toEqual(['/runs/0/results/0/level: must be equal to one of the allowed values']);
  const junit = textOf('junit', DOCUMENT, [FINDING]);
  expect(await junitErrors(junit.replace('<testcase ', '<testcase colour="red" '))).toHaveLength(1);
});
