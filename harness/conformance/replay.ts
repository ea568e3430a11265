/** Holds a profile against answers that were recorded before: every field that changed. */
import type { Model, Profile } from '../../models/contract/model.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';
import { parseRecorded, printRecorded, type RecordedAnswer, recordedNow } from './recorded-answer.js';

export interface AnswerChange {
  readonly profile: string;
  /** Line of the file, from 1. */
  readonly line: number;
  readonly scenario: Scenario;
  /** Index of the step, or the name of the counter. */
  readonly at: number | string;
  readonly recorded: ObservationJson | number | undefined;
  readonly today: ObservationJson | number | undefined;
  /** By what the answer was recorded, where not by the profile itself: such an answer is evidence, and no update replaces it. */
  readonly origin: string | null;
}

/** A profile and the one model that answers all of a file, so that what it remembers of the scenario before shows. */
export interface Subject {
  readonly profile: Profile;
  readonly model: Model;
}

export interface ReplayedLine {
  /** The line as it would be written today: where it is evidence, unchanged. */
  readonly line: string;
  readonly changes: readonly AnswerChange[];
}

/**
 * One line of a file held against the profile.
 * @param subjectOf the profile that is named in the line, or that the file is about where the line names none
 * @throws {UsageError} for a line that is no recorded answer
 */
export function replayLine(
  text: string,
  file: string,
  number: number,
  subjectOf: (named: string | undefined) => Subject,
): ReplayedLine {
  const recorded = parseRecorded(text, file, number);
  const { profile, model } = subjectOf(recorded.profile);
  const today = recordedNow(profile, recorded.scenario, model);
  const place = { profile: profile.name, line: number, scenario: recorded.scenario, origin: recorded.origin ?? null };
  if (recorded.origin !== undefined)
    return { line: text, changes: differences(recorded, today, holds).map((change) => ({ ...place, ...change })) };
  const line = printRecorded({ ...recorded, ...today });
  if (line === text) return { line, changes: [] };
  return { line, changes: differences(recorded, today, isSame).map((change) => ({ ...place, ...change })) };
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
  return [...steps, ...counters];
}

/** A profile against its own answer: every field, the rule included. */
const isSame: Agrees = (then, now) => JSON.stringify(then) === JSON.stringify(now);

/** A profile against evidence: the fields that the evidence has, but for the rule; what either leaves open is not compared. */
const holds: Agrees = (then, now) => {
  const [evidence, answer] = [then as ObservationJson, now as ObservationJson];
  if (isOpen(evidence) || isOpen(answer)) return true;
  return Object.entries(evidence).every(([key, value]) => key === 'rule' || isSame(value, answer[key as keyof ObservationJson]));
};

function isOpen({ outcome }: ObservationJson): boolean {
  return outcome === 'undefined' || outcome === 'n/a';
}
