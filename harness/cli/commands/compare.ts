/** `emtdiff compare`: what one version does for guests that another does not. */
import { type ComparisonResult, compareModels } from '../../comparison.js';
import type { Participant } from '../../comparison/pair.js';
import { DEFAULT_LENSES, LENS_NAMES, type LensName } from '../../compare/lens.js';
import { SPACE_SIZE } from '../../decision-space/dimensions.js';
import type { ExternalModel } from '../../external/external-model.js';
import { UsageError } from '../../operations/usage-error.js';
import { countsConversions } from '../../private-boot/boot-cost.js';
import { comparisonJson } from '../../report/comparison-json.js';
import { terminalSection } from '../../report/ci/markdown.js';
import { comparisonText } from '../../report/terminal/comparison.js';
import { PROFILES } from '../../../models/registry.js';
import { bootSetups } from '../boot-corpus.js';
import { compareCost } from '../compare-cost.js';
import { wantedExternals } from '../external-choice.js';
import { knownProfile } from '../known-profile.js';
import { startExternals } from '../panel-choice.js';
import { ProgressLine } from '../../engine/progress-line.js';
import { watchdog } from '../../engine/watchdog.js';
import { StopWatch } from '../../engine/stop-watch.js';
import { packageVersion } from '../version.js';
import { word } from '../options/arguments.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

/** The same for everybody, so that two people who compare the same versions read the same report. */
const DEFAULT_SEED = 'emtdiff-compare';
const DEFAULT_CASES = 20_000;

export const page: CommandPage = {
  usage: ['compare A B [OPTIONS]'],
  about: [
    `First all ${SPACE_SIZE} points of the decision space (backing x devices x quirks x self-snoop x CR0.CD x MTRR type x PAT type), then random sequences; what differs is minimised and joined by cause.`,
  ],
  operands: { least: 2, most: 2 },
  examples: [
    ['compare intel-ept/6.6 intel-ept/6.16', 'what a guest notices when its host is updated'],
    ["compare intel-ept/6.16 mine --external 'mine=./my-kvm-model'", 'a model of yours against ours'],
  ],
  notes: ['Exit codes: 0 equal as far as searched, 1 different, 2 bad usage, 3 a model failed, 130 interrupted.'],
};

export async function run(found: Settings): Promise<number> {
  const format = found.one('format', ['terminal', 'json', 'markdown'] as const) ?? 'terminal';
  const names = found.operands;
  const definitions = wantedExternals(found, (name) => names.includes(name));
  for (const definition of definitions)
    if (!names.includes(definition.split('=')[0]))
      throw new UsageError(`--external: found ${JSON.stringify(definition)}, expected the NAME to be A or B: ${names.join(' ')}`);
  const profiles = names.filter((name) => !isExternal(name, definitions)).map((name) => knownProfile(name, PROFILES));
  const boots = found.text('lens') === 'cost' && definitions.length === 0 && profiles.every(countsConversions);
  if (boots) return compareCost(profiles, found, format === 'json' ? 'json' : 'terminal');
  if (found.text('out') !== undefined)
    throw new UsageError('--out: found without --lens cost of two profiles with private memory, expected both or neither');
  const search = { lenses: chosenLenses(found.text('lens')), ...budget(found), seed: found.text('seed') ?? DEFAULT_SEED };
  const externals = await startExternals(definitions, PROFILES, found);
  const [a, b] = names.map((name) => participant(name, externals));
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

async function searched(a: Participant, b: Participant, { milliseconds, ...search }: Search) {
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
      guard: watchdog(),
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

function reportOf(
  result: ComparisonResult,
  format: 'terminal' | 'json' | 'markdown',
  details: boolean,
  interrupted: boolean,
): string {
  return format === 'json'
    ? `${JSON.stringify(comparisonJson(result, packageVersion(), interrupted))}\n`
    : format === 'markdown'
      ? terminalSection(comparisonText(result, { details, interrupted, spaceSize: SPACE_SIZE }), [])
      : comparisonText(result, { details, interrupted, spaceSize: SPACE_SIZE });
}

function isExternal(name: string, definitions: readonly string[]): boolean {
  return definitions.some((definition) => definition.startsWith(`${name}=`));
}

function participant(name: string, externals: readonly ExternalModel[]): Participant {
  return externals.find((external) => external.name === name) ?? knownProfile(name, PROFILES);
}

function budget(found: Settings): { cases: number; milliseconds: number } {
  const milliseconds = found.milliseconds('time');
  if (milliseconds !== undefined) return { cases: Number.POSITIVE_INFINITY, milliseconds };
  return { cases: found.number('cases') ?? DEFAULT_CASES, milliseconds: Number.POSITIVE_INFINITY };
}

function chosenLenses(list: string | undefined): LensName[] {
  if (list === undefined) return [...DEFAULT_LENSES];
  const names = list.split(',').map((name) => word('--lens', name.trim(), LENS_NAMES));
  return LENS_NAMES.filter((name) => names.includes(name));
}
