/** A panel at work on single scenarios: what replay, minimise and explain share. */
import { profileOf } from './profile-name.js';
import { LENS_NAMES, type LensName } from '../compare/lens.js';
import type { ExternalModel } from '../external/external-model.js';
import type { ModelFault } from '../panel/faults.js';
import { watchdog } from '../engine/watchdog.js';
import { WorkingPanel } from '../panel/working-panel.js';
import { PROFILES } from '../../models/registry.js';
import { shown, UsageError } from '../operations/usage-error.js';
import { word } from './options/arguments.js';
import { wantedExternals } from './external-choice.js';
import { chosenProfiles, DEFAULT_PANEL, startExternals } from './panel-choice.js';
import type { ScenarioInput } from './scenario-input.js';
import type { Settings } from './options/settings.js';

export interface PanelSession {
  readonly work: WorkingPanel;
  readonly format: 'terminal' | 'json' | 'markdown';
  close(): Promise<void>;
}

/** Profiles: `--models`, else those of the finding, else the panel that is configured, else the default panel. @throws {UsageError} */
export async function openSession(
  settings: Settings,
  input: ScenarioInput,
  fallbackLenses: readonly LensName[],
): Promise<PanelSession> {
  const format = settings.one('format', ['terminal', 'json', 'markdown'] as const) ?? 'terminal';
  const lenses =
    settings
      .text('lens')
      ?.split(',')
      .map((name) => word(settings.source('lens'), name.trim(), LENS_NAMES)) ?? lensesOf(input, fallbackLenses);
  const isKnown = (name: string) => profileOf(name, PROFILES) !== undefined;
  const known = input.finding?.profiles.filter(isKnown) ?? [];
  const isOwnPanel = known.length > 0 && settings.origin('models') !== 'flag';
  const profiles = chosenProfiles(isOwnPanel ? known.join() : settings.text('models'), DEFAULT_PANEL, settings.source('models'));
  const definitions = wantedExternals(settings, (name) => input.finding === null || input.finding.profiles.includes(name));
  refuseStrangers(settings, input, (name) => isKnown(name) || definitions.some((definition) => definition.startsWith(`${name}=`)));
  const externals: ExternalModel[] = await startExternals(definitions, profiles, settings);
  return {
    work: new WorkingPanel({ profiles, externals, known: PROFILES, lenses, guard: watchdog() }),
    format,
    close: async () => {
      await Promise.all(externals.map((external) => external.close()));
    },
  };
}

/** A finding of another lens brings it along. */
function lensesOf({ finding }: ScenarioInput, fallback: readonly LensName[]): readonly LensName[] {
  return LENS_NAMES.filter((name) => fallback.includes(name) || name === finding?.lens);
}

/** A profile that was renamed, or an external model that nobody starts, would be missed in silence. @throws {UsageError} */
function refuseStrangers(settings: Settings, { finding }: ScenarioInput, isThere: (name: string) => boolean): void {
  const stranger = finding?.profiles.find((name) => !isThere(name));
  if (stranger === undefined || settings.origin('models') === 'flag') return;
  throw new UsageError(
    `${finding?.file}: found the profile ${shown(stranger)} on the finding's panel, expected one that emtdiff models lists, an --external of that name, or another panel by --models`,
  );
}

/** Faults on stderr, and the exit code that they make. */
export function reportFaults(faults: readonly ModelFault[]): number {
  for (const { profile, message } of faults) process.stderr.write(`emtdiff: model fault: ${profile}: ${message}\n`);
  return faults.length > 0 ? 3 : 0;
}

export function terminalWidth(): number {
  return Math.max(80, Math.min(132, process.stdout.columns ?? 100));
}
