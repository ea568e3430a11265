/** A panel at work on single scenarios: what replay, minimise and explain share. */
import { LENS_NAMES, type LensName } from '../compare/lens.js';
import { externalSeat, type Panel, panelOf, seatOf } from '../compare/panel.js';
import type { ExternalModel } from '../external/external-model.js';
import { ForeignRules } from '../panel/foreign-rules.js';
import { FaultLog, type ModelFault } from '../panel/faults.js';
import { Seats } from '../panel/seats.js';
import { PROFILES } from '../../models/registry.js';
import { word } from './options/arguments.js';
import { wantedExternals } from './external-choice.js';
import { chosenProfiles, DEFAULT_PANEL, startExternals } from './panel-choice.js';
import type { ScenarioInput } from './scenario-input.js';
import type { Settings } from './options/settings.js';

export interface PanelSession {
  readonly panel: Panel;
  readonly seats: Seats;
  readonly lenses: readonly LensName[];
  readonly format: 'terminal' | 'json';
  faults(): readonly ModelFault[];
  close(): Promise<void>;
}

/** Profiles: `--models`, else those of the finding, else the panel that is configured, else the default panel. @throws {UsageError} */
export async function openSession(
  settings: Settings,
  input: ScenarioInput,
  fallbackLenses: readonly LensName[],
): Promise<PanelSession> {
  const format = settings.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  const lenses =
    settings
      .text('lens')
      ?.split(',')
      .map((name) => word(settings.source('lens'), name.trim(), LENS_NAMES)) ?? fallbackLenses;
  const known = input.finding?.profiles.filter((name) => PROFILES.some((profile) => profile.name === name)) ?? [];
  const isOwnPanel = known.length > 0 && settings.origin('models') !== 'flag';
  const profiles = chosenProfiles(isOwnPanel ? known.join() : settings.text('models'), DEFAULT_PANEL, settings.source('models'));
  const definitions = wantedExternals(settings, (name) => input.finding === null || input.finding.profiles.includes(name));
  const outsiders: ExternalModel[] = await startExternals(definitions, profiles, settings.source('external'));
  const foreign = outsiders.map(({ name }) => new ForeignRules(name));
  const panel = panelOf([
    ...profiles.map(seatOf),
    ...outsiders.map(({ name, claims }, index) => externalSeat(name, claims, PROFILES, foreign[index].rules)),
  ]);
  const log = new FaultLog('', panel);
  return {
    panel,
    seats: new Seats(profiles, outsiders, log.onDefect, foreign),
    lenses,
    format,
    faults: () => log.all(outsiders),
    close: async () => {
      await Promise.all(outsiders.map((outsider) => outsider.close()));
    },
  };
}

/** Faults on stderr, and the exit code that they make. */
export function reportFaults(faults: readonly ModelFault[]): number {
  for (const { profile, message } of faults) process.stderr.write(`emtdiff: model fault: ${profile}: ${message}\n`);
  return faults.length > 0 ? 3 : 0;
}

export function terminalWidth(): number {
  return Math.max(80, Math.min(132, process.stdout.columns ?? 100));
}
