/** A profile by the name that a user typed. */
import type { Profile } from '../../models/contract/model.js';
import { UsageError } from '../operations/usage-error.js';
import { named } from './profile-name.js';

/** Names for which it was said which profile answers: each once. */
const told = new Set<string>();

/** @throws {UsageError} that names the nearest profiles, for a name that none has. */
export function knownProfile(name: string, profiles: readonly Profile[], source = ''): Profile {
  const found = knownProfiles(name, profiles, source);
  if (found.length === 1) return found[0];
  const names = found.map((profile) => profile.name).join(' ');
  throw new UsageError(`${source === '' ? '' : `${source}: `}found ${JSON.stringify(name)}, expected one of ${names}`);
}

/** All that the name stands for: a release of a family may be one of several kinds of paging. Says on stderr which profile answers for a release. */
export function knownProfiles(name: string, profiles: readonly Profile[], source = ''): readonly Profile[] {
  const { profiles: found, note } = named(name, profiles, source);
  if (note !== null && !told.has(note)) process.stderr.write(`emtdiff: ${note}\n`);
  if (note !== null) told.add(note);
  return found;
}
