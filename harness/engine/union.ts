/** Several journals of one campaign as one: counts added, contributions counted once, whatever the order. */
import { UsageError } from '../operations/usage-error.js';
import type { CampaignState } from '../panel/campaign-state.js';
import type { ProgressCurve } from '../panel/progress-curve.js';
import type { Contribution, Journal } from './journal.js';
import { unitedCurves } from './progress-union.js';

export interface Union {
  readonly seed: string;
  readonly profiles: readonly string[];
  readonly externals: readonly string[];
  readonly lenses: Journal['lenses'];
  readonly guestOses?: Journal['guestOses'];
  /** As asked for, the most; null where no run asked for it. */
  readonly cases: number | null;
  readonly milliseconds: number | null;
  /** Of the run that took longest. */
  readonly used: number;
  readonly contributions: readonly Contribution[];
  readonly curves: readonly ProgressCurve[];
  /** States to absorb: each case in exactly one. */
  readonly states: readonly CampaignState[];
}

/** @throws {UsageError} for runs of different campaigns, and for runs that share some of their cases but not all. */
export function unionOf(runs: readonly { readonly folder: string; readonly journal: Journal }[]): Union {
  const [first] = runs;
  for (const { folder, journal } of runs) {
    for (const key of ['seed', 'profiles', 'externals', 'lenses', 'guestOses'] as const) {
      const [expected, found] = [JSON.stringify(first.journal[key]), JSON.stringify(journal[key])];
      if (expected !== found)
        throw new UsageError(
          `${folder}: found ${key} ${found ?? 'none'}, expected ${expected ?? 'none'} as in ${first.folder}: only shards of one campaign unite`,
        );
    }
  }
  const contributions: Contribution[] = [];
  const states: CampaignState[] = [];
  // The run with most cases first: a run whose cases are all counted already adds nothing.
  const largestFirst = [...runs].sort(
    (a, b) =>
      b.journal.state.done - a.journal.state.done ||
      (JSON.stringify(a.journal.contributions) < JSON.stringify(b.journal.contributions) ? -1 : 1),
  );
  for (const { folder, journal } of largestFirst) {
    const isCounted = journal.contributions.map((contribution) => counted(contribution, contributions));
    if (isCounted.every((is) => is === 'whole')) continue;
    if (isCounted.some((is) => is !== 'none'))
      throw new UsageError(`${folder}: found cases that another folder counts too, expected shards that share none or all`);
    contributions.push(...journal.contributions);
    states.push(journal.state);
  }
  const { seed, profiles, externals, lenses, guestOses } = first.journal;
  return {
    seed,
    profiles,
    externals,
    lenses,
    guestOses,
    cases: most(runs.map(({ journal }) => journal.cases)),
    milliseconds: most(runs.map(({ journal }) => journal.milliseconds)),
    used: Math.max(...runs.map(({ journal }) => journal.used)),
    contributions: contributions.sort((a, b) => a.of - b.of || a.index - b.index),
    curves: unitedCurves(runs.map(({ journal }) => journal.curves ?? [])),
    states,
  };
}

/** Whether cases are among those that count already. Shards of different numbers overlap unless both their residues rule it out. */
function counted(own: Contribution, all: readonly Contribution[]): 'whole' | 'part' | 'none' {
  const sharing = all.filter(
    (other) => other.done > 0 && (other.index - own.index) % greatestCommonDivisor(other.of, own.of) === 0,
  );
  if (sharing.length === 0 || own.done === 0) return 'none';
  return sharing.some((other) => other.index === own.index && other.of === own.of && other.done >= own.done) ? 'whole' : 'part';
}

function most(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
