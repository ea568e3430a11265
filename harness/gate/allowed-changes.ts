/** Changes of answers that a pull request announces: `PROFILE:RULE`, or entries of a file that it adds. */
import type { Difference } from '../comparison/difference.js';
import { readJsonFile } from '../files/reading.js';
import { Place, UsageError } from '../operations/usage-error.js';
import { document, list, object, type Parsed } from '../scenario/shape.js';
import { text } from '../scenario/shape-values.js';

const ENTRY = object({
  /** A profile, or all of a family: `intel-ept/*`. */
  profile: text,
  /** A rule that decides on either side, or `*`. */
  rule: text,
  reason: text,
});
export const ALLOWED_FORMAT = 'emtdiff-allowed-changes/1';
const FILE = document(ALLOWED_FORMAT, { changes: list(ENTRY) });
type Allowed = Pick<Parsed<typeof ENTRY>, 'profile' | 'rule'>;

/** Ids of the rules that decide a difference, on either side. */
export function rulesOfDifference({ symptoms }: Difference): readonly string[] {
  return [...new Set(symptoms.flatMap(({ finding }) => [finding.bucket.expectedSide, finding.bucket.gotSide]))];
}

/** @param allowed each `PROFILE:RULE`, or the path of a file of such entries. @throws {UsageError} */
export function allowedChanges(allowed: readonly string[]): (profile: string, rules: readonly string[]) => boolean {
  const entries = allowed.flatMap((one): readonly Allowed[] => {
    if (one.endsWith('.json')) return FILE.parse(readJsonFile(one, 'announced changes'), new Place(one, '$')).changes;
    const [profile, rule, ...rest] = one.split(':');
    if (rule === undefined || rule === '' || rest.length > 0)
      throw new UsageError(`--allow: found ${JSON.stringify(one)}, expected PROFILE:RULE or a file (.json)`);
    return [{ profile, rule }];
  });
  return (profile, rules) =>
    entries.some((entry) => fits(entry.profile, profile) && (entry.rule === '*' || rules.some((rule) => fits(entry.rule, rule))));
}

function fits(pattern: string, name: string): boolean {
  return pattern === '*' || pattern === name || (pattern.endsWith('/*') && name.startsWith(pattern.slice(0, -1)));
}
