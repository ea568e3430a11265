/** Profiles by a release of what they model: `intel-ept/5.15` is the profile of the family whose span holds 5.15. */
import { compareReleases, coversRelease, type Releases } from '../../models/contract/release.js';
import type { Profile } from '../../models/contract/model.js';

/** `5.15`, `6.1.192`, `6.16-rc1`. What a distribution appends says nothing of the release that it is made from. */
const RELEASE = /^\d{1,6}(?:\.\d{1,6}){1,3}(?:-rc\d{1,6})?$/;

export function isRelease(text: string): boolean {
  return RELEASE.test(text);
}

/** Profiles that some release has. */
export function released(profiles: readonly Profile[]): (Profile & { readonly releases: Releases })[] {
  return profiles.filter(
    (profile): profile is Profile & { readonly releases: Releases } =>
      profile.base === undefined && profile.releases !== undefined && profile.releases.ranges.length > 0,
  );
}

/** Those whose span holds the release: one of each kind of paging that the profiles have. */
export function holding(release: string, profiles: readonly Profile[]): Profile[] {
  return released(profiles).filter(({ releases }) => coversRelease(releases, release));
}

/** For a release that none holds: the profiles that begin last before it and first after it. */
export function nearestTo(release: string, profiles: readonly Profile[]): Profile[] {
  const begun = released(profiles)
    .flatMap((profile) => profile.releases.ranges.map(({ first }) => ({ profile, first })))
    .sort((a, b) => compareReleases(a.first, b.first));
  const before = begun.findLast(({ first }) => compareReleases(first, release) <= 0);
  const after = begun.find(({ first }) => compareReleases(first, release) > 0);
  return [before, after].flatMap((found) => (found === undefined ? [] : [found.profile]));
}

/** `intel-ept/5.17 (Linux about 5.15 to about 5.19)` */
export function withSpan({ name, span }: Pick<Profile, 'name' | 'span'>): string {
  return `${name} (${span})`;
}
