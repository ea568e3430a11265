/** Names that a user may have meant: of commands, flags, profiles, keys and variables alike. */
import { shown } from './usage-error.js';

const CLOSE_NAMES = 5;
/** How many edits more than the nearest name a close one may be away. */
const SLACK = 3;

/** The names with the fewest edits to `name`, a name that contains it counting none; nearest first. */
export function closeNames(name: string, names: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  const scored = names.map((candidate) => {
    const text = candidate.toLowerCase();
    return { candidate, edits: wanted !== '' && text.includes(wanted) ? 0 : editsBetween(wanted, text) };
  });
  const least = Math.min(...scored.map(({ edits }) => edits));
  return scored
    .filter(({ edits }) => edits <= least + SLACK)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, CLOSE_NAMES)
    .map(({ candidate }) => candidate);
}

/** `found the profile "intel-ept/6.17", expected one that emtdiff models lists; close to it: intel-ept/6.16` */
export function unknownName(what: string, name: string, expected: string, names: readonly string[]): string {
  return `found the ${what} ${shown(name)}, expected ${expected}; close to it: ${closeNames(name.slice(0, LONGEST_WORD), names).join(' ')}`;
}

/** `; did you mean "panel"?` for a word that is a slip of the finger away from one of `names`; empty where none is. */
export function didYouMean(name: string, names: readonly string[]): string {
  if (name.length > LONGEST_WORD) return '';
  const scored = names.map((candidate) => ({ candidate, edits: slips(name.toLowerCase(), candidate.toLowerCase()) }));
  const [nearest] = scored.sort((a, b) => a.edits - b.edits);
  if (nearest === undefined || nearest.edits > Math.max(1, Math.floor(name.length / 3))) return '';
  return `; did you mean ${JSON.stringify(nearest.candidate)}?`;
}

/** None in a word that was not typed to its end. */
const slips = (typed: string, name: string) => (typed.length > 2 && name.startsWith(typed) ? 0 : editsBetween(typed, name));

/** Longer words are no slip of the finger, and comparing them would take long. */
const LONGEST_WORD = 60;

/** Levenshtein's distance, row by row; two neighbours in each other's place are one edit. */
function editsBetween(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(
        Math.min(
          row[j] + 1,
          next[j - 1] + 1,
          row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1),
          isSwapped ? before[j - 2] + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = row;
    row = next;
  }
  return row[b.length];
}
