/** Lines of versions: the profiles of one subject in the order of its history. */
import type { Profile } from '../../models/contract/model.js';

export interface VersionLine {
  /** What the names of its profiles share: `intel-ept`, `xen-hvm/ept`; of a single one its name. */
  readonly name: string;
  /** Oldest first. */
  readonly versions: readonly Profile[];
  /** Patches that no release has, in the order of their bases: each is to be compared with its base, not with its neighbours. */
  readonly proposals: readonly Profile[];
}

/**
 * A line is what one model class answers for one vendor in one family: the families of shadow paging and of bare metal hold several
 * subjects, and so does that of Xen. In the order in which `profiles` has them, which within a family is that of history; variants
 * with an injected defect (`+skip-zap`) are in no line.
 */
export function versionLines(profiles: readonly Profile[]): VersionLine[] {
  const lines = new Map<unknown, Map<string, Profile[]>>();
  for (const profile of profiles.filter(({ name }) => !name.includes('+'))) {
    const kind = profile.create().constructor;
    const ofKind = lines.get(kind) ?? new Map<string, Profile[]>();
    const key = `${profile.lineage} ${profile.vendor}`;
    ofKind.set(key, [...(ofKind.get(key) ?? []), profile]);
    lines.set(kind, ofKind);
  }
  return [...lines.values()].flatMap((ofKind) => [...ofKind.values()]).map(lineOf);
}

function lineOf(profiles: readonly Profile[]): VersionLine {
  const versions = profiles.filter((profile) => !isProposal(profile));
  const age = ({ base }: Profile) => versions.findIndex(({ name }) => name === base);
  return {
    name: profiles.length === 1 ? profiles[0].name : sharedName(profiles.map(({ name }) => name)),
    versions,
    proposals: profiles.filter(isProposal).sort((one, other) => age(one) - age(other)),
  };
}

/** No release has it: it changes one. */
export function isProposal({ base }: Profile): boolean {
  return base !== undefined;
}

/** What all names begin with, up to a separator. */
function sharedName(names: readonly string[]): string {
  let shared = names[0];
  for (const name of names) while (!name.startsWith(shared)) shared = shared.slice(0, -1);
  return shared.replace(/[/-][^/-]*$/, '');
}

/** The name of a version inside its family: `6.6`, `ept-4.15`. */
export function versionName({ name }: Pick<Profile, 'name'>): string {
  return name.slice(name.indexOf('/') + 1);
}
