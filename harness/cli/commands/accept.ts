/** `emtdiff accept`: findings become entries of the ledger of known divergences, one a cause; or a recorded entry becomes a reviewed one. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { PROFILES } from '../../../models/registry.js';
import { rankOf, SEVERITIES, type Severity } from '../../classify/severity.js';
import { panelOf, seatOf } from '../../compare/panel.js';
import { jsonFiles, readJsonFile } from '../../files/reading.js';
import { writeWhole } from '../../files/writing.js';
import { type AcceptedFinding, type Acceptance, entryOf, widened } from '../../ledger/acceptance.js';
import { type KnownEntry, printEntries } from '../../ledger/entry.js';
import { storedFinding } from '../../finding/finding-file.js';
import { ledgerFileName, readLedger } from '../../ledger/ledger.js';
import { covers } from '../../ledger/review.js';
import { type Ask, movedAnswers, movedText, repinned } from '../../ledger/pinned.js';
import { answerOf } from '../../run/readable.js';
import { outcomesOfRun } from '../../ledger/run-outcomes.js';
import { shown, UsageError } from '../../operations/usage-error.js';
import { visible } from '../../operations/visible.js';
import { plural } from '../../report/plural.js';
import { isDay } from '../../scenario/shape-values.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';
import { userFolder } from '../package-folder.js';
import { userName } from '../user-name.js';

export const page: CommandPage = {
  usage: [
    'accept FINDING --reason TEXT --source TEXT',
    'accept RUN_DIR --all --reason-from-rules [--yes]',
    'accept ENTRY --reason TEXT --source TEXT',
    'accept LEDGER_DIR --update',
  ],
  about: [
    'An entry is a cause: what its rules do, with a scenario and the answers of all profiles for each bucket. With a reason of yours it counts as reviewed, with one from the rules as recorded.',
    'ENTRY is the id of an entry of the ledger: your reason takes the place of its own.',
  ],
  operands: { least: 1, most: 1 },
  examples: [
    ["accept finding.json --reason 'KVM ignores guest PAT.' --source vmx.c", 'one finding, for a reason of yours'],
    ['accept runs/tonight --all --reason-from-rules --yes', 'all that the ledger does not know yet, one entry a cause'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const [operand] = found.operands;
  if (found.has('update')) return update(operand);
  const folder = found.text('ledger') ?? userFolder('known-divergences');
  const entries = new Map(
    (existsSync(folder) ? readLedger(folder) : []).flatMap((file) => file.entries).map((entry) => [entry.id, entry]),
  );
  const acceptance = acceptanceFrom(found);
  const isReview = !existsSync(operand) && entries.has(operand);
  const accepted = isReview
    ? [reviewed(entries.get(operand) as KnownEntry, acceptance)]
    : acceptedEntries(found, entries, acceptance);
  if (found.has('all') && !(await isAgreed(accepted, found.has('yes')))) return 0;
  for (const { entry } of accepted) entries.set(entry.id, entry);
  const files = new Map<string, KnownEntry[]>();
  for (const entry of entries.values()) {
    const path = join(folder, ledgerFileName(entry.id));
    files.set(path, [...(files.get(path) ?? []), entry]);
  }
  const touched = [...files].filter(([, own]) => own.some(({ id }) => accepted.some(({ entry }) => entry.id === id)));
  for (const [path, own] of touched) writeWhole(path, printEntries(own));
  process.stdout.write(
    `${touched.map(([path]) => `${path}\n`).join('')}${accepted.length} ${accepted.length === 1 ? 'entry' : 'entries'} written; ${folder} has ${entries.size}\n`,
  );
  return 0;
}

/** The ledger in the folder as profiles answer today. */
async function update(folder: string): Promise<number> {
  const everybody = new Map<string, Ask>(PROFILES.map((profile) => [profile.name, (scenario) => answerOf(profile, scenario)]));
  let count = 0;
  for (const { path, entries } of readLedger(folder)) {
    const moved = await movedAnswers(entries, everybody);
    if (moved.length === 0) continue;
    count += moved.length;
    writeWhole(path, printEntries(entries.map((entry) => repinned(entry, PROFILES))));
    process.stdout.write(`${path}\n${moved.map((one) => `  ${visible(movedText(one))}\n`).join('')}`);
  }
  process.stdout.write(`${count} ${count === 1 ? 'answer' : 'answers'} moved\n`);
  return 0;
}

interface Accepted {
  readonly entry: KnownEntry;
  readonly severity: Severity;
  /** Buckets that are new to the ledger. */
  readonly buckets: number;
}

