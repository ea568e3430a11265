/** A finding as the JSON that stands in one file, written and read: nothing in it depends on time, worker or shard. */
import { HAZARD_CLASSES, type HazardClass } from '../classify/hazard-class.js';
import { SEVERITIES, type Severity } from '../classify/severity.js';
import { BUCKET_LENSES, type BucketLens, DEFAULT_LENSES } from '../compare/lens.js';
import { GENERATOR_VERSION } from '../generate/campaign-key.js';
import type { Invariant } from '../../models/contract/invariant.js';
import { OUTCOME_NAMES } from '../../models/contract/observation.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import { Place } from '../operations/usage-error.js';
import { type ObservationJson, parseObservation } from '../scenario/observation-json.js';
import { scenarioFrom } from '../scenario/parse.js';
import { scenarioJson } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';
import { document, list, object, optional, record, type Shape, tuple } from '../scenario/shape.js';
import { custom, oneOf, text, whole } from '../scenario/shape-values.js';
import { type Finding, sideRules } from './finding.js';

export const FINDING_FORMAT = 'emtdiff-finding/1';

/** An answer as the lens compares it. Rules are texts: an external model's are its own. */
export const ANSWER = object({
  outcome: optional(oneOf(OUTCOME_NAMES)),
  ...Object.fromEntries(
    ['value', 'memtype', 'level', 'leaf', 'page', 'wants', 'errno', 'rule'].map((key) => [key, optional(text)]),
  ),
  candidates: optional(list(text)),
  counters: optional(record(whole(0))),
}) as Shape<unknown> as Shape<ObservationJson>;

const ALIAS = object({ guest: text, host: text, withSelfSnoop: text, withoutSelfSnoop: text });
export const ALIASES = object({ expected: ALIAS, got: ALIAS });
export const INVARIANT = object({
  id: text,
  sentence: text,
  citation: optional(object({ document: text, place: text, commit: optional(text) })),
});
/** Named, and nothing else about it checked: nobody reads it back. */
export const ANYTHING: Shape<unknown> = custom((value) => value, {});

const FINDING = document(FINDING_FORMAT, {
  bucket: object({
    id: text,
    lens: oneOf(BUCKET_LENSES),
    op: oneOf([...OPERATION_NAMES, 'end']),
    rules: tuple(text, text),
    causes: tuple(text, text),
    severity: oneOf(SEVERITIES),
    class: optional(oneOf(HAZARD_CLASSES)),
    invariant: optional(INVARIANT),
  }),
  seed: optional(text),
  case: optional(whole(-1)),
  slippedFrom: optional(text),
  versions: optional(record(ANYTHING)),
  replay: optional(text),
  profiles: list(text),
  step: whole(0),
  expected: text,
  got: text,
  partition: list(list(text)),
  abstaining: list(text),
  answers: list(ANSWER),
  alias: optional(ALIASES),
  scenario: custom(scenarioFrom, { type: 'object' }),
  observations: record(list(ANYTHING)),
  // Of `emtdiff minimise`.
  minimiseEvaluations: optional(whole(0)),
  certifyingEvaluations: optional(whole(0)),
  slips: optional(ANYTHING),
});

/** A finding that was read from its file. */
export interface StoredFinding {
  readonly file: string;
  readonly id: string;
  readonly severity: Severity;
  readonly lens: BucketLens;
  readonly op: string;
  /** Ids of the deciding rules of its scenario. */
  readonly rules: readonly [string, string];
  readonly causes: readonly [string, string];
  readonly sides: readonly [string, string];
  /** The number of steps for counters, which are compared after the last. */
  readonly step: number;
  readonly partition: readonly (readonly string[])[];
  readonly profiles: readonly string[];
  /** By profile: one a step. */
  readonly observations: Readonly<Record<string, readonly ObservationJson[]>>;
  readonly scenario: Scenario;
  readonly replay: string | undefined;
}

