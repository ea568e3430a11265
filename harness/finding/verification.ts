/** Does a stored finding still show what it says: are its answers given again, by the same rules? */
import type { ObservationJson } from '../scenario/observation-json.js';

type Answers = Readonly<Record<string, readonly ObservationJson[]>>;

export interface ChangedAnswer {
  readonly profile: string;
  readonly step: number;
  /** With the rule that decided. */
  readonly was: ObservationJson;
  readonly is: ObservationJson;
}

/** In the order of the stored profiles, then of steps; of those who answered now, too. */
export function changedAnswers(stored: Answers, today: Answers): ChangedAnswer[] {
  return Object.entries(stored).flatMap(([profile, answers]) =>
    answers.flatMap((was, step) => {
      const is = today[profile]?.[step];
      return is === undefined || sorted(was) === sorted(is) ? [] : [{ profile, step, was, is }];
    }),
  );
}

/** As text, whatever the order of keys. */
function sorted(answer: ObservationJson): string {
  const fields = Object.entries(answer).filter(([, field]) => field !== undefined);
  return JSON.stringify(Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** For a terminal. */
export function verificationLines(changed: readonly ChangedAnswer[], bucket: string, isShown: boolean): string[] {
  if (changed.length === 0 && isShown) return [`Reproduced: ${bucket}`];
  const lines = changed.map(
    ({ profile, step, was, is }) => `  ${profile}, step ${step}: then ${JSON.stringify(was)}, now ${JSON.stringify(is)}`,
  );
  return [`CHANGED: ${bucket} ${isShown ? 'shows, by other answers or rules' : 'no longer reproduces'}`, ...lines];
}
