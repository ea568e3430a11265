/** What a user may call profiles: a name, a release of a family, either with switches set otherwise. */
import { closeNames } from '../operations/close-name.js';
import { UsageError } from '../operations/usage-error.js';
import type { Profile } from '../../models/contract/model.js';
import { unknownName } from '../operations/close-name.js';
import { holding, isRelease, nearestTo, withSpan } from './profile-release.js';
import { withSwitchesOf } from './profile-switches.js';

export interface Named {
  readonly profiles: readonly Profile[];
  /** What is to be said where the name is none of a profile: which profile answers for it. */
  readonly note: string | null;
}

/** A registered profile, or one of them with switches set otherwise: names as findings and journals hold them. */
export function profileOf(name: string, profiles: readonly Profile[]): Profile | undefined {
  const found = profiles.find((profile) => profile.name === name);
  if (found !== undefined || !name.includes('+')) return found;
  try {
    const { profiles: variants, note } = named(name, profiles, name);
    return note === null && variants.length === 1 ? variants[0] : undefined;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** @throws {UsageError} that names what is close, by the letters and by the releases */
export function named(name: string, profiles: readonly Profile[], source: string): Named {
  const found = profiles.filter((profile) => profile.name === name);
  if (found.length > 0) return { profiles: found, note: null };
  // The plus of a registered name is none of a switch: the longest such name is meant.
  const registered = plusesOf(name).findLast((at) => profiles.some((profile) => profile.name === name.slice(0, at)));
  const at = registered ?? name.indexOf('+');
  if (at < 0) return ofRelease(name, profiles, source);
  const base = named(name.slice(0, at), profiles, source);
  return { ...base, profiles: base.profiles.map((profile) => withSwitchesOf(profile, name.slice(at + 1), source)) };
}

function plusesOf(name: string): number[] {
  return [...name.matchAll(/\+/g)].map(({ index }) => index);
}

function ofRelease(name: string, profiles: readonly Profile[], source: string): Named {
  const slash = name.indexOf('/');
  const [family, release] = [name.slice(0, slash), name.slice(slash + 1)];
  const members = profiles.filter(({ lineage }) => lineage === family);
  const found = isRelease(release) ? holding(release, members) : [];
  if (found.length === 0) throw new UsageError(`${source === '' ? '' : `${source}: `}${unknown(name, family, release, profiles)}`);
  return { profiles: found, note: `${name} answers as ${found.map(withSpan).join(' and ')}` };
}

function unknown(name: string, family: string, release: string, profiles: readonly Profile[]): string {
  const families = [...new Set(profiles.map(({ lineage }) => lineage ?? ''))].filter((each) => each !== '');
  const names = profiles.map((profile) => profile.name);
  const text = unknownName('profile', name, 'one that emtdiff models lists', [...families, ...names]);
  if (!isRelease(release)) return text;
  const meant = families.includes(family) ? family : closeNames(family.slice(0, 64), families)[0];
  const members = profiles.filter(({ lineage }) => lineage === meant);
  const held = holding(release, members);
  const near = held.length > 0 ? held : nearestTo(release, members);
  if (near.length === 0) return text;
  return `${text}; by release: ${near.map(withSpan).join(' ')}`;
}
