/** A run as the reports see it: the summary joined with its finding files, checked, every scenario parsed. */
import { SEVERITIES } from '../classify/severity.js';
import { Place } from '../operations/usage-error.js';
import { count, counts, type Json, list, object, text, texts } from './checked-json.js';
import { FINDING_FORMAT } from './finding-file.js';
import { type ReportBucket, reportBucket, STANDINGS } from './report-bucket.js';
import { type ProgressCurve, progressCurves } from './run-progress.js';
import { FUZZ_FORMAT } from './summary-json.js';

export type { ReportBucket };

export interface ModelFaultText {
  readonly profile: string;
  readonly case: number;
  readonly message: string;
}

export interface RunReport {
  readonly version: string;
  readonly seed: string;
  readonly cases: number;
  readonly steps: number;
  readonly profiles: readonly string[];
  readonly interrupted: boolean;
  /** Shares from 0 to 1, and steps by operation. */
  readonly health: {
    readonly faultingWrites: number;
    readonly mappedAccesses: number;
    readonly operations: Readonly<Record<string, number>>;
  };
  /** Wall time; null in a run that says nothing about it. */
  readonly timing: {
    readonly seconds: number;
    readonly casesPerSecond: number;
    readonly progress: readonly ProgressCurve[];
  } | null;
  /** A ledger or a baseline had a say: buckets are new or not. Else all of them count as new. */
  readonly isJudged: boolean;
  readonly unreachedRules: readonly string[];
  /** New ones first, then the worst, then the most frequent. */
  readonly buckets: readonly ReportBucket[];
  readonly modelFaults: readonly ModelFaultText[];
}

/** @throws {UsageError} that names the file and the path in it. */
export function runReport(document: unknown, findings: readonly unknown[], file: string): RunReport {
  const place = new Place(file, '$');
  const run = object(document, place);
  if (run.format !== FUZZ_FORMAT) place.at('format').fail(run.format, JSON.stringify(FUZZ_FORMAT));
  const profiles = texts(run.profiles, place.at('profiles'));
  const seed = text(run.seed, place.at('seed'));
  const byBucket = findingsByBucket(findings);
  const health = object(run.health, place.at('health'));
  const buckets = list(run.buckets, place.at('buckets')).map((bucket, index) =>
    reportBucket(bucket, byBucket, { seed, profiles }, place.at('buckets').at(index)),
  );
  return {
    version: text(run.version, place.at('version')),
    seed,
    cases: count(run.cases, place.at('cases')),
    steps: count(run.steps, place.at('steps')),
    profiles,
    interrupted: run.interrupted === true,
    health: {
      faultingWrites: count(health.faultingWrites, place.at('health').at('faultingWrites')),
      mappedAccesses: count(health.mappedAccesses, place.at('health').at('mappedAccesses')),
      operations: counts(health.operations, place.at('health').at('operations')),
    },
    timing: timing(run.timing, place.at('timing')),
    isJudged: run.ledger !== undefined,
    unreachedRules: texts(run.unreachedRules, place.at('unreachedRules')),
    buckets: buckets.sort(byWeight),
    modelFaults: list(run.modelFaults, place.at('modelFaults')).map((fault, index) =>
      modelFault(fault, place.at('modelFaults').at(index)),
    ),
  };
}

/** Order of the reports: standing, severity, cases, id. */
function byWeight(a: ReportBucket, b: ReportBucket): number {
  const rank = (bucket: ReportBucket) => SEVERITIES.indexOf(bucket.severity);
  const novelty = STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing);
  return novelty || rank(a) - rank(b) || b.count - a.count || (a.id < b.id ? -1 : 1);
}

function findingsByBucket(findings: readonly unknown[]): Map<string, Json> {
  const known = findings.filter((finding): finding is Json => (finding as Json | null)?.format === FINDING_FORMAT);
  return new Map(known.map((finding) => [String((finding.bucket as Json | undefined)?.id), finding]));
}

function modelFault(value: unknown, place: Place): ModelFaultText {
  const { profile, case: index, message } = object(value, place);
  return {
    profile: text(profile, place.at('profile')),
    case: typeof index === 'number' ? index : place.at('case').fail(index, 'a number'),
    message: text(message, place.at('message')),
  };
}

function timing(value: unknown, place: Place): RunReport['timing'] {
  if (value === undefined || value === null) return null;
  const { seconds, casesPerSecond, progress } = object(value, place);
  return {
    seconds: count(seconds, place.at('seconds')),
    casesPerSecond: count(casesPerSecond, place.at('casesPerSecond')),
    progress: progressCurves(progress, place.at('progress')),
  };
}
