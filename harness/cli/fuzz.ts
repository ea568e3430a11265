/** `emtdiff fuzz`: the main job. */
import { randomBytes } from 'node:crypto';
import { type CampaignResult, runCampaign } from '../campaign.js';
import { rankOf } from '../classify/severity.js';
import { DEFAULT_LENSES, LENS_NAMES, type LensName } from '../compare/lens.js';
import { UsageError } from '../operations/usage-error.js';
import { fuzzSummary } from '../report/fuzz-summary.js';
import { RunFolder } from '../report/run-folder.js';
import { type RunFacts, summaryJson } from '../report/summary-json.js';
import { PROFILES } from '../../models/registry.js';
import { duration, readArguments, wholeNumber, word } from './arguments.js';
import { bootSetups } from './boot-corpus.js';
import { chosenProfiles, DEFAULT_PANEL, PANEL_HELP, PANEL_OPTIONS, startExternals } from './panel-choice.js';
import { ProgressLine } from './progress-line.js';
import { StopWatch } from './stop-watch.js';
import { packageVersion } from './version.js';

const HELP = `emtdiff fuzz: random scenarios through a panel of models

  --seed TEXT            the campaign's seed; default: fresh, printed first
  --cases N | --time T   how long: a number of cases, or 90s, 10m, 1h (default 30s)
${PANEL_HELP}
  --lens LIST            what is compared: ${LENS_NAMES.join(' ')} (default ${DEFAULT_LENSES.join(',')})
  --workers N            1 in this version
  --out DIR              keep summary.json and one file a finding
  --format FORMAT        terminal or json (one document on stdout)
  --fail-on CLASS        exit 1 on correctness (worse than performance), any, or none (default)
`;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('fuzz', args, OPTIONS, { least: 0, most: 0 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const format = word('--format', found.text('format') ?? 'terminal', ['terminal', 'json'] as const);
  const failOn = word('--fail-on', found.text('fail-on') ?? 'none', ['correctness', 'any', 'none'] as const);
  const lenses = chosenLenses(found.text('lens'));
  if (wholeNumber('--workers', found.text('workers') ?? '1', 1) > 1)
    throw new UsageError('--workers: found more than 1, expected 1 in this version');
  if (found.text('cases') !== undefined && found.text('time') !== undefined)
    throw new UsageError('--time: found beside --cases, expected one of the two');
  const cases =
    found.text('cases') === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--cases', found.text('cases') as string, 1);
  const milliseconds =
    cases === Number.POSITIVE_INFINITY ? duration('--time', found.text('time') ?? '30s') : Number.POSITIVE_INFINITY;
  const profiles = chosenProfiles(found.text('models'), DEFAULT_PANEL);
  const seed = found.text('seed') ?? randomBytes(6).toString('hex');
  const folder = found.text('out') === undefined ? null : new RunFolder(found.text('out') as string);
  folder?.prepare();
  const setups = bootSetups();
  const outsiders = await startExternals(found.list('external'), profiles);

  const progress = new ProgressLine(format === 'terminal' ? process.stdout : process.stderr, process.stderr, cases, milliseconds);
  progress.say(`seed ${seed}`);
  const watch = new StopWatch(milliseconds);
  let result: CampaignResult;
  try {
    result = await runCampaign({
      seed,
      profiles,
      outsiders,
      known: PROFILES,
      lenses,
      setups,
      cases,
      shouldStop: () => watch.isOver,
      shouldHurry: () => watch.isImpatient,
      onProgress: (now) => {
        if (now.stage === 'minimising') watch.stopCounting();
        progress.show(now);
      },
    });
  } finally {
    watch.close();
    progress.close();
    await Promise.all(outsiders.map((outsider) => outsider.close()));
  }
  const facts: RunFacts = { version: packageVersion(), milliseconds: watch.counted, interrupted: watch.isInterrupted };
  folder?.write(result, facts);
  if (format === 'json') process.stdout.write(`${JSON.stringify(summaryJson(result, facts))}\n`);
  else {
    const width = Math.max(80, Math.min(132, process.stdout.columns ?? 100));
    process.stdout.write(fuzzSummary(result, facts, { width, shown: 12, pathOf: (finding) => folder?.pathOf(finding) ?? null }));
  }
  return exitCode(result, failOn, facts.interrupted);
}

const OPTIONS = {
  seed: { type: 'string' },
  cases: { type: 'string' },
  time: { type: 'string' },
  lens: { type: 'string' },
  workers: { type: 'string' },
  out: { type: 'string' },
  format: { type: 'string' },
  'fail-on': { type: 'string' },
  ...PANEL_OPTIONS,
} as const;

function chosenLenses(list: string | undefined): LensName[] {
  if (list === undefined) return [...DEFAULT_LENSES];
  const names = list.split(',').map((name) => word('--lens', name.trim(), LENS_NAMES));
  return LENS_NAMES.filter((name) => names.includes(name));
}

/** Where several apply: 130, 3, 1. */
function exitCode(result: CampaignResult, failOn: 'correctness' | 'any' | 'none', interrupted: boolean): number {
  if (interrupted) return 130;
  if (result.modelFaults.length > 0) return 3;
  const limit = failOn === 'any' ? rankOf('none') : failOn === 'correctness' ? rankOf('architectural') : -1;
  return result.findings.some(({ severity }) => rankOf(severity) <= limit) ? 1 : 0;
}
