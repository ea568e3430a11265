/** The one document of `fuzz --format json`; a run folder's summary.json is the same. Schema: reports/README.md. */
import type { CampaignResult } from '../campaign.js';
import type { BucketTable } from '../classify/bucket-table.js';
import { causeJson, causesOf, type Standing } from '../finding/cause.js';
import { type Finding, sideRules } from '../finding/finding.js';
import { lensFields } from '../finding/answers.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import { type Acquaintance, acquaintanceJson } from './acquaintance.js';
import type { ProgressCurve } from '../panel/progress-curve.js';
import { hazardJson } from '../finding/finding-file.js';
import { observationJson } from '../scenario/observation-json.js';
import { scenarioJson } from '../scenario/print.js';

export const FUZZ_FORMAT = 'emtdiff-fuzz/1';

export interface RunFacts {
  /** `NAME=COMMAND` of the external models: what a finding's replay command needs. */
  readonly externals?: readonly string[];
  /** Operating systems that some cases have in their guest: a replayed case needs the same ones. */
  readonly guestOses?: readonly string[];
  readonly version: string;
  /** Wall time of the cases, in milliseconds. */
  readonly milliseconds: number;
  readonly interrupted: boolean;
  /** A union without some of the campaign's cases. */
  readonly incomplete?: boolean;
  /** When it ended: 2026-11-28T12:45:00Z. */
  readonly ended?: string;
  /** How it went over time. */
  readonly curves?: readonly ProgressCurve[];
  /** What is known, where a ledger or a baseline was asked. */
  readonly acquaintance?: Acquaintance | null;
}

export function summaryJson(result: CampaignResult, facts: RunFacts): Record<string, unknown> {
  const { health, panel } = result;
  return {
    format: FUZZ_FORMAT,
    version: facts.version,
    seed: result.seed,
    cases: result.cases,
    steps: health.steps,
    profiles: panel.seats.map(({ name }) => name),
    ...((facts.guestOses ?? []).length === 0 ? {} : { guestOses: facts.guestOses }),
    interrupted: facts.interrupted,
    ...(facts.incomplete ? { incomplete: true } : {}),
    health: {
      faultingWrites: rounded(health.faulting),
      mappedAccesses: rounded(health.mapped),
      operations: Object.fromEntries(OPERATION_NAMES.map((name, code) => [name, health.operations[code]])),
    },
    timing: {
      ...(facts.ended === undefined ? {} : { ended: facts.ended }),
      seconds: facts.milliseconds / 1000,
      casesPerSecond: Math.round((result.cases * 1000) / Math.max(1, facts.milliseconds)),
      ...(facts.curves === undefined ? {} : { progress: facts.curves }),
    },
    hazards: result.aliases,
    unreachedRules: unreachedRules(result),
    ...(facts.acquaintance ? { ledger: acquaintanceJson(facts.acquaintance) } : {}),
    causes: causesOf(result.findings, panel.seats, (finding) => standingIn(finding, facts)).map(causeJson),
    buckets: result.findings.map((finding) => ({ ...bucketJson(finding, result.table), ...knownJson(finding, facts) })),
    modelFaults: result.modelFaults,
  };
}

const rounded = (share: number) => Math.round(share * 10000) / 10000;

/** `known`: by which entry of the ledger, why, and how it is judged there; `baseline`: a stored finding has it; neither: new. */
function knownJson({ bucket }: Finding, { acquaintance }: RunFacts): Record<string, unknown> {
  const known = acquaintance?.known.get(bucket.id);
  return { ...(known === undefined ? {} : { known }), ...(acquaintance?.baseline.has(bucket.id) ? { baseline: true } : {}) };
}

/** Whether anybody had seen a bucket before. */
export function standingIn({ bucket }: Finding, { acquaintance }: RunFacts): Standing {
  if (acquaintance?.changed.includes(bucket.id)) return 'changed';
  return acquaintance?.known.has(bucket.id) || acquaintance?.baseline.has(bucket.id) ? 'known' : 'new';
}

function bucketJson(finding: Finding, table: BucketTable): Record<string, unknown> {
  const { bucket } = finding;
  return {
    id: bucket.id,
    severity: finding.severity,
    ...hazardJson(finding),
    lens: bucket.lens.name,
    step: { op: bucket.op, index: finding.step },
    expected: finding.expected,
    got: finding.got,
    partition: finding.partition,
    abstaining: finding.abstaining,
    answers: finding.answers,
    rules: sideRules(finding),
    causes: [bucket.expectedSide, bucket.gotSide],
    groupRules: finding.groupRules,
    count: bucket.count,
    firstCase: bucket.firstCase < 0 ? finding.case : bucket.firstCase,
    case: finding.case,
    ...(finding.slippedFrom === null ? {} : { slippedFrom: finding.slippedFrom }),
    alias: finding.alias,
    pairs: [...bucket.pairs]
      .sort(([a], [b]) => a - b)
      .map(([, { expected, got, steps }]) => ({
        expected: lensFields(observationJson(expected, null), bucket.lens),
        got: lensFields(observationJson(got, null), bucket.lens),
        steps,
      })),
    sides: table.sidesOf(bucket),
    scenario: scenarioJson(finding.scenario),
    minimiseEvaluations: finding.evaluations,
    certifyingEvaluations: finding.certifying,
  };
}

/** Rules of the panel's profiles that no step reached, by id; a family's rules count once. */
export function unreachedRules({ panel, health }: CampaignResult): string[] {
  const reached = new Map<string, boolean>();
  panel.seats.forEach(({ rules, claims }, seat) => {
    // What an external model names is no list of what it has.
    if (claims !== undefined) return;
    rules.forEach((rule, number) => {
      const count = health.rules[seat][number];
      // Rules of zaps and clauses are told beside those that observations carry.
      if (rule === null || (rule.kind !== undefined && count === 0)) return;
      reached.set(rule.id, (reached.get(rule.id) ?? false) || count > 0);
    });
  });
  return [...reached]
    .filter(([, isReached]) => !isReached)
    .map(([id]) => id)
    .sort();
}
