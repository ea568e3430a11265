/** Files of recorded answers: `<family>/<profile>.jsonl` holds those of one profile, other files name the profile in each line. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../../models/contract/model.js';
import { readTextFile } from '../files/reading.js';
import { UsageError } from '../operations/usage-error.js';
import type { Scenario } from '../scenario/scenario.js';
import { parseRecorded, type RecordedAnswer } from './recorded-answer.js';
import { type AnswerChange, replayLine, type Subject, type Waiting } from './replay.js';

export interface ReplayedFile {
  readonly path: string;
  /** Recorded answers that it holds. */
  readonly answers: number;
  /** Profiles that it has answers of. */
  readonly profiles: readonly string[];
  readonly changes: readonly AnswerChange[];
  readonly waiting: readonly Waiting[];
  /** The file as it would be written today. */
  readonly text: string;
}

/** Paths of the files of recorded answers below a folder, or the file itself, sorted. */
export function answerFiles(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return path.endsWith('.jsonl') ? [path] : [];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) =>
    entry.isDirectory() ? answerFiles(join(path, entry.name)) : entry.name.endsWith('.jsonl') ? [join(path, entry.name)] : [],
  );
}

/** The file of a profile's own answers. */
export function answerFileOf(folder: string, profile: string): string {
  return join(folder, `${profile}.jsonl`);
}

/** Scenarios of a profile's own answers. @throws {UsageError} */
export function scenariosIn(path: string): Scenario[] {
  return linesOf(path).map((line, index) => parseRecorded(line, path, index + 1).scenario);
}

/** Scenarios of a file that are about the profile. @throws {UsageError} */
export function scenariosOf(path: string, profile: string): Scenario[] {
  const isOwn = path.endsWith(`/${profile}.jsonl`);
  return linesOf(path).flatMap((line, index) => {
    // Evidence of a family is long: what names another profile is not read.
    if (!isOwn && !line.includes(JSON.stringify(profile))) return [];
    const recorded = parseRecorded(line, path, index + 1);
    return recorded.profile === profile || (isOwn && recorded.profile === undefined) ? [recorded.scenario] : [];
  });
}

function linesOf(path: string): string[] {
  const lines = readTextFile(path, 'recorded answers, one a line').split('\n');
  return lines[lines.length - 1] === '' ? lines.slice(0, -1) : lines;
}

/** Every line of a file held against the profiles of today. @throws {UsageError} */
export function replayFile(path: string, profiles: readonly Profile[]): ReplayedFile {
  const own = ownerOf(path, profiles);
  const subjects = new Map<string, Subject>();
  const subjectOf =
    (number: number) =>
    ({ profile: named, origin }: RecordedAnswer): Subject | null => {
      const profile = named === undefined ? own : profiles.find(({ name }) => name === named);
      if (profile === undefined && named !== undefined && origin !== undefined) return null;
      if (profile === undefined) throw strangerAt(path, number, named);
      const subject = subjects.get(profile.name) ?? { profile, model: profile.create() };
      subjects.set(profile.name, subject);
      return subject;
    };
  const lines = linesOf(path);
  const replayed = lines.map((line, index) => replayLine(line, path, index + 1, subjectOf(index + 1)));
  return {
    path,
    answers: lines.length,
    profiles: [...subjects.keys()],
    changes: replayed.flatMap(({ changes }) => changes),
    waiting: replayed.flatMap(({ waiting }) => (waiting === null ? [] : [waiting])),
    text: replayed.map(({ line }) => `${line}\n`).join(''),
  };
}

function ownerOf(path: string, profiles: readonly Profile[]): Profile | undefined {
  return profiles.find(({ name }) => path.endsWith(`/${name}.jsonl`));
}

function strangerAt(path: string, number: number, named: string | undefined): UsageError {
  return new UsageError(
    `${path} line ${number}: found the profile ${named ?? 'of its path'}, expected one that emtdiff models lists`,
  );
}
