/** Holds a profile against answers that were recorded before: every field that changed. */
import type { Model, Profile } from '../../models/contract/model.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';
import { isOpen, parseRecorded, printRecorded, type RecordedAnswer, recordedNow } from './recorded-answer.js';

export interface AnswerChange {
  readonly profile: string;
  /** Line of the file, from 1. */
  readonly line: number;
  readonly scenario: Scenario;
  /** Index of the step, or the name of the counter. */
  readonly at: number | string;
  readonly recorded: ObservationJson | number | string | undefined;
  readonly today: ObservationJson | number | string | undefined;
  /** By what the answer was recorded, where not by the profile itself: such an answer is evidence, and no update replaces it. */
  readonly origin: string | null;
}

/** A profile and the one model that answers all of a file, so that what it remembers of the scenario before shows. */
export interface Subject {
  readonly profile: Profile;
  readonly model: Model;
}

/** Evidence that nothing can be held against yet. */
export interface Waiting {
  readonly profile: string;
  readonly origin: string;
  /** The operation that the profile answers `n/a` to; null: there is no such profile. */
  readonly operation: string | null;
}

export interface ReplayedLine {
  /** The line as it would be written today: where it is evidence, unchanged. */
  readonly line: string;
  readonly changes: readonly AnswerChange[];
  readonly waiting: Waiting | null;
}

/**
 * One line of a file held against the profile.
 * @param subjectOf the profile that is named in the line, or that the file is about where the line names none; null: there is none
 * @throws {UsageError} for a line that is no recorded answer
 */
export function replayLine(
  text: string,
  file: string,
  number: number,
  subjectOf: (recorded: RecordedAnswer) => Subject | null,
): ReplayedLine {
  const recorded = parseRecorded(text, file, number);
  const { origin, scenario } = recorded;
  const subject = subjectOf(recorded);
  if (subject === null) {
    const waiting = { profile: recorded.profile as string, origin: origin as string, operation: null };
    return { line: text, changes: [], waiting };
  }
  const { profile, model } = subject;
  const today = recordedNow(profile, scenario, model);
  const place = { profile: profile.name, line: number, scenario, origin: origin ?? null };
  const changes = (agrees: Agrees) => differences(recorded, today, agrees).map((change) => ({ ...place, ...change }));
  if (origin !== undefined) {
    const silent = silentStep(recorded, today);
    if (silent < 0) return { line: text, changes: changes(holds), waiting: null };
    return { line: text, changes: [], waiting: { profile: profile.name, origin, operation: scenario.steps[silent].op } };
  }
  const line = printRecorded({ ...(recorded.profile === undefined ? {} : { profile: recorded.profile }), ...today });
  return { line, changes: line === text ? [] : changes(isSame), waiting: null };
}

/** The first step that the profile has no such operation for, while the evidence goes on by it: what follows rests on it. -1: none. */
function silentStep(evidence: RecordedAnswer, today: RecordedAnswer): number {
  return today.observations.findIndex(({ outcome }, step) => outcome === 'n/a' && evidence.observations[step].outcome !== 'n/a');
}

/** Where a profile disagrees with evidence, whoever it was recorded of. */
export function disagreementsOf(
  profile: Profile,
  evidence: RecordedAnswer,
): Pick<AnswerChange, 'scenario' | 'at' | 'recorded' | 'today'>[] {
  const { scenario } = evidence;
  return differences(evidence, recordedNow(profile, scenario), holds).map((change) => ({ scenario, ...change }));
}

type Agrees = (then: unknown, now: unknown) => boolean;

function differences(then: RecordedAnswer, now: RecordedAnswer, agrees: Agrees): Pick<AnswerChange, 'at' | 'recorded' | 'today'>[] {
  const steps = then.observations.flatMap((observation, step) =>
    agrees(observation, now.observations[step]) ? [] : [{ at: step, recorded: observation, today: now.observations[step] }],
  );
  const names = [...new Set([...Object.keys(then.counters ?? {}), ...(agrees === holds ? [] : Object.keys(now.counters ?? {}))])];
  const counters = names.flatMap((name) => {
    const [was, is] = [then, now].map(({ counters }) => (counters as Record<string, number> | undefined)?.[name]);
    return was === is ? [] : [{ at: name, recorded: was, today: is }];
  });
  return [...steps, ...counters, ...(agrees === holds ? [] : brokenDifferences(then, now))];
}

function brokenDifferences({ broken: then = {} }: RecordedAnswer, { broken: now = {} }: RecordedAnswer) {
  const steps = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  const said = (ids: readonly string[] | undefined) => (ids === undefined ? 'breaks no invariant' : `breaks ${ids.join(' and ')}`);
  return steps.flatMap((step) => {
    const [recorded, today] = [said(then[step]), said(now[step])];
    return recorded === today ? [] : [{ at: Number(step), recorded, today }];
  });
}

/** A profile against its own answer: every field, the rule included. */
const isSame: Agrees = (then, now) => JSON.stringify(then) === JSON.stringify(now);

/** A profile against evidence: the fields that the evidence has, but for the rule; what the evidence or an `undefined` leaves open is not compared. */
const holds: Agrees = (then, now) => {
  const [evidence, answer] = [then as ObservationJson, now as ObservationJson];
  if (isOpen(evidence) || answer.outcome === 'undefined') return true;
  return Object.entries(evidence).every(([key, value]) => key === 'rule' || isSame(value, answer[key as keyof ObservationJson]));
};
