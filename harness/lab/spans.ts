/** Which profile a kernel claims to be: the releases of the profiles as a table that the agent carries. */
import type { Profile } from '../../models/contract/model.js';
import { range, type ReleaseRange } from '../../models/contract/release.js';

/** How KVM maps the guest: vendor, and whether it pages in two dimensions. */
export type PagingMode = 'ept' | 'npt' | 'vmx-shadow' | 'svm-shadow';

export interface Span {
  readonly mode: PagingMode;
  readonly from: number;
  /** Included. */
  readonly to: number;
  readonly profile: string;
}

const NEWEST = 2 ** 31 - 1;

/** Rows of `struct span` in C, oldest first: a later row that holds a release is the better one. */
export function spansHeader(profiles: readonly Profile[]): string {
  return spansOf(profiles)
    .map(({ mode, from, to, profile }) => `{ "${mode}", ${from}, ${to}, "${profile}" },\n`)
    .join('');
}

export function spansOf(profiles: readonly Profile[]): readonly Span[] {
  const spans = profiles.flatMap((profile) => {
    const mode = modeOf(profile);
    if (mode === null || profile.base !== undefined) return [];
    return rangesOf(profile).map(({ first, last }) => ({
      mode,
      from: releaseNumber(first, 'first'),
      to: last === null ? NEWEST : releaseNumber(last, 'last'),
      profile: profile.name,
    }));
  });
  return spans.sort((a, b) => a.from - b.from);
}

export function modeOf({ name, lineage, vendor }: Profile): PagingMode | null {
  if (lineage === 'intel-ept') return 'ept';
  if (lineage === 'amd-npt') return 'npt';
  if (name.startsWith('shadow-paging/')) return vendor === 'amd' ? 'svm-shadow' : 'vmx-shadow';
  return null;
}

/** Data where the profile has it, else what its sentence says: `Linux 6.16 to 6.19, kvm_intel with ept=0`. */
function rangesOf({ releases, span }: Profile): readonly ReleaseRange[] {
  if (releases !== undefined) return releases.product === 'Linux' ? releases.ranges : [];
  const found = /^Linux ((?:about )?\d[\d.]*(?: to (?:about )?[\d.y]+| and later)?)/.exec(span);
  return found === null ? [] : [range(found[1])];
}

/** 1000000 * major + 1000 * minor + patch. The last release of a span takes its stable releases in; a candidate comes before its release. */
export function releaseNumber(release: string, end: 'first' | 'last'): number {
  const [version, candidate] = release.split('-rc');
  const parts = version.split('.');
  const isOld = parts[0] === '2';
  const [major = 0, minor = 0, patch] = parts.map((part) => (part === 'y' ? 999 : Number(part)));
  const stable = patch ?? (end === 'last' && !isOld && candidate === undefined ? 999 : 0);
  return 1_000_000 * major + 1000 * minor + stable - (candidate === undefined ? 0 : end === 'last' ? 1 : 0);
}
