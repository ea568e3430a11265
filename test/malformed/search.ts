/** Breaks documents of each kind again and again: each is refused with a sentence, or what is written of it is read to the same. */
import { Random } from '../../harness/operations/random.js';
import { UsageError } from '../../harness/operations/usage-error.js';
import { visible } from '../../harness/operations/visible.js';
import { kinds } from './kinds.js';
import { broken } from './mutation.js';

export interface Outcome {
  readonly kind: string;
  readonly refused: number;
  readonly accepted: number;
  /** What went wrong, with the document; the first few. */
  readonly wrong: readonly string[];
}

const MOST_WRONG = 5;

/** @param main the compiled command line */
export function searchMalformed(main: string, documents: number, seed: number): Outcome[] {
  return Object.entries(kinds(main)).map(([kind, { valid, read }]) => {
    const random = new Random();
    random.seed(seed, 0, 0, 0);
    const wrong: string[] = [];
    let refused = 0;
    for (const text of valid) read(text);
    for (let index = 0; index < documents && wrong.length < MOST_WRONG; index++) {
      const text = broken(valid[index % valid.length], random);
      const problem = problemOf(text, read);
      if (problem === null) refused++;
      else if (problem !== '') wrong.push(`${problem}\n${text.slice(0, 2000)}`);
    }
    return { kind, refused, accepted: documents - refused - wrong.length, wrong };
  });
}

/** Null: refused. Empty: accepted, and nothing is lost. */
function problemOf(text: string, read: (text: string) => string | null): string | null {
  let written: string | null;
  try {
    written = read(text);
  } catch (error) {
    if (!(error instanceof UsageError)) return `crash: ${(error as Error).stack}`;
    return error.message === visible(error.message) ? null : `raw controls in: ${JSON.stringify(error.message)}`;
  }
  if (written === null) return '';
  try {
    return read(written) === written ? '' : 'what was written reads as something else';
  } catch (error) {
    return `what was written is refused: ${(error as Error).message}`;
  }
}
