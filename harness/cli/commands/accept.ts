/** `emtdiff accept`: a finding, or all of a run, becomes an entry of the ledger of known divergences. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { SEVERITIES } from '../../classify/severity.js';
import { panelOf, seatOf } from '../../compare/panel.js';
import {
  type Acceptance,
  entryOf,
  type FoundDivergence,
  foundDivergence,
  reasonFromRules,
  widened,
} from '../../ledger/acceptance.js';
import { isDay, type KnownEntry, printEntries } from '../../ledger/known-entry.js';
import { ledgerFileName, readLedger } from '../../ledger/ledger.js';
import { covers } from '../../ledger/ledger-review.js';
import { jsonFiles } from '../../regressions/regression-folder.js';
import { Place, UsageError } from '../../operations/usage-error.js';
import { FINDING_FORMAT } from '../../report/finding-file.js';
import { writeWhole } from '../../report/run-folder.js';
import { readJson } from '../../scenario/json.js';
import { PROFILES } from '../../../models/registry.js';
import { type Arguments, readArguments, word } from '../options/arguments.js';
import { corpusFolder } from '../package-folder.js';
import { SETTINGS_OPTIONS, settingsOf } from '../options/settings.js';

const HELP = `emtdiff accept FINDING --reason TEXT --source TEXT   the finding becomes a known divergence
emtdiff accept RUN_DIR --all --reason-from-rules     all findings of a run that the ledger does not know yet

  --reason TEXT          why it is accepted, in a sentence
  --source TEXT          where that can be looked up; repeatable
  --reason-from-rules    both from the sentences and citations of the two rules that decided
  --severity CLASS       where it is judged otherwise than emtdiff does: ${SEVERITIES.join(' ')}
  --by NAME              who accepts it; default: you, as the system knows you
  --on DATE              default: today
  --expires DATE         the last day on which it holds; default: forever
  --ledger DIR           default: the one that is configured, else that of this package (corpora/known-divergences)
`;

const OPTIONS = {
  all: { type: 'boolean' },
  reason: { type: 'string' },
  source: { type: 'string', multiple: true },
  'reason-from-rules': { type: 'boolean' },
  severity: { type: 'string' },
  by: { type: 'string' },
  on: { type: 'string' },
  expires: { type: 'string' },
  ledger: { type: 'string' },
  ...SETTINGS_OPTIONS,
} as const;

export async function run(args: readonly string[]): Promise<number> {
  const found = readArguments('accept', args, OPTIONS, { least: 1, most: 1 });
  if (found.has('help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const fromRules = found.has('reason-from-rules');
  if (fromRules === (found.text('reason') !== undefined && found.list('source').length > 0))
    throw new UsageError('accept: expected --reason with --source, or --reason-from-rules');
  const folder = (await settingsOf(found)).text('ledger') ?? corpusFolder('known-divergences');
  const ledger = new Map((existsSync(folder) ? readLedger(folder) : []).map(({ path, entries }) => [path, [...entries]]));
  const touched = new Set<string>();
  for (const path of findingPaths(found.positionals[0], found.has('all'))) {
    const { entry, cause } = acceptedFrom(path, found);
    if (isKnown(entry, ledger)) {
      if (!found.has('all')) throw new UsageError(`${path}: found a bucket that the ledger explains already (${entry.id})`);
      continue;
    }
    const file = join(folder, ledgerFileName(cause));
    const others = ledger.get(file) ?? [];
    const same = others.find(({ id }) => id === entry.id);
    ledger.set(file, [...others.filter((other) => other !== same), same === undefined ? entry : widened(same, entry)]);
    touched.add(file);
  }
  for (const file of touched) writeWhole(file, printEntries(ledger.get(file) ?? []));
  const entries = [...ledger.values()].reduce((sum, own) => sum + own.length, 0);
  process.stdout.write(
    `${[...touched].map((file) => `${file}\n`).join('')}${touched.size} files written; the ledger has ${entries} entries\n`,
  );
  return 0;
}

function findingPaths(path: string, all: boolean): string[] {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  if (isFolder !== all)
    throw new UsageError(
      `${path}: found ${isFolder ? 'a folder' : 'no folder'}, expected ${all ? 'a run folder (--all)' : 'a finding, or --all'}`,
    );
  if (!all) return [path];
  const findings = join(path, 'findings');
  return jsonFiles(existsSync(findings) ? findings : path);
}

function isKnown({ scope }: KnownEntry, ledger: ReadonlyMap<string, readonly KnownEntry[]>): boolean {
  const [sides] = scope.profiles;
  const sighting = { id: '', lens: scope.lens, op: scope.op, causes: scope.rules, sides, outcomes: scope.outcomes };
  return [...ledger.values()].some((entries) => entries.some((entry) => covers(entry, sighting)));
}

function acceptedFrom(path: string, options: Arguments): { entry: KnownEntry; cause: string } {
  const json = readFinding(path);
  const found = foundDivergence(json, path);
  const names = (json as { profiles?: unknown }).profiles;
  if (!Array.isArray(names)) return new Place(path, '$.profiles').fail(names, 'an array of profile names');
  const panel = panelOf(names.flatMap((name) => PROFILES.filter((profile) => profile.name === name)).map(seatOf));
  const severity = options.text('severity');
  const expires = options.text('expires');
  const acceptance: Acceptance = {
    ...reasonFor(found, panel, options),
    ...(severity === undefined ? {} : { severity: word('--severity', severity, SEVERITIES) }),
    by: options.text('by') ?? userInfo().username,
    on: day('--on', options.text('on') ?? new Date().toISOString().slice(0, 10)),
    ...(expires === undefined ? {} : { expires: day('--expires', expires) }),
  };
  return { entry: entryOf(found, panel, acceptance), cause: found.causes[1] };
}

function reasonFor(
  found: FoundDivergence,
  panel: ReturnType<typeof panelOf>,
  options: Arguments,
): Pick<Acceptance, 'reason' | 'citations'> {
  if (!options.has('reason-from-rules')) return { reason: options.text('reason') ?? '', citations: options.list('source') };
  const reason = reasonFromRules(found, panel);
  if (reason === null) throw new UsageError(`${found.file}: found a side without a rule, expected --reason and --source`);
  return reason;
}

function readFinding(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: found ${(error as NodeJS.ErrnoException).code}, expected a finding`);
  }
  const json = readJson(text, path);
  const { format } = (json ?? {}) as { format?: unknown };
  return format === FINDING_FORMAT ? json : new Place(path, '$.format').fail(format, `"${FINDING_FORMAT}"`);
}

function day(option: string, value: string): string {
  if (isDay(value)) return value;
  throw new UsageError(`${option}: found ${JSON.stringify(value)}, expected a date such as 2026-11-21`);
}