function acceptedEntries(found: Settings, known: ReadonlyMap<string, KnownEntry>, acceptance: Acceptance): Accepted[] {
  const [operand] = found.operands;
  const made = new Map<string, Accepted>();
  for (const { file, finding, severity } of findingsAt(operand, found.has('all'))) {
    const names = finding.found.profiles;
    const profiles = names.flatMap((name) => PROFILES.filter((profile) => profile.name === name));
    const entry = entryOf(finding, panelOf(profiles.map(seatOf)), profiles, acceptance);
    const other = explains(entry, known);
    if (other !== undefined) {
      if (!found.has('all')) throw new UsageError(`${file}: found a bucket that the ledger explains already (${other.id})`);
      continue;
    }
    const before = made.get(entry.id);
    const base = before?.entry ?? known.get(entry.id);
    made.set(entry.id, {
      entry: base === undefined ? entry : widened(base, entry),
      severity: before === undefined || rankOf(severity) < rankOf(before.severity) ? severity : before.severity,
      buckets: (before?.buckets ?? 0) + 1,
    });
  }
  return [...made.values()].sort((a, b) => rankOf(a.severity) - rankOf(b.severity) || (a.entry.id < b.entry.id ? -1 : 1));
}

function explains({ buckets: [bucket] }: KnownEntry, known: ReadonlyMap<string, KnownEntry>): KnownEntry | undefined {
  const { id, lens, op, rules, profiles, outcomes } = bucket;
  return [...known.values()].find((entry) =>
    entry.buckets.some((own) => profiles.every((sides) => covers(own, { id, lens, op, causes: rules, sides, outcomes }))),
  );
}

function findingsAt(path: string, all: boolean): { file: string; finding: AcceptedFinding; severity: Severity }[] {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  if (isFolder !== all)
    throw new UsageError(
      `${path}: found ${isFolder ? 'a folder' : 'no folder'}, expected ${all ? 'a run folder (--all)' : 'a finding, or --all'}`,
    );
  const findings = join(path, 'findings');
  const files = all ? jsonFiles(existsSync(findings) ? findings : path) : [path];
  const outcomes = all ? outcomesOfRun(path) : new Map<string, readonly string[]>();
  return files.map((file) => {
    const found = storedFinding(readJsonFile(file, 'a finding'), file);
    return { file, finding: { found, outcomes: outcomes.get(found.id) ?? [] }, severity: found.severity };
  });
}

function reviewed(entry: KnownEntry, { reason, severity, by, on, expires }: Acceptance): Accepted {
  if (reason === null) throw new UsageError(`${entry.id}: found --reason-from-rules, expected --reason and --source of yours`);
  const { buckets, ...head } = entry;
  const changed = {
    ...head,
    reason: reason.text,
    citations: reason.citations,
    ...(severity === undefined ? {} : { severity }),
    reviewed: { by, on },
    ...(expires === undefined ? {} : { expires }),
    buckets,
  };
  return { entry: changed, severity: severity ?? 'none', buckets: 0 };
}

function acceptanceFrom(found: Settings): Acceptance {
  const [reason, sources] = [found.text('reason'), found.list('source')];
  const fromRules = found.has('reason-from-rules');
  if (fromRules === (reason !== undefined && sources.length > 0))
    throw new UsageError('accept: expected --reason with --source, or --reason-from-rules');
  const [severity, expires] = [found.one('severity', SEVERITIES), found.text('expires')];
  return {
    reason: reason === undefined ? null : { text: reason, citations: sources },
    ...(severity === undefined ? {} : { severity }),
    by: found.text('by') ?? userName(),
    on: day('--on', found.text('on') ?? new Date().toISOString().slice(0, 10)),
    ...(expires === undefined ? {} : { expires: day('--expires', expires) }),
  };
}

/** Many at once are listed, the worst first, and taken only if somebody says so. @throws {UsageError} where nobody can be asked */
async function isAgreed(accepted: readonly Accepted[], isYes: boolean): Promise<boolean> {
  const lines = accepted.map(
    ({ entry, severity, buckets }) => `${severity.padEnd(16)} ${plural(buckets, 'bucket').padEnd(11)} ${visible(entry.reason)}\n`,
  );
  process.stdout.write(lines.join(''));
  if (isYes || accepted.length === 0) return true;
  if (!process.stdin.isTTY)
    throw new UsageError(
      `accept --all: found no --yes and nobody to ask, expected --yes to take these ${plural(accepted.length, 'cause')}`,
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`Take ${plural(accepted.length, 'cause')} as known? [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

function day(option: string, value: string): string {
  if (isDay(value)) return value;
  throw new UsageError(`${option}: found ${shown(value)}, expected a date such as 2026-11-21`);
}
