/**
 * Answers which rule of the deviating profile (or which table, where that rule is a cell of one) a bucket is put down to, from the bucket and
 * its edge alone, so that it is the same in every run. Buckets of one cause are one thing to read, accept or open an issue for.
 * (comparison/cause.ts answers, by running scenarios again, what would remove a difference of two sides.)
 */
import { rankOf, type Severity } from '../classify/severity.js';
import type { Seat } from '../compare/panel.js';
import type { Rule } from '../../models/contract/rule.js';
import { scenarioJson } from '../scenario/print.js';
import type { Finding } from './finding.js';

/** Whether anybody had seen it before: nothing of it, some of it, or all. */
export const STANDINGS = ['new', 'changed', 'known'] as const;
export type Standing = (typeof STANDINGS)[number];

/** Why the two sides of a finding differ. */
export interface Reason {
  /** Never renamed: what the ledger keeps. A rule's or a table's id where one decides. */
  readonly id: string;
  /** A sentence without the profiles that it is about, without a full stop. */
  readonly words: string;
  /** Profiles that deviate. */
  readonly profiles: readonly string[];
  /** Ids of the rules by which they do. */
  readonly rules: readonly string[];
}

export interface Cause {
  readonly id: string;
  /** Names the profiles and says in words what they do; no other cause of the run has it. */
  readonly title: string;
  /** The worst of its findings. */
  readonly severity: Severity;
  /** Those that deviate, in the order of the panel. */
  readonly profiles: readonly string[];
  readonly rules: readonly string[];
  /** The simplest first: its scenario is the cause's. */
  readonly findings: readonly Finding[];
  readonly standing: Standing;
}

/** Profiles that a title names. */
const MOST_NAMED = 4;

/** Worst first, then those of most findings. @param seats those of the panel */
export function causesOf(
  findings: readonly Finding[],
  seats: readonly Seat[],
  standingOf: (finding: Finding) => Standing = () => 'new',
): Cause[] {
  const groups = new Map<string, { reason: Reason; findings: Finding[] }[]>();
  for (const finding of findings) {
    const reason = reasonOf(finding, seats);
    groups.set(reason.id, [...(groups.get(reason.id) ?? []), { reason, findings: [finding] }]);
  }
  const causes = [...groups].map(([id, members]): Cause => {
    const own = members.flatMap((member) => member.findings).sort(bySimplicity);
    const named = new Set(members.flatMap(({ reason }) => reason.profiles));
    const profiles = seats.map(({ name }) => name).filter((name) => named.has(name));
    return {
      id,
      title: `${namesText(profiles)}: ${members[0].reason.words}`,
      severity: own.map(({ severity }) => severity).reduce((a, b) => (rankOf(a) <= rankOf(b) ? a : b)),
      profiles,
      rules: [...new Set(members.flatMap(({ reason }) => reason.rules))].sort(),
      findings: own,
      standing: unitedStanding(own.map(standingOf)),
    };
  });
  return withOwnTitles(causes).sort(
    (a, b) => rankOf(a.severity) - rankOf(b.severity) || b.findings.length - a.findings.length || (a.id < b.id ? -1 : 1),
  );
}

/** What a finding is put down to by: its bucket and its edge. */
export interface Accused extends Pick<Finding, 'expected' | 'got' | 'invariant'>, Partial<Pick<Finding, 'zaps'>> {
  readonly bucket: { readonly op: string; readonly expectedSide: string; readonly gotSide: string };
}

/** What a finding is put down to. */
export function reasonOf(finding: Accused, seats: readonly Seat[]): Reason {
  const { bucket, got, invariant } = finding;
  const seat = seats.find(({ name }) => name === got);
  if (bucket.op === 'end') return counterReason(finding, seats);
  const rule = ruleNamed(bucket.gotSide, seat);
  if (seat === undefined || rule === null) return answerReason(finding, seats);
  const { id, sentence } = rule.table ?? { id: bucket.gotSide, sentence: rule.sentence };
  // What an external model calls its rules is its own business.
  const own = seat.claims === undefined ? id : `${got}~${id}`;
  const reason = { id: own, words: phrase(sentence), profiles: [got], rules: [bucket.gotSide] };
  if (invariant === null) return reason;
  const { id: broken, sentence: statement } = invariant;
  return { ...reason, id: `${own}~breaks~${broken}`, words: `${reason.words}; this breaks ${broken}, "${phrase(statement)}"` };
}

/** Of a profile without rules: what it gets wrong is told by the rule that it does not follow. */
function answerReason({ bucket: { gotSide, expectedSide }, expected, got }: Accused, seats: readonly Seat[]): Reason {
  const rule = ruleNamed(
    expectedSide,
    seats.find(({ name }) => name === expected),
  );
  if (rule === null)
    return { id: `${got}~${expectedSide}`, words: `it answers ${gotSide} for ${expectedSide}`, profiles: [got], rules: [] };
  const { id, sentence } = rule.table ?? { id: expectedSide, sentence: rule.sentence };
  return {
    id: `${got}~${id}`,
    words: `it does not do as ${expected}, "${phrase(sentence)}"`,
    profiles: [got],
    rules: [expectedSide],
  };
}

/** Of counters that differ: the rule of the side that zaps, or spares, where the other does not; else what is counted otherwise. */
function counterReason({ bucket: { gotSide }, expected, got, zaps }: Accused, seats: readonly Seat[]): Reason {
  for (const [index, name] of [got, expected].entries()) {
    const id = zaps?.[1 - index];
    const rule = id ? seats.find((seat) => seat.name === name)?.rules.find((known) => known?.id === id) : undefined;
    if (rule) return { id: rule.id, words: phrase(rule.sentence), profiles: [name], rules: [rule.id] };
  }
  const counters = gotSide
    .slice(got.length + 1)
    .split('-')
    .join(' and ');
  return { id: `counters~${gotSide}`, words: `its counts of ${counters} are not those of ${expected}`, profiles: [got], rules: [] };
}

/** The rule that a bucket calls by this name; of several that share it as their cause, the one whose own name it is, else the first. */
function ruleNamed(name: string, seat: Seat | undefined): Rule | null {
  const rules = (seat?.rules ?? []).filter((rule) => rule !== null);
  return rules.find(({ id }) => id === name) ?? rules.find(({ cause }) => cause === name) ?? null;
}

function phrase(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

function namesText(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED;
  return rest <= 0 ? names.join(', ') : `${names.slice(0, MOST_NAMED).join(', ')} and ${rest} more`;
}

function unitedStanding(standings: readonly Standing[]): Standing {
  const [first] = standings;
  return standings.every((standing) => standing === first) ? first : 'changed';
}

function bySimplicity(a: Finding, b: Finding): number {
  return a.scenario.steps.length - b.scenario.steps.length || (a.bucket.id < b.bucket.id ? -1 : 1);
}

/** Two rules may be put in the same words: then their names tell them apart. */
function withOwnTitles(causes: readonly Cause[]): Cause[] {
  const counts = new Map<string, number>();
  for (const { title } of causes) counts.set(title, (counts.get(title) ?? 0) + 1);
  return causes.map((cause) => (counts.get(cause.title) === 1 ? cause : { ...cause, title: `${cause.title} (${cause.id})` }));
}

/** A cause in the documents of `fuzz` and `merge`. */
export function causeJson({ id, title, severity, profiles, rules, findings, standing }: Cause): Record<string, unknown> {
  const buckets = findings.map(({ bucket }) => bucket.id);
  return { id, title, severity, profiles, rules, buckets, scenario: scenarioJson(findings[0].scenario), standing };
}
