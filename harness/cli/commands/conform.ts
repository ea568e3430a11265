/** `emtdiff conform`: the recorded scenarios of a profile, asked of external models; exit 1 where one answers otherwise. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rankOf, SEVERITIES } from '../../classify/severity.js';
import { type ComparisonResult, compareModels } from '../../comparison.js';
import { DEFAULT_LENSES, LENS_NAMES, type LensName } from '../../compare/lens.js';
import { answerFileOf, answerFiles, scenariosOf } from '../../conformance/answer-files.js';
import { StopWatch } from '../../engine/stop-watch.js';
import type { ExternalModel } from '../../external/external-model.js';
import { UsageError } from '../../operations/usage-error.js';
import { comparisonJson } from '../../report/comparison-json.js';
import { comparisonText } from '../../report/terminal/comparison.js';
import { encodeScenario, type EncodedScenario } from '../../scenario/encoded.js';
import { PROFILES } from '../../../models/registry.js';
import type { Profile } from '../../../models/contract/model.js';
import { wantedExternals } from '../external-choice.js';
import { knownProfile } from '../known-profile.js';
import { word } from '../options/arguments.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';
import { corpusFolder } from '../package-folder.js';
import { startExternals } from '../panel-choice.js';
import { packageVersion } from '../version.js';

export const page: CommandPage = {
  usage: ['conform PROFILE --external NAME=CMD [OPTIONS]'],
  about: [
    "Asks external models (a fork of the profile, a real kernel) the recorded scenarios of a profile, its evidence's included, and compares each with the profile. What differs is minimised and joined by cause, the worst first.",
  ],
  operands: { least: 1, most: 1 },
  examples: [
    ["conform intel-ept/6.16 --external 'mine=./my-kvm'", 'a fork of the profile'],
    ['conform intel-ept/6.16 --lab bochs', 'a real kernel in an emulator'],
  ],
  notes: ['Exit codes: 0 every answer is the same, 1 some differ, 2 bad usage, 3 a model failed, 130 interrupted.'],
};

export async function run(found: Settings): Promise<number> {
  const format = found.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  const profile = knownProfile(found.operands[0], PROFILES);
  const lenses = chosenLenses(found.text('lens'));
  const definitions = wantedExternals(found, () => true);
  if (definitions.length === 0)
    throw new UsageError('conform: found no external model, expected --external NAME=CMD or --lab EMULATOR');
  const recorded = recordedOf(profile.name, corpusFolder('conformance'));
  const externals = await startExternals(definitions, PROFILES, found);
  const watch = new StopWatch(Number.POSITIVE_INFINITY);
  try {
    const results: ComparisonResult[] = [];
    for (const external of externals) results.push(await conformance(profile, external, recorded, lenses, watch));
    results.sort((a, b) => worstOf(a) - worstOf(b));
    process.stdout.write(reportOf(results, recorded.length, format, found.has('details'), watch.isInterrupted));
    if (watch.isInterrupted) return 130;
    if (results.some(({ modelFaults }) => modelFaults.length > 0)) return 3;
    return results.some(({ differences }) => differences.length > 0) ? 1 : 0;
  } finally {
    watch.close();
    await Promise.all(externals.map((external) => external.close()));
  }
}

/** Its own answers' scenarios, then those of evidence that is about it. @throws {UsageError} where there are none */
function recordedOf(profile: string, folder: string): EncodedScenario[] {
  const own = answerFileOf(folder, profile);
  const evidence = ['recorded', 'real'].flatMap((part) => answerFiles(join(folder, part)));
  const scenarios = [...(existsSync(own) ? [own] : []), ...evidence].flatMap((path) => scenariosOf(path, profile));
  if (scenarios.length === 0)
    throw new UsageError(`${own}: found no recorded answers of ${profile}, expected those of emtdiff corpus grow ${profile}`);
  return scenarios.map(encodeScenario);
}

function conformance(
  profile: Profile,
  external: ExternalModel,
  recorded: readonly EncodedScenario[],
  lenses: LensName[],
  watch: StopWatch,
): Promise<ComparisonResult> {
  return compareModels({
    seed: 'emtdiff-conform',
    a: profile,
    b: external,
    known: PROFILES,
    lenses,
    recorded,
    cases: 0,
    // Recorded scenarios alone: no point of the decision space.
    shouldStop: (stage) => stage === 'points' || watch.isInterrupted,
    shouldHurry: () => watch.isImpatient,
  });
}

/** Rank of the worst difference, 0 the worst of all; after every rank where there is none. */
function worstOf({ differences }: ComparisonResult): number {
  return differences.length === 0 ? SEVERITIES.length : rankOf(differences[0].severity);
}

function reportOf(
  results: readonly ComparisonResult[],
  recorded: number,
  format: 'terminal' | 'json',
  details: boolean,
  interrupted: boolean,
): string {
  if (format === 'terminal')
    return results.map((result) => comparisonText(result, { details, interrupted, spaceSize: 0, recorded })).join('\n');
  const models = results.map((result) => comparisonJson(result, packageVersion(), interrupted));
  return `${JSON.stringify({ format: 'emtdiff-conform/1', recorded, models })}\n`;
}

function chosenLenses(list: string | undefined): LensName[] {
  if (list === undefined) return [...DEFAULT_LENSES];
  const names = list.split(',').map((name) => word('--lens', name.trim(), LENS_NAMES));
  return LENS_NAMES.filter((name) => names.includes(name));
}
