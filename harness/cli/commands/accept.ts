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
import { corpusFolder } from '../package-folder.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

export const page: CommandPage = {
  usage: ['accept FINDING --reason TEXT --source TEXT', 'accept RUN_DIR --all --reason-from-rules'],
  operands: { least: 1, most: 1 },
  examples: [
    ["accept finding.json --reason 'KVM ignores guest PAT.' --source vmx.c", 'one finding, for a reason of yours'],
    ['accept runs/tonight --all --reason-from-rules', 'all findings of a run that the ledger does not know yet'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const fromRules = found.has('reason-from-rules');
  if (fromRules === (found.text('reason') !== undefined && found.list('source').length > 0))
    throw new UsageError('accept: expected --reason with --source, or --reason-from-rules');
  const folder = found.text('ledger') ?? corpusFolder('known-divergences');
  const ledger = new Map((existsSync(folder) ? readLedger(folder) : []).map(({ path, entries }) => [path, [...entries]]));
  const touched = new Set<string>();
  for (const path of findingPaths(found.operands[0], found.has('all'))) {
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

function acceptedFrom(path: string, options: Settings): { entry: KnownEntry; cause: string } {
  const json = readFinding(path);
  const found = foundDivergence(json, path);
  const names = (json as { profiles?: unknown }).profiles;
  if (!Array.isArray(names)) return new Place(path, '$.profiles').fail(names, 'an array of profile names');
  const panel = panelOf(names.flatMap((name) => PROFILES.filter((profile) => profile.name === name)).map(seatOf));
  const severity = options.one('severity', SEVERITIES);
  const expires = options.text('expires');
  const acceptance: Acceptance = {
    ...reasonFor(found, panel, options),
    ...(severity === undefined ? {} : { severity: severity }),
    by: options.text('by') ?? userInfo().username,
    on: day('--on', options.text('on') ?? new Date().toISOString().slice(0, 10)),
    ...(expires === undefined ? {} : { expires: day('--expires', expires) }),
  };
  return { entry: entryOf(found, panel, acceptance), cause: found.causes[1] };
}

function reasonFor(
  found: FoundDivergence,
  panel: ReturnType<typeof panelOf>,
  options: Settings,
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
