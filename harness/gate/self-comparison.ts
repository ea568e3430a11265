/** Every profile held against itself in another version of this package. */
import { type ComparisonResult, compareModels } from '../comparison.js';
import { rulesOfDifference } from './allowed-changes.js';
import type { LensName } from '../compare/lens.js';
import type { Profile } from '../../models/contract/model.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { OtherProfiles } from './other-profiles.js';

/** Everything that an answer has. */
const LENSES: readonly LensName[] = ['memtype', 'msr', 'level', 'private', 'exact', 'cost'];

export interface SelfComparison {
  readonly profile: string;
  readonly result: ComparisonResult;
}

export interface GateSearch {
  readonly seed: string;
  /** Those that are compared. */
  readonly profiles: readonly Profile[];
  /** All that exist. */
  readonly known: readonly Profile[];
  readonly other: OtherProfiles;
  readonly setups: readonly EncodedScenario[];
  /** Recorded scenarios of a profile: those of its conformance corpus. */
  recorded(profile: string): readonly EncodedScenario[];
  /** Milliseconds for the random sequences of all profiles together. */
  readonly milliseconds: number;
  now(): number;
  shouldStop(): boolean;
  onProfile?(profile: string, index: number, count: number): void;
}

export interface GateResult {
  readonly comparisons: readonly SelfComparison[];
  /** Profiles whose compiled code is the same in both versions: nothing can have moved. */
  readonly unchanged: readonly string[];
  readonly added: readonly string[];
  readonly gone: readonly string[];
}

export async function compareWithOther(search: GateSearch): Promise<GateResult> {
  const { profiles, other } = search;
  const names = search.known.map(({ name }) => name);
  const both = profiles.filter(({ name }) => other.names.includes(name));
  const changed = both.filter(({ lineage }) => !other.isUnchanged(lineage));
  const comparisons: SelfComparison[] = [];
  for (const [index, profile] of changed.entries()) {
    if (search.shouldStop()) break;
    search.onProfile?.(profile.name, index, changed.length);
    comparisons.push({ profile: profile.name, result: await compareOne(profile, search, search.milliseconds / changed.length) });
  }
  return {
    comparisons: comparisons.filter(({ result }) => result.differences.length > 0 || result.modelFaults.length > 0),
    unchanged: both.filter((profile) => !changed.includes(profile)).map(({ name }) => name),
    added: names.filter((name) => !other.names.includes(name)),
    gone: other.names.filter((name) => !names.includes(name)),
  };
}

/** The decision space, what is recorded of the profile, then random sequences until its share of the time is over. */
function compareOne(profile: Profile, search: GateSearch, milliseconds: number): Promise<ComparisonResult> {
  let since: number | null = null;
  const isTimeOver = () => {
    since ??= search.now();
    return search.now() - since >= milliseconds;
  };
  return compareModels({
    seed: search.seed,
    a: search.other.side(profile.name),
    b: profile,
    known: search.known,
    lenses: LENSES,
    setups: search.setups,
    recorded: search.recorded(profile.name),
    cases: Number.POSITIVE_INFINITY,
    shouldStop: (stage) => search.shouldStop() || (stage === 'sequences' && isTimeOver()),
  });
}

/** Changes that nobody announced. */
export function unannounced(
  { comparisons }: GateResult,
  isAllowed: (profile: string, rules: readonly string[]) => boolean,
): { readonly profile: string; readonly causes: number }[] {
  return comparisons
    .map(({ profile, result }) => ({
      profile,
      causes: result.differences.filter((difference) => !isAllowed(profile, rulesOfDifference(difference))).length,
    }))
    .filter(({ causes }) => causes > 0);
}
