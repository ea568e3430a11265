/** What `fuzz` is asked to do: from its options, or from the journal of a run that goes on. */
import { randomBytes } from 'node:crypto';
import { DEFAULT_LENSES, LENS_NAMES, type LensName } from '../compare/lens.js';
import { type Contribution, type Journal, readJournal } from '../journal/journal.js';
import { UsageError } from '../operations/usage-error.js';
import type { CampaignState } from '../pipeline/campaign-state.js';
import type { ProgressCurve } from '../report/run-progress.js';
import type { Profile } from '../../models/contract/model.js';
import { type Arguments, duration, wholeNumber, word } from './arguments.js';
import { chosenProfiles, DEFAULT_PANEL, profilesOf } from './panel-choice.js';
import { chosenShard } from './shard-choice.js';

export interface CampaignPlan {
  readonly seed: string;
  readonly profiles: readonly Profile[];
  readonly lenses: readonly LensName[];
  /** Infinity where a time was asked for. */
  readonly cases: number;
  /** Milliseconds for the cases, Infinity where a number was asked for; and those used before. */
  readonly milliseconds: number;
  readonly used: number;
  /** A worker each: the shard it counts, and how many of its cases were counted before. */
  readonly contributions: readonly Contribution[];
  readonly before: CampaignState | undefined;
  /** How the cases before went over time. */
  readonly curves: readonly ProgressCurve[];
  /** The run folder. */
  readonly out: string | null;
  readonly resumes: boolean;
}

/** @throws {UsageError} */
export function planOf(found: Arguments, version: string): CampaignPlan {
  const folder = found.text('resume');
  return folder === undefined ? newPlan(found) : resumedPlan(found, folder, readJournal(folder, version));
}

function newPlan(found: Arguments): CampaignPlan {
  const [asked, time] = [found.text('cases'), found.text('time')];
  if (asked !== undefined && time !== undefined) throw new UsageError('--time: found beside --cases, expected one of the two');
  const workers = wholeNumber('--workers', found.text('workers') ?? '1', 1);
  const shard = chosenShard(found.text('shard'), process.env);
  return {
    seed: found.text('seed') ?? randomBytes(6).toString('hex'),
    profiles: chosenProfiles(found.text('models'), DEFAULT_PANEL),
    lenses: chosenLenses(found.text('lens')),
    cases: asked === undefined ? Number.POSITIVE_INFINITY : wholeNumber('--cases', asked, 1),
    milliseconds: asked === undefined ? duration('--time', time ?? '30s') : Number.POSITIVE_INFINITY,
    used: 0,
    contributions: Array.from({ length: workers }, (_, worker) => ({
      index: shard.index + shard.of * worker,
      of: shard.of * workers,
      done: 0,
    })),
    before: undefined,
    curves: [],
    out: found.text('out') ?? null,
    resumes: false,
  };
}

const FIXED = ['seed', 'cases', 'time', 'models', 'lens', 'workers', 'shard', 'out'] as const;

function resumedPlan(found: Arguments, folder: string, journal: Journal): CampaignPlan {
  const given = FIXED.find((name) => found.text(name) !== undefined);
  if (given !== undefined)
    throw new UsageError(`--resume: found beside --${given}, expected no other choice of cases: the journal has them`);
  const externals = found.list('external').map((definition) => definition.split('=')[0]);
  if (externals.join() !== journal.externals.join()) {
    throw new UsageError(
      `--resume: found externals [${externals.join(', ')}], expected [${journal.externals.join(', ')}] by --external NAME=COMMAND`,
    );
  }
  return {
    seed: journal.seed,
    profiles: profilesOf(journal.profiles.filter((name) => !journal.externals.includes(name))),
    lenses: journal.lenses,
    cases: journal.cases ?? Number.POSITIVE_INFINITY,
    milliseconds: journal.milliseconds ?? Number.POSITIVE_INFINITY,
    used: journal.used,
    contributions: journal.contributions,
    before: journal.state,
    curves: journal.curves ?? [],
    out: folder,
    resumes: true,
  };
}

function chosenLenses(list: string | undefined): LensName[] {
  if (list === undefined) return [...DEFAULT_LENSES];
  const names = list.split(',').map((name) => word('--lens', name.trim(), LENS_NAMES));
  return LENS_NAMES.filter((name) => names.includes(name));
}
