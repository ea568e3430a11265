/** `emtdiff fuzz`: the main job. */
import type { CampaignResult } from '../../campaign.js';
import { DEFAULT_LENSES, LENS_NAMES } from '../../compare/lens.js';
import { FAIL_ON, type FailOn } from '../options/failure-class.js';
import { FolderLock } from '../../engine/folder-lock.js';
import { findingJson } from '../../report/finding-file.js';
import { fuzzSummary } from '../../report/terminal/fuzz-summary.js';
import { githubAnnotations } from '../../report/ci/annotations.js';
import { type ReportFile, reportList, writeReports } from '../../report/report-formats.js';
import { RunFolder } from '../../report/run-folder.js';
import { type RunFacts, summaryJson } from '../../report/summary-json.js';
import { readArguments, word } from '../options/arguments.js';
import { bucketStates } from '../bucket-states.js';
import { type CampaignPlan, planOf } from '../../engine/campaign-plan.js';
import { carryOut } from '../../engine/campaign-run.js';
import { exitCode, FAIL_ON_HELP } from '../exit-code.js';
import { LEDGER_HELP, LEDGER_OPTIONS, LedgerGate, today, type Verdict } from '../../ledger/ledger-gate.js';
import { PANEL_HELP, PANEL_OPTIONS, startExternals } from '../panel-choice.js';
import { ProgressLine } from '../../engine/progress-line.js';
import { ProgressRecord } from '../../engine/progress-record.js';
import { rulesOfRegistry } from './report.js';
import { SETTINGS_HELP, SETTINGS_OPTIONS, type Settings, settingsOf } from '../options/settings.js';
import { settingsDocument } from '../options/settings-document.js';
import { StopWatch } from '../../engine/stop-watch.js';
import { packageVersion } from '../version.js';

const HELP = `emtdiff fuzz: random scenarios through a panel of models

  --seed TEXT            the campaign's seed; default: fresh, printed first
  --cases N | --time T   how long: a number of cases, or 90s, 10m, 1h (default 30s)
${PANEL_HELP}
  --lens LIST            what is compared: ${LENS_NAMES.join(' ')} (default ${DEFAULT_LENSES.join(',')})
  --workers N            threads that share the cases (default 1)
  --shard i/n            only the cases of shard i of n, from 0 on (also read from job arrays)
  --out DIR              keep summary.json, one file a finding, and a journal
  --resume DIR           go on with a run that was interrupted
  --format FORMAT        terminal or json (one document on stdout)
  --report LIST          html=FILE,markdown=FILE,junit=FILE,sarif=FILE: written after the run
${LEDGER_HELP}
${FAIL_ON_HELP}
${SETTINGS_HELP}
  --print-config         the options as they hold, and where each comes from, as JSON; nothing is run
`;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('fuzz', args, OPTIONS, { least: 0, most: 0 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const settings = await settingsOf(found);
  const format = word(settings.source('format'), settings.text('format') ?? 'terminal', ['terminal', 'json'] as const);
  const asked = settings.text('fail-on');
  const failOn = asked === undefined ? null : word(settings.source('fail-on'), asked, FAIL_ON);
  const version = packageVersion();
  const plan = planOf(settings, version);
  if (found.has('print-config')) return printed(plan, settings);
  const lock = plan.out === null ? null : FolderLock.take(plan.out);
  try {
    const folder = plan.out === null ? null : new RunFolder(plan.out);
    if (plan.resumes) folder?.sweep();
    else folder?.prepare();
    return await runPlan(plan, settings, format, failOn, folder);
  } finally {
    lock?.release();
  }
}

/** All is checked as before a run, and nothing is run. */
function printed(plan: CampaignPlan, settings: Settings): number {
  LedgerGate.open(settings);
  chosenReports(settings);
  process.stdout.write(`${JSON.stringify(settingsDocument(settings, plan), null, 2)}\n`);
  return 0;
}

function chosenReports(settings: Settings): ReportFile[] {
  const list = settings.text('report');
  return list === undefined ? [] : reportList(list, settings.source('report'));
}

async function runPlan(
  plan: CampaignPlan,
  settings: Settings,
  format: 'terminal' | 'json',
  failOn: FailOn | null,
  folder: RunFolder | null,
): Promise<number> {
  const gate = LedgerGate.open(settings);
  const reports = chosenReports(settings);
  const outsiders = await startExternals(plan.externals, plan.profiles, settings.source('external'));
  const left = plan.milliseconds - plan.used;
  const progress = new ProgressLine(format === 'terminal' ? process.stdout : process.stderr, process.stderr, plan.cases, left);
  const watch = new StopWatch(left);
  const record = new ProgressRecord(plan);
  progress.say(`seed ${plan.seed}`);
  let result: CampaignResult;
  let verdict: Verdict;
  try {
    result = await carryOut(plan, outsiders, watch, record, (now) => progress.show(now));
    watch.stopCounting();
    verdict = await gate.judge(result, { profiles: plan.profiles, outsiders, lenses: plan.lenses }, today());
  } finally {
    watch.close();
    progress.close();
    await Promise.all(outsiders.map((outsider) => outsider.close()));
  }
  const { acquaintance } = verdict;
  const facts: RunFacts = {
    version: packageVersion(),
    milliseconds: plan.used + watch.counted,
    interrupted: watch.isInterrupted,
    curves: record.curves,
    acquaintance,
  };
  folder?.write(result, facts);
  if (reports.length > 0 || process.env.GITHUB_ACTIONS) await report(result, facts, reports);
  print(result, facts, format, folder);
  return exitCode(result, { failOn, verdict, isStrict: settings.has('strict'), isInterrupted: watch.isInterrupted });
}

/** The reports that were asked for, and annotations where GitHub listens. */
async function report(result: CampaignResult, facts: RunFacts, reports: ReturnType<typeof chosenReports>): Promise<void> {
  const origin = { seed: result.seed, version: facts.version, profiles: result.panel.seats.map(({ name }) => name) };
  const findings = result.findings.map((finding) => findingJson(finding, origin));
  const written = await writeReports(summaryJson(result, facts), findings, reports, {
    lookup: rulesOfRegistry(),
    statesOf: bucketStates,
  });
  if (process.env.GITHUB_ACTIONS) process.stderr.write(githubAnnotations(written));
}

function print(result: CampaignResult, facts: RunFacts, format: 'terminal' | 'json', folder: RunFolder | null): void {
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify(summaryJson(result, facts))}\n`);
    return;
  }
  const width = Math.max(80, Math.min(132, process.stdout.columns ?? 100));
  process.stdout.write(fuzzSummary(result, facts, { width, shown: 12, pathOf: (finding) => folder?.pathOf(finding) ?? null }));
}

const OPTIONS = {
  seed: { type: 'string' },
  cases: { type: 'string' },
  time: { type: 'string' },
  lens: { type: 'string' },
  workers: { type: 'string' },
  shard: { type: 'string' },
  resume: { type: 'string' },
  out: { type: 'string' },
  format: { type: 'string' },
  report: { type: 'string' },
  'fail-on': { type: 'string' },
  'print-config': { type: 'boolean' },
  ...SETTINGS_OPTIONS,
  ...LEDGER_OPTIONS,
  ...PANEL_OPTIONS,
} as const;
