/** Which ledgers judge a campaign: the one that is named, else the package's own and that of the working directory. */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { PROFILES } from '../../models/registry.js';
import { watchdog } from '../engine/watchdog.js';
import { Baseline } from '../ledger/baseline.js';
import { LedgerGate } from '../ledger/gate.js';
import { readLedger } from '../ledger/ledger.js';
import { type Acquaintance, acquaintanceOf } from '../report/acquaintance.js';
import type { Verdict } from '../ledger/gate.js';
import type { Settings } from './options/settings.js';
import { corpusFolder, userFolder } from './package-folder.js';

export interface OpenLedger {
  readonly gate: LedgerGate;
  /** For reports. */
  acquaintance(verdict: Verdict): Acquaintance | null;
}

/** @throws {UsageError} for a ledger or a baseline that is none */
export function openLedger(settings: Settings): OpenLedger {
  const named = settings.text('ledger');
  const stored = settings.text('baseline');
  const folders = named !== undefined ? [named] : settings.has('no-ledger') ? [] : defaultFolders();
  const gate = new LedgerGate({
    entries: folders.flatMap((folder) => readLedger(folder)).flatMap(({ entries }) => entries),
    baseline: stored === undefined ? null : Baseline.read(stored),
    isAsked: named !== undefined || stored !== undefined,
    known: PROFILES,
    guard: watchdog(),
  });
  return {
    gate,
    acquaintance: ({ judgement }) => (judgement === null ? null : acquaintanceOf(judgement, folders.map(shownFolder))),
  };
}

function defaultFolders(): string[] {
  const there = [corpusFolder('known-divergences'), userFolder('known-divergences')].filter((folder) => existsSync(folder));
  return there.filter((folder, index) => there.findIndex((other) => realpathSync(other) === realpathSync(folder)) === index);
}

/** The package's own by the name that its readers know. */
function shownFolder(folder: string): string {
  return folder === corpusFolder('known-divergences') ? join('corpora', 'known-divergences') : folder;
}

/** What entries expire by: a date, 2026-11-21, in UTC, so that all shards of a night agree. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
