/** A profile by the name that a user typed. */
import type { Profile } from '../../models/contract/model.js';
import { UsageError } from '../operations/usage-error.js';
import { unknownName } from './options/did-you-mean.js';

/** @throws {UsageError} that names the nearest profiles, for a name that none has. */
export function knownProfile(name: string, profiles: readonly Profile[], source = ''): Profile {
  const found = profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  const names = profiles.map((profile) => profile.name);
  const prefix = source === '' ? '' : `${source}: `;
  throw new UsageError(`${prefix}${unknownName('profile', name, 'one that emtdiff models lists', names)}`);
}
