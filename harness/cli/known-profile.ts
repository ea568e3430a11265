/** A profile by the name that a user typed. */
import type { Profile } from '../../models/contract/model.js';
import { closeNames } from '../operations/close-name.js';
import { shown, UsageError } from '../operations/usage-error.js';

/** @throws {UsageError} that names the nearest profiles, for a name that none has. */
export function knownProfile(name: string, profiles: readonly Profile[]): Profile {
  const found = profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  const close = closeNames(
    name,
    profiles.map((profile) => profile.name),
  );
  throw new UsageError(`found the profile ${shown(name)}, expected one that emtdiff models lists; close to it: ${close.join(' ')}`);
}