/** @throws {UsageError} that names the file and the path in it. */
export function storedFinding(json: unknown, file: string): StoredFinding {
  const place = new Place(file, '$');
  const { bucket, expected, got, step, scenario, observations, profiles, partition, replay } = FINDING.parse(json, place);
  const { id, lens, op, rules, causes, severity } = bucket;
  const { length } = scenario.steps;
  const isEnd = op === 'end';
  if (step >= length + (isEnd ? 1 : 0)) place.at('step').fail(step, `a step of the scenario, which has ${length}`);
  const at = place.at('observations');
  for (const [name, own] of Object.entries(observations)) {
    if (own.length !== length) at.at(name).fail(own, `an array of ${length} answers, one a step`);
    own.forEach((answer, index) => {
      parseObservation(answer, at.at(name).at(index), scenario.steps[index].op);
    });
  }
  return {
    file,
    id,
    severity,
    lens,
    op,
    rules,
    causes,
    sides: [expected, got],
    step: isEnd ? length : step,
    partition,
    profiles,
    observations: observations as StoredFinding['observations'],
    scenario,
    replay,
  };
}

export interface FindingOrigin {
  readonly seed: string;
  readonly version: string;
  readonly profiles: readonly string[];
  /** `NAME=COMMAND` of the external models among them. */
  readonly externals?: readonly string[];
  /** Operating systems that some cases have in their guest; default: none. */
  readonly guestOses?: readonly string[];
}

export function findingJson(finding: Finding, origin: FindingOrigin): Record<string, unknown> {
  const { bucket } = finding;
  return {
    format: FINDING_FORMAT,
    bucket: {
      id: bucket.id,
      lens: bucket.lens.name,
      op: bucket.op,
      rules: sideRules(finding),
      causes: [bucket.expectedSide, bucket.gotSide],
      severity: finding.severity,
      ...hazardJson(finding),
    },
    seed: origin.seed,
    case: finding.case,
    ...(finding.slippedFrom === null ? {} : { slippedFrom: finding.slippedFrom }),
    versions: { emtdiff: origin.version, generator: GENERATOR_VERSION, scenario: 1, finding: 1 },
    replay: replayCommand(finding, origin),
    profiles: origin.profiles,
    step: finding.step,
    expected: finding.expected,
    got: finding.got,
    partition: finding.partition,
    abstaining: finding.abstaining,
    answers: finding.answers,
    ...(finding.alias === null ? {} : { alias: finding.alias }),
    scenario: scenarioJson(finding.scenario),
    observations: finding.observations,
  };
}

/** As a shell takes it: the panel with its external models, and the lens where it is none of those that hold by default. */
function replayCommand(
  { bucket, case: index }: Finding,
  { seed, profiles, externals = [], guestOses = [] }: FindingOrigin,
): string {
  const outside = externals.map((definition) => definition.split('=')[0]);
  const { name: lens } = bucket.lens;
  const options = [
    ['--seed', seed],
    ['--case', `${index}`],
    ['--models', profiles.filter((name) => !outside.includes(name)).join(',')],
    ...(guestOses.length === 0 ? [] : [['--guest-os', guestOses.join(',')]]),
    ...externals.map((definition) => ['--external', definition]),
    ...(lens === 'invariant' || DEFAULT_LENSES.includes(lens) ? [] : [['--lens', lens]]),
  ];
  return `npx emtdiff replay ${options.flatMap(([name, value]) => [name, shellWord(value)]).join(' ')}`;
}

/** Only where private memory has a part in it: the class of hazard, and the invariant that is broken. */
export function hazardJson({ hazard, invariant }: Finding): { class?: HazardClass; invariant?: Omit<Invariant, 'event'> } {
  if (invariant === null) return hazard === null ? {} : { class: hazard };
  const { id, sentence, citation } = invariant;
  return {
    ...(hazard === null ? {} : { class: hazard }),
    invariant: { id, sentence, ...(citation === undefined ? {} : { citation }) },
  };
}

/** A word as `sh` reads it back. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
