/** The one document of `compare --format json`. A bucket is one cause; its symptoms are the pairs of rules that it shows as. */
import type { ComparisonResult } from '../comparison.js';
import type { Difference, Symptom } from '../comparison/difference.js';
import { scenarioJson } from '../scenario/print.js';
import {
  type ComparedSide,
  causeTitle,
  comparedSides,
  countedScenarios,
  ruleUses,
  symptomCounters,
  symptomRules,
} from './comparison-sides.js';
import type { RuleSource } from './rule-source.js';

export const COMPARE_FORMAT = 'emtdiff-compare/1';

type Sides = readonly [ComparedSide, ComparedSide];

export function comparisonJson(result: ComparisonResult, version: string, interrupted: boolean): Record<string, unknown> {
  const sides = comparedSides(result);
  const { agreement } = result;
  const counted = countedScenarios(result);
  return {
    format: COMPARE_FORMAT,
    version,
    a: sideJson(sides[0]),
    b: sideJson(sides[1]),
    seed: result.seed,
    lenses: result.lenses,
    points: result.points,
    sequences: result.sequences,
    steps: agreement.steps,
    interrupted,
    buckets: result.differences.map((difference) => bucketJson(difference, sides)),
    agreement: {
      compared: agreement.compared,
      alike: agreement.alike,
      abstained: agreement.abstained,
      ...(counted === null ? {} : { counters: counted }),
      rules: ruleUses(result),
      otherRules: agreement.silentChanges(),
    },
    modelFaults: result.modelFaults,
  };
}

function sideJson({ name, profile }: ComparedSide): Record<string, unknown> {
  return profile === null
    ? { name, external: true }
    : { name, span: profile.span, commits: profile.commits, summary: profile.summary };
}

function bucketJson({ id, cause, severity, points, sequences, symptoms }: Difference, sides: Sides): Record<string, unknown> {
  const [first] = symptoms;
  return {
    id,
    cause,
    title: causeTitle(cause, first, sides),
    severity,
    points,
    sequences,
    rules: symptomRules(first, sides).map((source) => source.id),
    // What is invalidated, or by whose registers, is no matter of the rules that typed the mappings.
    commits:
      cause.kind === 'rule' || cause.kind === 'zap'
        ? symptomRules(first, sides).map(({ commits }) => commits)
        : sides.map(({ profile }) => profile?.commits ?? []),
    scenario: scenarioJson(first.finding.scenario),
    step: first.finding.step,
    symptoms: symptoms.map((symptom) => symptomJson(symptom, sides)),
  };
}

function symptomJson(symptom: Symptom, sides: Sides): Record<string, unknown> {
  const { finding, points, sequences } = symptom;
  return {
    id: finding.bucket.id,
    lens: finding.bucket.lens.name,
    op: finding.bucket.op,
    severity: finding.severity,
    points,
    sequences,
    rules: symptomRules(symptom, sides).map(ruleJson),
    answers: sides.map(({ name }) =>
      finding.bucket.op === 'end'
        ? { outcome: 'ok', counters: symptomCounters(finding, name) }
        : finding.observations[name]?.[finding.step],
    ),
    scenario: scenarioJson(finding.scenario),
    step: finding.step,
    minimiseEvaluations: finding.evaluations,
  };
}

function ruleJson({ id, rule, commits }: RuleSource): Record<string, unknown> {
  return { id, ...(rule === null ? {} : { sentence: rule.sentence, citation: rule.citation }), commits };
}
