/** Answers of profiles that are no longer what was recorded, profile by profile: what was said then, what now, by which rules. */
import type { AnswerChange } from '../../conformance/replay.js';
import type { ReplayedFile } from '../../conformance/answer-files.js';
import { stepInWords } from '../../operations/registry.js';
import type { ObservationJson } from '../../scenario/observation-json.js';
import { answerText } from '../answer-text.js';
import { plural } from '../plural.js';
import { wrapped } from '../wrapped.js';

/** Changes of a profile that are told in full: the first of each pair of rules. */
const TOLD = 3;

/** @param path how a file's path is shown */
export function answerChangeLines(files: readonly ReplayedFile[], width: number, path: (file: string) => string): string[] {
  return files.flatMap((file) => {
    const profiles = [...new Set(file.changes.map(({ profile }) => profile))];
    return profiles.flatMap((profile) => profileLines(profile, file, width, path(file.path)));
  });
}

/** What is no failure: evidence that waits for a profile or an operation, and profiles that nothing is recorded of. */
export function regressNotes(files: readonly ReplayedFile[], missing: readonly string[], width: number): string[] {
  const waiting = files.flatMap((file) => file.waiting);
  const absent = tally(waiting.flatMap(({ profile, operation }) => (operation === null ? [profile] : [])));
  const silent = tally(waiting.flatMap(({ profile, operation }) => (operation === null ? [] : [`${profile} ${operation}`])));
  const notes: string[] = [];
  if (absent !== '') notes.push(`note: evidence waits for profiles that emtdiff does not have (scenarios): ${absent}`);
  if (silent !== '') notes.push(`note: evidence waits for operations to which a profile answers n/a (scenarios): ${silent}`);
  if (missing.length > 0)
    notes.push(
      `note: ${plural(missing.length, 'profile')} without recorded answers: ${missing.join(' ')}`,
      `  they are grown by: emtdiff corpus grow ${missing.length > MANY ? 'all' : missing.join(' ')}`,
    );
  return notes.flatMap((note) => wrapped(note, width, '', '  '));
}

/** `sev-snp/7.0 (44), tdx/6.18 (47)` */
function tally(names: readonly string[]): string {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times].map(([name, count]) => `${name} (${count})`).join(', ');
}

/** More profiles than this are named by one word in a command. */
const MANY = 6;

function profileLines(profile: string, file: ReplayedFile, width: number, path: string): string[] {
  const changes = file.changes.filter((change) => change.profile === profile);
  const kinds = new Map<string, AnswerChange[]>();
  for (const change of changes) {
    const kind = JSON.stringify([rulesOf(change), change.origin]);
    kinds.set(kind, [...(kinds.get(kind) ?? []), change]);
  }
  const told = [...kinds.values()].slice(0, TOLD);
  const scenarios = new Set(changes.map(({ line }) => line)).size;
  const head = `${profile}: ${plural(changes.length, 'answer')} changed, in ${plural(scenarios, 'scenario')} of ${file.answers} (${path})`;
  const lines = told.flatMap((same) => changeLines(same[0], same.length, width));
  const more = kinds.size - told.length;
  return [
    ...wrapped(head, width, '', '  '),
    ...lines,
    ...(more > 0 ? [`  and ${plural(more, 'more pair')} of rules (--format json has all)`] : []),
  ];
}

function changeLines(change: AnswerChange, count: number, width: number): string[] {
  const { line, scenario, at, recorded, today, origin } = change;
  const where = typeof at === 'number' ? `step ${at}, ${stepInWords(scenario.steps[at])}` : `counter ${at}`;
  const head = `  line ${line}, ${where}${count > 1 ? ` (and ${count - 1} more alike)` : ''}`;
  return [
    ...wrapped(head, width, '', '    '),
    ...wrapped(`${origin === null ? 'then' : `by ${origin}`}: ${said(recorded)}`, width, '    ', '      '),
    ...wrapped(`now: ${said(today)}`, width, '    ', '      '),
  ];
}

function said(answer: AnswerChange['recorded']): string {
  if (answer === undefined) return 'none';
  if (typeof answer !== 'object') return String(answer);
  return `${answerText(answer)}${answer.rule === undefined ? '' : ` by ${answer.rule}`}`;
}

function rulesOf({ at, recorded, today }: AnswerChange): readonly (string | undefined)[] {
  if (typeof at === 'string' || typeof recorded === 'string') return [typeof at === 'string' ? at : 'invariants'];
  return [(recorded as ObservationJson | undefined)?.rule, (today as ObservationJson | undefined)?.rule];
}
