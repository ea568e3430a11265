/** A run as the reports see it: the summary joined with its finding files, checked, every scenario parsed. */
import { SEVERITIES, type Severity } from '../classify/severity.js';
import { Place } from '../operations/usage-error.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import { scenarioFrom } from '../scenario/parse.js';
import type { Scenario } from '../scenario/scenario.js';
import { FINDING_FORMAT, shellWord } from './finding-file.js';
import { FUZZ_FORMAT } from './summary-json.js';

export interface AliasText {
  readonly guest: string;
  readonly host: string;
  readonly withSelfSnoop: string;
  readonly withoutSelfSnoop: string;
}

export interface ReportBucket {
  readonly id: string;
  readonly severity: Severity;
  readonly lens: string;
  readonly op: string;
  /** Index of the divergent step; at least 0, at most the number of steps (lens `cost`: after the last). */
  readonly step: number;
  readonly expected: string;
  readonly got: string;
  readonly partition: readonly (readonly string[])[];
  readonly abstaining: readonly string[];
  readonly answers: readonly ObservationJson[];
  readonly rules: readonly string[];
  readonly groupRules: readonly (readonly string[])[];
  /** Cases that show it; 0: found while minimising. */
  readonly count: number;
  readonly case: number;
  readonly alias: Readonly<Record<'expected' | 'got', AliasText>> | null;
  readonly scenario: Scenario;
  /** By profile, one per step; null: the run has no file of this finding. */
  readonly observations: Readonly<Record<string, readonly ObservationJson[]>> | null;
  readonly replay: string;
}

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
  readonly timing: { readonly seconds: number; readonly casesPerSecond: number } | null;
  readonly unreachedRules: readonly string[];
  /** Worst first, then the most frequent. */
  readonly buckets: readonly ReportBucket[];
  readonly modelFaults: readonly ModelFaultText[];
}

type Json = Readonly<Record<string, unknown>>;

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
    unreachedRules: texts(run.unreachedRules, place.at('unreachedRules')),
    buckets: buckets.sort(byWeight),
    modelFaults: list(run.modelFaults, place.at('modelFaults')).map((fault, index) =>
      modelFault(fault, place.at('modelFaults').at(index)),
    ),
  };
}

/** Order of the reports: severity, cases, id. */
function byWeight(a: ReportBucket, b: ReportBucket): number {
  const rank = (bucket: ReportBucket) => SEVERITIES.indexOf(bucket.severity);
  return rank(a) - rank(b) || b.count - a.count || (a.id < b.id ? -1 : 1);
}

function findingsByBucket(findings: readonly unknown[]): Map<string, Json> {
  const known = findings.filter((finding): finding is Json => (finding as Json | null)?.format === FINDING_FORMAT);
  return new Map(known.map((finding) => [String((finding.bucket as Json | undefined)?.id), finding]));
}

function reportBucket(
  value: unknown,
  findings: ReadonlyMap<string, Json>,
  { seed, profiles }: { seed: string; profiles: readonly string[] },
  place: Place,
): ReportBucket {
  const bucket = object(value, place);
  const step = object(bucket.step, place.at('step'));
  const severity = SEVERITIES.find((known) => known === bucket.severity);
  const id = text(bucket.id, place.at('id'));
  const scenario = scenarioFrom(bucket.scenario, place.at('scenario'));
  const finding = findings.get(id);
  const own = count(bucket.case, place.at('case'));
  return {
    id,
    severity: severity ?? place.at('severity').fail(bucket.severity, `one of ${SEVERITIES.join(' ')}`),
    lens: text(bucket.lens, place.at('lens')),
    op: text(step.op, place.at('step').at('op')),
    step: count(step.index, place.at('step').at('index')),
    expected: text(bucket.expected, place.at('expected')),
    got: text(bucket.got, place.at('got')),
    partition: textLists(bucket.partition, place.at('partition')),
    abstaining: texts(bucket.abstaining, place.at('abstaining')),
    answers: list(bucket.answers, place.at('answers')).map((answer, index) => observation(answer, place.at('answers').at(index))),
    rules: texts(bucket.rules, place.at('rules')),
    groupRules: textLists(bucket.groupRules, place.at('groupRules')),
    count: count(bucket.count, place.at('count')),
    case: own,
    alias: alias(bucket.alias, place.at('alias')),
    scenario,
    observations: finding === undefined ? null : observations(finding, scenario.steps.length, new Place(`finding ${id}`, '$')),
    replay:
      typeof finding?.replay === 'string'
        ? finding.replay
        : `npx emtdiff replay --seed ${shellWord(seed)} --case ${own} --models ${shellWord(profiles.join(','))}`,
  };
}

function observations(finding: Json, steps: number, place: Place): Record<string, readonly ObservationJson[]> {
  const at = place.at('observations');
  return Object.fromEntries(
    Object.entries(object(finding.observations, at)).map(([name, value]) => {
      const answers = list(value, at.at(name)).map((answer, index) => observation(answer, at.at(name).at(index)));
      if (answers.length !== steps) at.at(name).fail(`${answers.length} answers`, `${steps}, one per step`);
      return [name, answers];
    }),
  );
}

const PARTS = ['value', 'memtype', 'level', 'leaf', 'page', 'wants', 'errno', 'rule'];

/** Only its shape is checked: words of a later version are shown as they are. */
function observation(value: unknown, place: Place): ObservationJson {
  const found = object(value, place);
  // A bucket of the lens `level` or `cost` has answers without an outcome.
  if (found.outcome !== undefined) text(found.outcome, place.at('outcome'));
  for (const part of PARTS) if (found[part] !== undefined) text(found[part], place.at(part));
  if (found.candidates !== undefined) texts(found.candidates, place.at('candidates'));
  return found as unknown as ObservationJson;
}

function alias(value: unknown, place: Place): ReportBucket['alias'] {
  if (value === null || value === undefined) return null;
  const found = object(value, place);
  const side = (name: string): AliasText => {
    const json = object(found[name], place.at(name));
    const part = (key: string) => text(json[key], place.at(name).at(key));
    return {
      guest: part('guest'),
      host: part('host'),
      withSelfSnoop: part('withSelfSnoop'),
      withoutSelfSnoop: part('withoutSelfSnoop'),
    };
  };
  return { expected: side('expected'), got: side('got') };
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
  const { seconds, casesPerSecond } = object(value, place);
  return { seconds: count(seconds, place.at('seconds')), casesPerSecond: count(casesPerSecond, place.at('casesPerSecond')) };
}

function object(value: unknown, place: Place): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : place.fail(value, 'an object');
}

function list(value: unknown, place: Place): readonly unknown[] {
  return Array.isArray(value) ? value : place.fail(value, 'an array');
}

function text(value: unknown, place: Place): string {
  return typeof value === 'string' ? value : place.fail(value, 'a text');
}

function texts(value: unknown, place: Place): string[] {
  return list(value, place).map((element, index) => text(element, place.at(index)));
}

function textLists(value: unknown, place: Place): string[][] {
  return list(value, place).map((element, index) => texts(element, place.at(index)));
}

function count(value: unknown, place: Place): number {
  return typeof value === 'number' && value >= 0 ? value : place.fail(value, 'a number of at least 0');
}

function counts(value: unknown, place: Place): Record<string, number> {
  return Object.fromEntries(Object.entries(object(value, place)).map(([name, number]) => [name, count(number, place.at(name))]));
}
