/** A bucket as the reports see it: its part of the summary joined with its finding's file, checked. */
import { SEVERITIES, type Severity } from '../classify/severity.js';
import { Place } from '../operations/usage-error.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import { scenarioFrom } from '../scenario/parse.js';
import type { Scenario } from '../scenario/scenario.js';
import { count, type Json, list, object, text, textLists, texts } from './checked-json.js';
import { shellWord } from './finding-file.js';

export interface AliasText {
  readonly guest: string;
  readonly host: string;
  readonly withSelfSnoop: string;
  readonly withoutSelfSnoop: string;
}

export interface InvariantText {
  readonly id: string;
  readonly sentence: string;
  /** Null: nobody has written it down but us. */
  readonly source: string | null;
}

/** Whether anybody had seen a bucket before: `known` by the ledger, else in the `baseline`, else `new`. */
export const STANDINGS = ['new', 'baseline', 'known'] as const;
export type Standing = (typeof STANDINGS)[number];

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
  readonly standing: Standing;
  /** The ledger's entry that explains it. */
  readonly known: { readonly entry: string; readonly reason: string } | null;
  /** The class of hazard, where private memory has a part in it. */
  readonly hazard: string | null;
  /** What a model breaks; then `expected` and `got` are that model. */
  readonly invariant: InvariantText | null;
  readonly scenario: Scenario;
  /** By profile, one per step; null: the run has no file of this finding. */
  readonly observations: Readonly<Record<string, readonly ObservationJson[]>> | null;
  readonly replay: string;
}

/** What of a run its buckets need. */
export interface BucketOrigin {
  readonly seed: string;
  readonly profiles: readonly string[];
}

/** @throws {UsageError} that names the file and the path in it. */
export function reportBucket(value: unknown, findings: ReadonlyMap<string, Json>, run: BucketOrigin, place: Place): ReportBucket {
  const bucket = object(value, place);
  const step = object(bucket.step, place.at('step'));
  const severity = SEVERITIES.find((known) => known === bucket.severity);
  const id = text(bucket.id, place.at('id'));
  const scenario = scenarioFrom(bucket.scenario, place.at('scenario'));
  const finding = findings.get(id);
  const own = count(bucket.case, place.at('case'));
  const known = knownEntry(bucket.known, place.at('known'));
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
    standing: known !== null ? 'known' : bucket.baseline === true ? 'baseline' : 'new',
    known,
    hazard: bucket.class === undefined ? null : text(bucket.class, place.at('class')),
    invariant: invariant(bucket.invariant, place.at('invariant')),
    scenario,
    observations: finding === undefined ? null : observations(finding, scenario.steps.length, new Place(`finding ${id}`, '$')),
    replay:
      typeof finding?.replay === 'string'
        ? finding.replay
        : `npx emtdiff replay --seed ${shellWord(run.seed)} --case ${own} --models ${shellWord(run.profiles.join(','))}`,
  };
}

function knownEntry(value: unknown, place: Place): ReportBucket['known'] {
  if (value === undefined || value === null) return null;
  const { entry, reason } = object(value, place);
  return { entry: text(entry, place.at('entry')), reason: text(reason, place.at('reason')) };
}

function invariant(value: unknown, place: Place): InvariantText | null {
  if (value === undefined || value === null) return null;
  const { id, sentence, citation } = object(value, place);
  const at = place.at('citation');
  const part = (key: string) => text(object(citation, at)[key], at.at(key));
  const source = citation === undefined ? null : `${part('document')}, ${part('place')}`;
  return { id: text(id, place.at('id')), sentence: text(sentence, place.at('sentence')), source };
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
