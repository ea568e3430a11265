/** Every kind of document that is read from outside: valid ones, and what reads, and where there is one writes, it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configurationLayer } from '../../harness/cli/options/configuration.js';
import { parseRecorded, printRecorded } from '../../harness/conformance/recorded-answer.js';
import { journalFrom } from '../../harness/engine/journal.js';
import { parseAnswer } from '../../harness/external/answer.js';
import { parseHello, parseMessage } from '../../harness/external/message.js';
import { storedFinding } from '../../harness/finding/finding-file.js';
import { entriesFrom, printEntries } from '../../harness/ledger/entry.js';
import { OPERATION_NAMES } from '../../harness/operations/registry.js';
import { Place } from '../../harness/operations/usage-error.js';
import { printRegression, regressionFrom } from '../../harness/regressions/regression.js';
import { junitReport } from '../../harness/report/ci/junit.js';
import { markdownReport } from '../../harness/report/ci/markdown.js';
import { sarifReport } from '../../harness/report/ci/sarif.js';
import { ruleLookup } from '../../harness/report/rule-lookup.js';
import { PROFILES } from '../../models/registry.js';
import { runReport } from '../../harness/report/run-report.js';
import { readJson } from '../../harness/scenario/json.js';
import { parseScenario } from '../../harness/scenario/parse.js';
import { printScenario } from '../../harness/scenario/print.js';

export interface Kind {
  readonly valid: readonly string[];
  /** Reads a text; returns what is written of it, null where nothing is. @throws {UsageError} */
  read(text: string): string | null;
}

const FILE = 'file.json';
const RULES = ruleLookup(PROFILES.map(({ rules }) => rules));
const texts = (folder: string, most: number) =>
  readdirSync(folder)
    .filter((name) => /\.jsonl?$/.test(name) && name !== 'schema.json')
    .sort()
    .slice(0, most)
    .map((name) => readFileSync(join(folder, name), 'utf8'));

/** One entry a document: a change in a file of many would be in any of them. */
function ledgerEntries(): string[] {
  return texts('corpora/known-divergences', 12).map((text) => {
    const { format, entries } = JSON.parse(text) as { format: string; entries: { buckets: unknown[] }[] };
    return JSON.stringify({ format, entries: [{ ...entries[0], buckets: entries[0].buckets.slice(0, 1) }] });
  });
}

/** @param main the compiled command line: what it writes are valid documents of their kinds */
export function kinds(main: string): Readonly<Record<string, Kind>> {
  const folder = mkdtempSync(join(tmpdir(), 'emtdiff-malformed-'));
  const run = join(folder, 'run');
  const models = 'bare-metal/intel,intel-ept/6.16,sev-snp/rfc-v8';
  const args = ['fuzz', '--seed', 'm', '--cases', '60', '--models', models, '--fail-on', 'none', '--no-config', '--out', run];
  execFileSync(process.execPath, [main, ...args], { stdio: 'ignore' });
  const findings = texts(join(run, 'findings'), 12);
  const scenarios = findings.map((text) => JSON.stringify((JSON.parse(text) as { scenario: unknown }).scenario));
  const summary = readFileSync(join(run, 'summary.json'), 'utf8');
  const { sha256: _, ...journal } = JSON.parse(readFileSync(join(run, 'journal.json'), 'utf8')) as {
    sha256: string;
    version: string;
  };
  const asked = parseScenario(scenarios[0], FILE);
  const [answered] = Object.values((JSON.parse(findings[0]) as { observations: Record<string, unknown> }).observations);
  return {
    scenario: { valid: scenarios, read: (text) => printScenario(parseScenario(text, FILE)) },
    finding: {
      valid: findings,
      read(text) {
        storedFinding(readJson(text, FILE), FILE);
        return null;
      },
    },
    summary: {
      valid: [summary],
      read(text) {
        const report = runReport(readJson(text, FILE), [], FILE);
        for (const write of [markdownReport, junitReport, sarifReport]) write(report, RULES);
        return null;
      },
    },
    journal: {
      valid: [JSON.stringify(journal)],
      read(text) {
        journalFrom(readJson(text, FILE), FILE, journal.version);
        return null;
      },
    },
    'ledger entry': { valid: ledgerEntries(), read: (text) => printEntries(entriesFrom(readJson(text, FILE), FILE)) },
    'corpus entry': {
      valid: texts('corpora/regressions', 12),
      read: (text) => printRegression(regressionFrom(readJson(text, FILE), FILE)),
    },
    'recorded answer': {
      valid: readdirSync('corpora/conformance', { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.jsonl'))
        .sort()
        .slice(0, 12)
        .map((name) => readFileSync(join('corpora/conformance', name), 'utf8').split('\n')[0]),
      read: (text) => printRecorded(parseRecorded(text, FILE, 1)),
    },
    configuration: {
      valid: [
        JSON.stringify({
          seed: 'a',
          panel: ['intel-ept'],
          externals: { mine: './mine' },
          lenses: ['memtype'],
          budgets: { time: '10m', workers: 2 },
          strict: true,
          out: 'x',
          failOn: 'new',
        }),
      ],
      read(text) {
        configurationLayer(readJson(text, FILE), new Place(FILE, '$'), '.');
        return null;
      },
    },
    'external message': {
      valid: [
        JSON.stringify({ type: 'hello', protocol: 1, name: 'x', profile: 'intel-ept/6.16', operations: ['access', 'read-msr'] }),
        JSON.stringify({ type: 'result', id: 1, observations: answered, counters: { zaps: 1 } }),
      ],
      read(text) {
        const message = parseMessage(text, 'x');
        const place = new Place('x', '$');
        if (message.type === 'hello') parseHello(message, place);
        else parseAnswer(message, asked, new Set(OPERATION_NAMES), place);
        return null;
      },
    },
  };
}
