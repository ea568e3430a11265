/** What `fuzz` is asked to do: from its options, or from the journal of a run that goes on. */
import { randomBytes } from 'node:crypto';
import { GUEST_OS_NAMES, type GuestOsName } from '../../models/contract/guest-os.js';
import { DEFAULT_LENSES, LENS_NAMES, type LensName } from '../compare/lens.js';
import type { CampaignPlan } from '../engine/campaign-plan.js';
import { type Journal, readJournal } from '../engine/journal.js';
import { chosenShard } from '../engine/shard-choice.js';
import { UsageError } from '../operations/usage-error.js';
import { word } from './options/arguments.js';
import { externalDefinitions, externalsOfRun } from './external-choice.js';
import { chosenProfiles, DEFAULT_PANEL, profilesOf } from './panel-choice.js';
import type { Settings } from './options/settings.js';

export const DEFAULT_TIME = '30s';
const DEFAULT_MILLISECONDS = 30_000;

/** @throws {UsageError} */
export function planOf(settings: Settings, version: string): CampaignPlan {
  const folder = settings.text('resume');
  const plan = folder === undefined ? newPlan(settings) : resumedPlan(settings, folder, readJournal(folder, version));
  if (plan.externals.length > 0 && plan.contributions.length > 1)
    throw new UsageError(
      `${settings.source('workers')}: found more than 1 beside ${settings.source('external')}, expected 1: an external model is one process`,
    );
  return plan;
}

function newPlan(settings: Settings): CampaignPlan {
  const cases = settings.number('cases');
  const workers = settings.number('workers') ?? 1;
  const shard = chosenShard(settings.text('shard'), process.env, settings.source('shard'));
  const seed = settings.text('seed');
  if (seed === undefined && shard.of > 1)
    throw new UsageError(`--seed: found none for shard ${shard.index + 1}/${shard.of}, expected the seed that all shards have`);
  return {
    seed: seed ?? randomBytes(6).toString('hex'),
    profiles: chosenProfiles(settings.text('models'), DEFAULT_PANEL, settings.source('models')),
    lenses: chosenLenses(settings.text('lens'), settings.source('lens')),
    guestOses: chosenGuestOses(settings.text('guest-os'), settings.source('guest-os')),
    cases: cases ?? Number.POSITIVE_INFINITY,
    milliseconds: cases === undefined ? (settings.milliseconds('time') ?? DEFAULT_MILLISECONDS) : Number.POSITIVE_INFINITY,
    used: 0,
    contributions: Array.from({ length: workers }, (_, worker) => ({
      index: shard.index + shard.of * worker,
      of: shard.of * workers,
      done: 0,
    })),
    before: undefined,
    curves: [],
    externals: externalDefinitions(settings),
    out: settings.text('out') ?? null,
    resumes: false,
  };
}

/** What the journal has of its own. */
export const FIXED = ['seed', 'cases', 'time', 'models', 'lens', 'guest-os', 'workers', 'shard', 'out'] as const;

function resumedPlan(settings: Settings, folder: string, journal: Journal): CampaignPlan {
  const given = FIXED.find((name) => settings.origin(name) === 'flag' && settings.text(name) !== undefined);
  if (given !== undefined)
    throw new UsageError(`--resume: found beside --${given}, expected no other choice of cases: the journal has them`);
  return {
    seed: journal.seed,
    profiles: profilesOf(journal.profiles.filter((name) => !journal.externals.includes(name))),
    lenses: journal.lenses,
    guestOses: journal.guestOses ?? [],
    cases: journal.cases ?? Number.POSITIVE_INFINITY,
    milliseconds: journal.milliseconds ?? Number.POSITIVE_INFINITY,
    used: journal.used,
    contributions: journal.contributions,
    before: journal.state,
    curves: journal.curves ?? [],
    externals: externalsOfRun(journal.externals, settings, '--resume'),
    out: folder,
    resumes: true,
  };
}

/** None, all, or those of a list, in the order of their releases. @throws {UsageError} */
export function chosenGuestOses(list: string | undefined, source: string): GuestOsName[] {
  if (list === undefined) return [];
  const names = list.split(',').map((name) => word(source, name.trim(), ['all', ...GUEST_OS_NAMES]));
  return GUEST_OS_NAMES.filter((name) => names.includes('all') || names.includes(name));
}

function chosenLenses(list: string | undefined, source: string): LensName[] {
  if (list === undefined) return [...DEFAULT_LENSES];
  const names = list.split(',').map((name) => word(source, name.trim(), LENS_NAMES));
  return LENS_NAMES.filter((name) => names.includes(name));
}
