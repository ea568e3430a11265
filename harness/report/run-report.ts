/** A run as the reports see it: the summary joined with its finding files, checked, every scenario parsed. */
import { SEVERITIES, type Severity } from '../classify/severity.js';
import { type Standing, STANDINGS } from '../finding/cause.js';
import { Place } from '../operations/usage-error.js';
import { scenarioFrom } from '../scenario/parse.js';
import type { Scenario } from '../scenario/scenario.js';
import { document, fallback, list, object, optional, type Parsed, record } from '../scenario/shape.js';
import { amount, custom, flag, oneOf, text, whole } from '../scenario/shape-values.js';
import { storedFinding } from '../finding/finding-file.js';
import { BUCKET, type ReportBucket, reportBucket } from './report-bucket.js';
import { CURVES } from '../panel/progress-curve.js';
import { FUZZ_FORMAT } from './summary-json.js';

export type { ReportBucket };

const FAULT = object({
  profile: text,
  case: whole(-1),
  message: text,
  seed: optional(text),
  setAside: optional(flag),
});
export type ModelFaultText = Parsed<typeof FAULT>;

const CAUSE = object({
  id: text,
  title: text,
  severity: oneOf(SEVERITIES),
  profiles: list(text),
  rules: list(text),
  buckets: list(text, { least: 1 }),
  scenario: custom(scenarioFrom, { type: 'object' }),
  standing: oneOf(STANDINGS),
});

const NONE: readonly string[] = [];
const LEDGER = object({
  new: fallback(whole(0), 0),
  known: fallback(whole(0), 0),
  inBaseline: fallback(whole(0), 0),
  changed: fallback(list(text), NONE),
  notHit: fallback(list(text), NONE),
  unused: fallback(list(text), NONE),
  expired: fallback(list(text), NONE),
  notShown: fallback(list(text), NONE),
  unreviewed: fallback(list(text), NONE),
  moved: fallback(list(object({ entry: text, bucket: text, profile: text, step: whole(0), was: text, is: text })), []),
  // Of earlier builds.
  tooWide: fallback(list(object({ entry: text, buckets: list(text) })), []),
});

const SUMMARY = document(FUZZ_FORMAT, {
  version: text,
  seed: text,
  cases: whole(0),
  steps: whole(0),
  profiles: list(text, { distinct: { what: 'profile', of: (name) => name } }),
  guestOses: optional(list(text, { least: 1 })),
  interrupted: flag,
  incomplete: fallback(flag, false),
  health: object({ faultingWrites: amount(1), mappedAccesses: amount(1), operations: record(whole(0)) }),
  timing: optional(object({ ended: optional(text), seconds: amount(), casesPerSecond: amount(), progress: fallback(CURVES, []) })),
  hazards: optional(list(object({ guest: text, host: text, accesses: whole(1) }))),
  unreachedRules: list(text),
  ledger: optional(LEDGER),
  causes: optional(list(CAUSE, { distinct: { what: 'cause', of: ({ id }) => id } })),
  buckets: list(BUCKET, { distinct: { what: 'bucket', of: ({ id }) => id } }),
  modelFaults: list(FAULT),
});
type Summary = Parsed<typeof SUMMARY>;

/** One thing to read: the buckets that come from one rule, or one table, of the profiles that deviate. */
export interface ReportCause {
  readonly id: string;
  /** No other cause of the run has it. */
  readonly title: string;
  /** The worst of its buckets. */
  readonly severity: Severity;
  readonly profiles: readonly string[];
  readonly rules: readonly string[];
  /** What is not known first, then the smallest scenario: the first is what a report shows in full. */
  readonly buckets: readonly ReportBucket[];
  readonly scenario: Scenario;
  readonly standing: Standing;
}

