/** Which version of a family answers as a trace records, and which commit ended that: versions are tried change by change. */
import type { Profile } from '../../models/contract/model.js';
import type { SwitchOverrides } from '../../models/contract/switch.js';
import { isProposal } from '../history/version-line.js';
import type { TraceDivergence } from './trace-check.js';

/** A version, or one between two: the older one with some of the changes of the newer one. */
export interface ChangeStep {
  readonly profile: Profile;
  /** The commit that makes it of the one before it; null: the first, or not known. */
  readonly by: string | null;
}

export interface FittingVersion {
  readonly fits: string;
  readonly span: string;
  /** The version that answers otherwise, or, where the fitting one is newer, the fitting one. */
  readonly changedIn: string;
  readonly commits: readonly string[];
  /** The one commit is known. */
  readonly isExact: boolean;
}

/** Marks the name of what stands between two versions. */
const BETWEEN = '~';

export function isBetween(name: string): boolean {
  return name.includes(BETWEEN);
}

/** Each version after what leads to it; proposals as they are. */
export function withChangeSteps(candidates: readonly Profile[]): ChangeStep[] {
  const versions = candidates.filter((profile) => !isProposal(profile));
  const steps = versions.flatMap((version, index): ChangeStep[] => {
    const before = versions[index - 1];
    const { changes, changedFrom } = version;
    if (before === undefined || before.lineage !== version.lineage) return [{ profile: version, by: null }];
    if (changes === undefined || changedFrom !== before.name || before.withSwitches === undefined) {
      const fresh = version.commits.filter((commit) => !before.commits.includes(commit));
      return [{ profile: version, by: fresh.length === 1 ? fresh[0] : null }];
    }
    const { withSwitches } = before;
    let switches: SwitchOverrides = {};
    return changes.map((change, at): ChangeStep => {
      switches = { ...switches, ...change.switches } as SwitchOverrides;
      const isLast = at === changes.length - 1;
      return {
        profile: isLast ? version : { ...withSwitches(switches), name: `${version.name}${BETWEEN}${at + 1}` },
        by: change.by,
      };
    });
  });
  return [...steps, ...candidates.filter(isProposal).map((profile) => ({ profile, by: null }))];
}

/** The released version nearest in history that answers as recorded, and what changed the answer; null: none does. */
export function historyOf({ profile, fits }: TraceDivergence, steps: readonly ChangeStep[]): FittingVersion | null {
  const own = steps.findIndex((step) => step.profile.name === profile);
  const isFitting = (index: number) => fits.includes(steps[index].profile.name);
  const line = steps.map((_, index) => index).filter((index) => !isProposal(steps[index].profile));
  const versions = line.filter((index) => !isBetween(steps[index].profile.name) && isFitting(index));
  if (own < 0 || versions.length === 0) return null;
  const nearest = versions.reduce((best, index) => (Math.abs(index - own) < Math.abs(best - own) ? index : best));
  const [low, high] = nearest < own ? [nearest, own] : [own, nearest];
  // From the older to the newer of the two: the last change after which the answer stays what the newer one says.
  let at = high;
  while (at - 1 > low && isFitting(at - 1) === isFitting(high)) at--;
  const changedIn = steps.slice(at).find((step) => !isBetween(step.profile.name))?.profile ?? steps[high].profile;
  const before = steps.slice(0, at).findLast((step) => !isBetween(step.profile.name))?.profile;
  const { by } = steps[at];
  const fresh = changedIn.commits.filter((commit) => !before?.commits.includes(commit));
  const { name, span } = steps[nearest].profile;
  return { fits: name, span, changedIn: changedIn.name, commits: by === null ? fresh : [by], isExact: by !== null };
}
