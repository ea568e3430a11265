/** A scenario through all versions of a line: what each step answered when, and what changed it. */
import type { OperationName } from '../../models/contract/operation.js';
import type { Rule } from '../../models/contract/rule.js';
import type { Scenario } from '../scenario/scenario.js';
import { changingRule, isSameAnswer, ruleAt, seenAt, type VersionAnswer, type VersionAnswers, versionAnswers } from './answer.js';
import { type Change, changeBetween } from './change.js';
import { type VersionLine, versionName } from './version-line.js';

/** Neighbouring versions with the same answer. */
export interface Run {
  /** Names inside the family, oldest first. */
  readonly versions: readonly string[];
  readonly answer: VersionAnswer;
  /** The deciding rules, each from which version of the run on: the first is that of the oldest. */
  readonly rules: readonly RuleSpan[];
  /** In the same way, the rules of the invalidation, or of the decision against one; empty: the step had nothing to do with any. */
  readonly zapRules: readonly RuleSpan[];
  /** Null: the oldest run. */
  readonly change: Change | null;
}

export interface RuleSpan {
  readonly from: string;
  /** Null: the answer has none. */
  readonly rule: Rule | null;
}

/** Proposals to change one version, that answer alike by one rule. */
export interface Proposed {
  readonly versions: readonly string[];
  /** The version that they change. */
  readonly base: string;
  /** They answer otherwise than it. */
  readonly isChanged: boolean;
  readonly answer: VersionAnswer;
  readonly rule: Rule | null;
}

export interface StepTimeline {
  readonly step: number;
  readonly op: OperationName;
  readonly runs: readonly Run[];
  readonly proposals: readonly Proposed[];
}

export interface Timeline {
  readonly line: VersionLine;
  /** Every access; of the other steps those that not all versions answer alike. */
  readonly steps: readonly StepTimeline[];
}

export function timelineOf(line: VersionLine, scenario: Scenario): Timeline {
  const versions = line.versions.map((profile) => versionAnswers(profile, scenario));
  const proposals = line.proposals.map((profile) => versionAnswers(profile, scenario));
  const steps = scenario.steps
    .map(
      ({ op }, step): StepTimeline => ({
        step,
        op,
        runs: runsAt(versions, scenario, step),
        proposals: proposedAt(proposals, versions, step),
      }),
    )
    .filter(
      ({ op, runs, proposals: proposed }) => op === 'access' || runs.length > 1 || proposed.some(({ isChanged }) => isChanged),
    );
  return { line, steps };
}

function runsAt(versions: readonly VersionAnswers[], scenario: Scenario, step: number): Run[] {
  const runs: { versions: string[]; answer: VersionAnswer; rules: RuleSpan[]; zapRules: RuleSpan[]; change: Change | null }[] = [];
  versions.forEach((current, index) => {
    const answer = current.observations[step];
    const from = versionName(current.profile);
    const rule = ruleAt(current, step);
    const zapRule = current.zapRules[step];
    const run = runs.at(-1);
    if (run !== undefined && isSameAnswer(run.answer, answer)) {
      run.versions.push(from);
      if (run.rules.at(-1)?.rule !== rule) run.rules.push({ from, rule });
      if ((run.zapRules.at(-1)?.rule ?? null) !== zapRule) run.zapRules.push({ from, rule: zapRule });
      return;
    }
    const change =
      index === 0
        ? null
        : changeBetween(
            [versions[index - 1].profile, current.profile],
            changingRule(versions[index - 1], current, step)?.id,
            (profile) => seenAt(profile, scenario, step),
          );
    const zapRules = zapRule === null ? [] : [{ from, rule: zapRule }];
    runs.push({ versions: [from], answer, rules: [{ from, rule }], zapRules, change });
  });
  return runs;
}

function proposedAt(proposals: readonly VersionAnswers[], versions: readonly VersionAnswers[], step: number): Proposed[] {
  const found: (Proposed & { versions: string[] })[] = [];
  for (const proposal of proposals) {
    const answer = proposal.observations[step];
    const rule = ruleAt(proposal, step);
    const changed = versions.find(({ profile }) => profile.name === proposal.profile.base);
    const base = changed === undefined ? '' : versionName(changed.profile);
    const isChanged = changed !== undefined && !isSameAnswer(changed.observations[step], answer);
    const known = found.find((other) => other.base === base && other.rule === rule && isSameAnswer(other.answer, answer));
    if (known === undefined) found.push({ versions: [versionName(proposal.profile)], base, isChanged, answer, rule });
    else known.versions.push(versionName(proposal.profile));
  }
  return found;
}