export interface RunReport
  extends Pick<Summary, 'version' | 'seed' | 'cases' | 'steps' | 'profiles' | 'interrupted' | 'incomplete'> {
  /** Shares from 0 to 1, and steps by operation. */
  readonly health: Summary['health'];
  /** Wall time; null in a run that says nothing about it. */
  readonly timing: NonNullable<Summary['timing']> | null;
  /** What is wrong with the ledger; null: neither a ledger nor a baseline had a say, and every bucket counts as new. */
  readonly ledger: NonNullable<Summary['ledger']> | null;
  readonly unreachedRules: readonly string[];
  /** New ones first, then the worst, then those of most buckets. */
  readonly causes: readonly ReportCause[];
  /** New ones first, then the worst, then the most frequent. */
  readonly buckets: readonly ReportBucket[];
  readonly modelFaults: readonly ModelFaultText[];
}

/**
 * @param findings as their files have them.
 * @param files their names, where they have any.
 * @throws {UsageError} that names the file and the path in it.
 */
export function runReport(value: unknown, findings: readonly unknown[], file: string, files: readonly string[] = []): RunReport {
  const place = new Place(file, '$');
  const { timing, ledger, causes, ...run } = SUMMARY.parse(value, place);
  const byBucket = new Map(
    findings.map((found, index) => storedFinding(found, files[index] ?? `finding ${index}`)).map((one) => [one.id, one]),
  );
  const origin = { seed: run.seed, profiles: run.profiles, guestOses: run.guestOses ?? [], changed: ledger?.changed ?? [] };
  const buckets = run.buckets.map((bucket, index) => reportBucket(bucket, byBucket, origin, place.at('buckets').at(index)));
  return {
    ...run,
    timing: timing ?? null,
    ledger: ledger ?? null,
    causes: reportCauses(causes, buckets, place.at('causes')).sort(byWorth((cause) => cause.buckets.length)),
    buckets: buckets.sort(byWorth(({ count }) => count)),
  };
}

interface Weighed {
  readonly id: string;
  readonly standing: Standing;
  readonly severity: Severity;
}

/** Order of the reports: standing, severity, how many, id. */
function byWorth<T extends Weighed>(numberOf: (one: T) => number): (a: T, b: T) => number {
  const novelty = ({ standing }: Weighed) => STANDINGS.indexOf(standing);
  const rank = ({ severity }: Weighed) => SEVERITIES.indexOf(severity);
  return (a, b) => novelty(a) - novelty(b) || rank(a) - rank(b) || numberOf(b) - numberOf(a) || (a.id < b.id ? -1 : 1);
}

/** Joined with their buckets; in a run that names none, as those before causes were kept, each bucket is its own. */
function reportCauses(causes: Summary['causes'], buckets: readonly ReportBucket[], place: Place): ReportCause[] {
  const byId = new Map(buckets.map((bucket) => [bucket.id, bucket]));
  if (causes === undefined) return buckets.map(causeOfOne);
  const owned = new Set(causes.flatMap((cause) => cause.buckets));
  const joined = causes.map((cause, index) => {
    const own = cause.buckets.map(
      (id, number) => byId.get(id) ?? place.at(index).at('buckets').at(number).fail(id, 'the id of a bucket of the run'),
    );
    const news = own.filter(({ standing }) => standing !== 'known');
    const ordered = [...news, ...own.filter(({ standing }) => standing === 'known')];
    return { ...cause, buckets: ordered, scenario: ordered[0].scenario };
  });
  return [...joined, ...buckets.filter(({ id }) => !owned.has(id)).map(causeOfOne)];
}

function causeOfOne(bucket: ReportBucket): ReportCause {
  const { id, severity, got, expected, rules, scenario, standing, lens, op, invariant } = bucket;
  const what = invariant === null ? `unlike ${expected}` : `breaks ${invariant.id}`;
  const title = `${got} ${what}, ${lens} ${op} [${id}]`;
  return { id, title, severity, profiles: [got], rules: rules.slice(1), buckets: [bucket], scenario, standing };
}
