/** Text of others where a person reads it. */

/** What a terminal obeys or what turns the order of letters around: C0, C1, DEL, marks of direction, other invisible characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Invisible characters shown by their numbers, so that nothing obeys them: `\u{1b}`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
