/** A profile by the name that a user typed. */
import type { Profile } from '../../models/contract/model.js';
import { shown, UsageError } from '../operations/usage-error.js';

const CLOSE_NAMES = 5;
/** How many edits more than the nearest name a close one may be away. */
const SLACK = 3;

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

/** The names with the fewest edits to `name`, a name that contains it counting none; nearest first. */
export function closeNames(name: string, names: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  const scored = names.map((candidate) => ({
    candidate,
    edits: wanted !== '' && candidate.includes(wanted) ? 0 : editsBetween(wanted, candidate),
  }));
  const least = Math.min(...scored.map(({ edits }) => edits));
  return scored
    .filter(({ edits }) => edits <= least + SLACK)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, CLOSE_NAMES)
    .map(({ candidate }) => candidate);
}

/** Levenshtein's distance, row by row. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
