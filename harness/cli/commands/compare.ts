/** `emtdiff compare`: what one version does for guests that another does not. */
import { type ComparisonResult, compareModels } from '../../comparison/comparison.js';
import type { Contestant } from '../../comparison/contestants.js';
import { DEFAULT_LENSES, LENS_NAMES, type LensName } from '../../compare/lens.js';
import { SPACE_SIZE } from '../../decision-space/dimensions.js';
import type { ExternalModel } from '../../external/external-model.js';
import { UsageError } from '../../operations/usage-error.js';
import { comparisonJson } from '../../report/comparison-json.js';
import { comparisonText } from '../../report/terminal/comparison.js';
import { PROFILES } from '../../../models/registry.js';
import { type Arguments, duration, readArguments, wholeNumber, word } from '../options/arguments.js';
import { bootSetups } from '../boot-corpus.js';
import { compareCost } from '../compare-cost.js';
import { wantedExternals } from '../external-choice.js';
import { knownProfile } from '../known-profile.js';
import { startExternals } from '../panel-choice.js';
import { ProgressLine } from '../../engine/progress-line.js';
import { SETTINGS_OPTIONS, settingsOf } from '../options/settings.js';
import { StopWatch } from '../../engine/stop-watch.js';
import { packageVersion } from '../version.js';

/** The same for everybody, so that two people who compare the same versions read the same report. */
const DEFAULT_SEED = 'emtdiff-compare';
const DEFAULT_CASES = 20_000;

/** `cost` compares counters, which no guest sees: it is a comparison of its own. */
const COMPARABLE = LENS_NAMES.filter((name) => name !== 'cost');

const HELP = `emtdiff compare A B: the semantic difference of two profiles, as plain text

First all ${SPACE_SIZE} points of the decision space (backing x devices x quirks x self-snoop x CR0.CD
x MTRR type x PAT type), then random sequences; what differs is minimised and joined by cause.

  --cases N | --time T   random sequences: how many (default ${DEFAULT_CASES}), or for how long (90s, 10m, 1h)
  --seed TEXT            of the sequences (default ${DEFAULT_SEED})
  --external NAME=CMD    a model in another process; A or B may be its NAME; repeatable
  --lens LIST            what is compared (default ${DEFAULT_LENSES.join(',')}): ${COMPARABLE.join(' ')}
  --lens cost            instead: counters of boots of a 4 GiB guest with private memory that accepts
                         1 %, 10 % and 100 % of it (sev-snp, tdx, sw-protected)
  --out DIR              with --lens cost: keeps the boots there, as scenarios
  --details              every symptom with its own minimal scenario
  --format FORMAT        terminal or json

Exit codes: 0 equal as far as searched, 1 different, 2 bad usage, 3 a model failed, 130 interrupted.
`;

const OPTIONS = {
  cases: { type: 'string' },
  time: { type: 'string' },
  seed: { type: 'string' },
  external: { type: 'string', multiple: true },
  lens: { type: 'string' },
  out: { type: 'string' },
  details: { type: 'boolean' },
  ...SETTINGS_OPTIONS,
  format: { type: 'string' },
} as const;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('compare', args, OPTIONS, { least: 2, most: 2 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const format = word('--format', found.text('format') ?? 'terminal', ['terminal', 'json'] as const);
  if (found.text('lens') === 'cost') return compareCost(found, format);
  if (found.text('out') !== undefined) throw new UsageError('--out: found without --lens cost, expected both or neither');
  const lenses = chosenLenses(found.text('lens'));
  const search = { lenses, ...budget(found), seed: found.text('seed') ?? DEFAULT_SEED };
  const names = found.positionals;
  const definitions = wantedExternals(await settingsOf(found), (name) => names.includes(name));
  for (const definition of definitions)
    if (!names.includes(definition.split('=')[0]))
      throw new UsageError(`--external: found ${JSON.stringify(definition)}, expected the NAME to be A or B: ${names.join(' ')}`);
  for (const name of names) if (!isExternal(name, definitions)) knownProfile(name, PROFILES);
  const externals = await startExternals(definitions, PROFILES);
  const [a, b] = names.map((name) => contestant(name, externals));
  try {
    const { result, interrupted } = await searched(a, b, search);
    process.stdout.write(reportOf(result, format, found.has('details'), interrupted));
    if (interrupted) return 130;
    if (result.modelFaults.length > 0) return 3;
    return result.differences.length > 0 ? 1 : 0;
  } finally {
    await Promise.all(externals.map((external) => external.close()));
  }
}

interface Search {
  readonly seed: string;
  readonly lenses: readonly LensName[];
  readonly cases: number;
  /** Of the sequences: the decision space is always run as a whole. */
  readonly milliseconds: number;
}

async function searched(a: Contestant, b: Contestant, { milliseconds, ...search }: Search) {
  const watch = new StopWatch(Number.POSITIVE_INFINITY);
  const progress = new ProgressLine(process.stderr, process.stderr, SPACE_SIZE + search.cases, milliseconds);
  let since: number | null = null;
  const isTimeOver = () => {
    since ??= performance.now();
    return performance.now() - since >= milliseconds;
  };
  try {
    const result = await compareModels({
      ...search,
      a,
      b,
      known: PROFILES,
      setups: bootSetups(),
      shouldStop: (stage) => watch.isInterrupted || (stage === 'sequences' && isTimeOver()),
      shouldHurry: () => watch.isImpatient,
      onProgress: (stage, done, buckets) => {
        const cases = stage === 'points' ? done : SPACE_SIZE + done;
        progress.show(stage === 'minimising' ? { stage, done, buckets } : { stage: 'cases', done: cases, buckets });
      },
    });
    return { result, interrupted: watch.isInterrupted };
  } finally {
    watch.close();
    progress.close();
  }
}

function reportOf(result: ComparisonResult, format: 'terminal' | 'json', details: boolean, interrupted: boolean): string {
  return format === 'json'
    ? `${JSON.stringify(comparisonJson(result, packageVersion(), interrupted))}\n`
    : comparisonText(result, { details, interrupted, spaceSize: SPACE_SIZE });
}

function isExternal(name: string, definitions: readonly string[]): boolean {
  return definitions.some((definition) => definition.startsWith(`${name}=`));
}

function contestant(name: string, externals: readonly ExternalModel[]): Contestant {
  return externals.find((external) => external.name === name) ?? knownProfile(name, PROFILES);
}

function budget(found: Arguments): { cases: number; milliseconds: number } {
  const [cases, time] = [found.text('cases'), found.text('time')];
  if (cases !== undefined && time !== undefined) throw new UsageError('--time: found beside --cases, expected one of the two');
  if (time !== undefined) return { cases: Number.POSITIVE_INFINITY, milliseconds: duration('--time', time) };
  return { cases: cases === undefined ? DEFAULT_CASES : wholeNumber('--cases', cases, 0), milliseconds: Number.POSITIVE_INFINITY };
}

function chosenLenses(list: string | undefined): LensName[] {
  if (list === undefined) return [...DEFAULT_LENSES];
  const names = list.split(',').map((name) => word('--lens', name.trim(), COMPARABLE));
  return COMPARABLE.filter((name) => names.includes(name));
}
