/** The profiles of another version of this package, as sides of a comparison. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Participant } from '../comparison/pair.js';
import { parseAnswer } from '../external/answer.js';
import type { ExternalFault, External } from '../panel/external.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import { Place, UsageError } from '../operations/usage-error.js';
import { scenarioJson } from '../scenario/print.js';
import type { Profile } from '../../models/contract/model.js';
import type { OtherVersion } from './other-version.js';

const OWN_BUILD = fileURLToPath(new URL('../../', import.meta.url));

export interface OtherProfiles {
  readonly names: readonly string[];
  /** Whether the compiled code that answers for a family is byte for byte the same in both versions. */
  isUnchanged(family: string): boolean;
  /** A profile of the other version under the name `NAME before`. */
  side(name: string): Participant;
}

/** @throws {UsageError} for a version that cannot be loaded */
export async function otherProfiles({ name, folder }: OtherVersion): Promise<OtherProfiles> {
  const build = join(folder, 'dist');
  const load = async (path: string) => {
    try {
      return await import(pathToFileURL(join(build, path)).href);
    } catch (error) {
      throw new UsageError(
        `--against: found no ${path} that loads in ${JSON.stringify(name)}: ${(error as Error).message.split('\n')[0]}`,
      );
    }
  };
  const { PROFILES } = (await load('models/registry.js')) as { PROFILES: readonly Profile[] };
  const { answerOf } = await load('harness/run/readable.js');
  const { scenarioFrom } = await load('harness/scenario/parse.js');
  const speaksAlike = isSame(build, 'models/contract');
  const profile = (wanted: string) => PROFILES.find((known) => known.name === wanted) as Profile;
  return {
    names: PROFILES.map((known) => known.name),
    isUnchanged: (family) => speaksAlike && isSame(build, join('models', family)),
    side: (wanted) => {
      const before = `${wanted} before`;
      // With the same words both can sit in one process; else they talk in the JSON of scenarios.
      if (speaksAlike) return { ...profile(wanted), name: before };
      return speaker(before, (scenario) => answerOf(profile(wanted), scenarioFrom(scenario, new Place('scenario', '$'))));
    },
  };
}

type Answer = (scenario: Record<string, unknown>) => { readonly observations: unknown; readonly counters: unknown };

/** @param claims nothing: it is known by its answers alone */
function speaker(name: string, answer: Answer): External {
  const operations = new Set(OPERATION_NAMES);
  const faults: ExternalFault[] = [];
  return {
    name,
    claims: undefined,
    faults,
    isSetAside: false,
    async answer(scenario) {
      try {
        const { observations, counters } = answer(scenarioJson(scenario));
        return parseAnswer({ type: 'result', observations, counters } as never, scenario, operations, new Place(name, '$'));
      } catch (error) {
        faults.push({ message: (error as Error).message, scenario });
        return null;
      }
    },
  };
}

function isSame(build: string, folder: string): boolean {
  return digest(join(build, folder)) === digest(join(OWN_BUILD, folder));
}

/** Of every compiled file below a folder; declarations say nothing at run time. */
function digest(folder: string): string {
  const hash = createHash('sha256');
  for (const path of filesBelow(folder))
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(folder, path)))
      .update('\0');
  return hash.digest('hex');
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) =>
    entry.isDirectory()
      ? filesBelow(join(folder, entry.name)).map((path) => join(entry.name, path))
      : entry.name.endsWith('.js')
        ? [entry.name]
        : [],
  );
}
