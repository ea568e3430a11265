/** A bucket as the reports see it: its part of the summary joined with its finding's file, checked. */
import { HAZARD_CLASSES, type HazardClass } from '../classify/hazard-class.js';
import { SEVERITIES, type Severity } from '../classify/severity.js';
import { BUCKET_LENSES, type BucketLens } from '../compare/lens.js';
import type { Standing } from '../finding/cause.js';
import { ALIASES, ANSWER, ANYTHING, INVARIANT, shellWord, type StoredFinding } from '../finding/finding-file.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import type { Place } from '../operations/usage-error.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import { scenarioFrom } from '../scenario/parse.js';
import type { Scenario } from '../scenario/scenario.js';
import { fallback, list, object, optional, type Parsed } from '../scenario/shape.js';
import { custom, flag, nullable, oneOf, text, whole } from '../scenario/shape-values.js';

export type AliasText = Parsed<typeof ALIASES>['got'];

export interface InvariantText {
  readonly id: string;
  readonly sentence: string;
  /** Null: nobody has written it down but us. */
  readonly source: string | null;
}

export interface ReportBucket {
  readonly id: string;
  readonly severity: Severity;
  readonly lens: BucketLens;
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
  /** Known: the ledger explains it, or it is in the baseline as it was. Changed: the baseline has it with other profiles or rules. */
  readonly standing: Standing;
  /** The ledger's entry that explains it. */
  readonly known: { readonly entry: string; readonly reason: string; readonly reviewed: boolean } | null;
  /** The class of hazard, where private memory has a part in it. */
  readonly hazard: HazardClass | null;
  /** What a model breaks; then `expected` and `got` are that model. */
  readonly invariant: InvariantText | null;
  readonly scenario: Scenario;
  /** By profile, one per step; null: the run has no file of this finding. */
  readonly observations: Readonly<Record<string, readonly ObservationJson[]>> | null;
  readonly replay: string;
}

/** Of summary.json. What no report shows is named, and nothing else about it checked. */
export const BUCKET = object({
  id: text,
  severity: oneOf(SEVERITIES),
  class: optional(oneOf(HAZARD_CLASSES)),
  invariant: optional(INVARIANT),
  lens: oneOf(BUCKET_LENSES),
  step: object({ op: oneOf([...OPERATION_NAMES, 'end']), index: whole(0) }),
  expected: text,
  got: text,
  partition: list(list(text)),
  abstaining: list(text),
  answers: list(ANSWER),
  rules: list(text),
  causes: optional(list(text)),
  groupRules: list(list(text)),
  count: whole(0),
  firstCase: optional(whole(0)),
  case: whole(0),
  slippedFrom: optional(text),
  alias: nullable(ALIASES),
  pairs: optional(ANYTHING),
  sides: optional(ANYTHING),
  scenario: custom(scenarioFrom, { type: 'object' }),
  minimiseEvaluations: optional(whole(0)),
  certifyingEvaluations: optional(whole(0)),
  known: optional(object({ entry: text, reason: text, reviewed: fallback(flag, false), severity: optional(oneOf(SEVERITIES)) })),
  baseline: fallback(flag, false),
});

/** What of a run its buckets need. */
export interface BucketOrigin {
  readonly seed: string;
  readonly profiles: readonly string[];
  readonly guestOses: readonly string[];
  /** Ids of the buckets that the baseline has with other profiles or rules. */
  readonly changed: readonly string[];
}

/** @param place of the bucket. @throws {UsageError} that names the file and the path in it. */
export function reportBucket(
  found: Parsed<typeof BUCKET>,
  findings: ReadonlyMap<string, StoredFinding>,
  { seed, profiles, guestOses, changed }: BucketOrigin,
  place: Place,
): ReportBucket {
  const { step, class: hazard, invariant, known, baseline, pairs: _, sides: __, ...bucket } = found;
  const { scenario, id } = found;
  const steps = scenario.steps.length;
  if (step.index > steps || (step.index === steps && step.op !== 'end'))
    place.at('step').at('index').fail(step.index, `a step of the scenario, which has ${steps}`);
  const named = [found.expected, found.got, ...found.partition.flat(), ...found.abstaining];
  const stranger = named.find((name) => !profiles.includes(name));
  if (stranger !== undefined) place.fail(stranger, 'only profiles of the run');
  const finding = findings.get(id);
  return {
    ...bucket,
    op: step.op,
    step: step.index,
    standing: changed.includes(id) ? 'changed' : known !== undefined || baseline ? 'known' : 'new',
    known: known ?? null,
    hazard: hazard ?? null,
    invariant: invariant === undefined ? null : invariantText(invariant),
    observations: finding?.observations ?? null,
    replay:
      finding?.replay ??
      `npx emtdiff replay --seed ${shellWord(seed)} --case ${found.case} --models ${shellWord(profiles.join(','))}${guestOses.length === 0 ? '' : ` --guest-os ${guestOses.join(',')}`}`,
  };
}

function invariantText({ id, sentence, citation }: NonNullable<Parsed<typeof BUCKET>['invariant']>): InvariantText {
  return { id, sentence, source: citation === undefined ? null : `${citation.document}, ${citation.place}` };
}
