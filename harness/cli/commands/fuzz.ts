/** `emtdiff fuzz`: the main job. */
import type { CampaignResult } from '../../campaign.js';
import { FAIL_ON, type FailOn } from '../options/failure-class.js';
import { FolderLock } from '../../engine/folder-lock.js';
import { findingJson } from '../../finding/finding-file.js';
import { fuzzSummary } from '../../report/terminal/fuzz-summary.js';
import { githubAnnotations } from '../../report/ci/annotations.js';
import { type ReportFile, reportList, writeReports } from '../../report/report-formats.js';
import { RunFolder } from '../../report/run-folder.js';
import { type RunFacts, summaryJson } from '../../report/summary-json.js';
import { bucketStates } from '../bucket-states.js';
import type { CampaignPlan, Surroundings } from '../../engine/campaign-plan.js';
import { planOf } from '../campaign-choice.js';
import { bootSetups } from '../boot-corpus.js';
import { PROFILES } from '../../../models/registry.js';
import { carryOut } from '../../engine/campaign-run.js';
import { exitCode } from '../exit-code.js';
import type { Verdict } from '../../ledger/gate.js';
import { type OpenLedger, openLedger, today } from '../ledger-choice.js';
import { startExternals } from '../panel-choice.js';
import { ProgressLine } from '../../engine/progress-line.js';
import { ProgressRecord } from '../../engine/progress-record.js';
import { rulesOfRegistry } from './report.js';
import { settingsDocument } from '../options/settings-document.js';
import { StopWatch } from '../../engine/stop-watch.js';
import { packageVersion } from '../version.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['fuzz [OPTIONS]'],
  operands: { least: 0, most: 0 },
  examples: [
    ['fuzz --time 10m --workers 2 --out runs/tonight', 'the default panel for ten minutes; findings and journal are kept'],
    ['fuzz --models intel-ept --cases 10000 --seed a', 'all versions of intel-ept, the same cases at every run'],
  ],
};

export async function run(settings: Settings): Promise<number> {
  const format = settings.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  const failOn = settings.one('fail-on', FAIL_ON) ?? null;
  const version = packageVersion();
  const plan = planOf(settings, version);
  if (settings.has('print-config')) return printed(plan, settings);
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

function surroundings(): Surroundings {
  const worker = new URL('../campaign-worker.js', import.meta.url);
  return { version: packageVersion(), known: PROFILES, setups: bootSetups(), worker };
}

/** All is checked as before a run, and nothing is run. */
function printed(plan: CampaignPlan, settings: Settings): number {
  openLedger(settings);
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
  const ledger: OpenLedger = openLedger(settings);
  const reports = chosenReports(settings);
  const externals = await startExternals(plan.externals, plan.profiles, settings);
  const left = plan.milliseconds - plan.used;
  const progress = new ProgressLine(format === 'terminal' ? process.stdout : process.stderr, process.stderr, plan.cases, left);
  const watch = new StopWatch(left);
  watch.onImpatient = () => {
    for (const external of externals) external.abandon();
  };
  const record = new ProgressRecord(plan);
  progress.say(`seed ${plan.seed}`);
  let result: CampaignResult;
  let verdict: Verdict;
  try {
    const answering = { profiles: plan.profiles, externals, lenses: plan.lenses };
    // A run that cannot trust its ledger says so first.
    await ledger.gate.replay(answering);
    const counted = await carryOut(plan, externals, surroundings(), watch, record, (now) => progress.show(now));
    result = { ...counted, modelFaults: [...ledger.gate.faults, ...counted.modelFaults] };
    watch.stopCounting();
    verdict = await ledger.gate.judge(result, answering, today());
  } finally {
    watch.close();
    progress.close();
    await Promise.all(externals.map((external) => external.close()));
  }
  const facts: RunFacts = {
    version: packageVersion(),
    externals: plan.externals,
    guestOses: plan.guestOses,
    milliseconds: plan.used + watch.counted,
    interrupted: watch.isInterrupted,
    ended: new Date().toISOString(),
    curves: record.curves,
    acquaintance: ledger.acquaintance(verdict),
  };
  folder?.write(result, facts);
  if (reports.length > 0 || process.env.GITHUB_ACTIONS) await report(result, facts, reports);
  print(result, facts, format, folder, settings.text('models'));
  return exitCode(result, { failOn, verdict, isStrict: settings.has('strict'), isInterrupted: watch.isInterrupted });
}

/** The reports that were asked for, and annotations where GitHub listens. */
async function report(result: CampaignResult, facts: RunFacts, reports: ReturnType<typeof chosenReports>): Promise<void> {
  const profiles = result.panel.seats.map(({ name }) => name);
  const origin = {
    seed: result.seed,
    version: facts.version,
    profiles,
    externals: facts.externals ?? [],
    guestOses: facts.guestOses ?? [],
  };
  const findings = result.findings.map((finding) => findingJson(finding, origin));
  const written = await writeReports(summaryJson(result, facts), findings, reports, {
    lookup: rulesOfRegistry(),
    statesOf: bucketStates,
  });
  if (process.env.GITHUB_ACTIONS) process.stderr.write(githubAnnotations(written));
}

function print(
  result: CampaignResult,
  facts: RunFacts,
  format: 'terminal' | 'json',
  folder: RunFolder | null,
  models?: string,
): void {
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify(summaryJson(result, facts))}\n`);
    return;
  }
  const width = Math.max(80, Math.min(132, process.stdout.columns ?? 80));
  process.stdout.write(
    fuzzSummary(result, facts, {
      width,
      shown: 12,
      ...(models === undefined ? {} : { models }),
      pathOf: (finding) => folder?.pathOf(finding) ?? null,
    }),
  );
}
