/** Are the answers that the ledger pins still those that profiles give? Every run asks this first. */
import type { Profile } from '../../models/contract/model.js';
import { type Answer, answerOf } from '../run/readable.js';
import type { Scenario } from '../scenario/scenario.js';
import type { KnownBucket, KnownEntry } from './entry.js';

/** An answer of the ledger that a profile does not give any more. */
export interface MovedAnswer {
  readonly entry: string;
  readonly bucket: string;
  readonly profile: string;
  readonly step: number;
  /** Texts: an answer with its rule, or counters. */
  readonly was: string;
  readonly is: string;
}

/** Answers of one who sits on the panel; null: it failed, which is told elsewhere. */
export type Ask = (scenario: Scenario) => Answer | null | Promise<Answer | null>;

/** In the order of the ledger, then of its profiles. @param panel by name: those who are not on it are not asked */
export async function movedAnswers(entries: readonly KnownEntry[], panel: ReadonlyMap<string, Ask>): Promise<MovedAnswer[]> {
  const moved: MovedAnswer[] = [];
  for (const { id, buckets } of entries) {
    for (const bucket of buckets) {
      for (const [profile, pinned] of Object.entries(pinnedIn(bucket))) {
        const answer = await panel.get(profile)?.(bucket.scenario);
        if (!answer) continue;
        const was = sorted(pinned);
        const is = sorted(bucket.op === 'end' ? answer.counters : answer.observations[bucket.step]);
        if (was !== is) moved.push({ entry: id, bucket: bucket.id, profile, step: bucket.step, was, is });
      }
    }
  }
  return moved;
}

/** `intel-ept/6.6, step 3 of BUCKET: then {...}, now {...}` */
export function movedText({ profile, step, bucket, was, is }: MovedAnswer): string {
  return `${profile}, step ${step} of ${bucket}: then ${was}, now ${is}`;
}

/** With the answers that these profiles give today; those of others stay. What a person reviewed was another answer. */
export function repinned({ reviewed: _, ...entry }: KnownEntry, profiles: readonly Profile[]): KnownEntry {
  return { ...entry, buckets: entry.buckets.map((bucket) => repinnedBucket(bucket, profiles)) };
}

function repinnedBucket(bucket: KnownBucket, profiles: readonly Profile[]): KnownBucket {
  const today = profiles
    .filter(({ name }) => Object.hasOwn(pinnedIn(bucket), name))
    .map((profile) => [profile.name, answerOf(profile, bucket.scenario)] as const);
  return bucket.op === 'end'
    ? { ...bucket, counters: { ...bucket.counters, ...Object.fromEntries(today.map(([name, { counters }]) => [name, counters])) } }
    : {
        ...bucket,
        answers: {
          ...bucket.answers,
          ...Object.fromEntries(today.map(([name, { observations }]) => [name, observations[bucket.step]])),
        },
      };
}

function pinnedIn({ op, answers, counters }: KnownBucket): Readonly<Record<string, unknown>> {
  return (op === 'end' ? counters : answers) ?? {};
}

/** As text, whatever the order of keys. */
function sorted(value: unknown): string {
  const fields = Object.entries(value as Readonly<Record<string, unknown>>).filter(([, field]) => field !== undefined);
  return JSON.stringify(Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1))));
}
