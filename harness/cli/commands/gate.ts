/** `emtdiff gate`: every profile held against itself in another version of this package; exit 1 on a change that nobody announced. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerFileOf, scenariosIn } from '../../conformance/answer-files.js';
import { StopWatch } from '../../engine/stop-watch.js';
import { allowedChanges, rulesOfDifference } from '../../gate/allowed-changes.js';
import { otherProfiles } from '../../gate/other-profiles.js';
import { otherVersion } from '../../gate/other-version.js';
import { compareWithOther, type GateResult, type SelfComparison, unannounced } from '../../gate/self-comparison.js';
import { UsageError } from '../../operations/usage-error.js';
import { gateText } from '../../report/terminal/gate.js';
import { encodeScenario } from '../../scenario/encoded.js';
import { scenarioJson } from '../../scenario/print.js';
import { PROFILES } from '../../../models/registry.js';
import { bootSetups } from '../boot-corpus.js';
import { corpusFolder } from '../package-folder.js';
import { chosenProfiles } from '../panel-choice.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';

/** Cases of the default panel that show what follows from a change. */
const FOLLOWING_CASES = '1000';
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

export const page: CommandPage = {
  usage: ['gate --against REF|DIR|TARBALL [OPTIONS]'],
  about: [
    'Compares every profile with itself in another version of this package: a commit of the repository here, a folder, or a tarball of npm pack. A profile whose compiled code differs is searched: the decision space, its recorded answers, then random cases.',
  ],
  operands: { least: 0, most: 0 },
  examples: [
    ['gate --against origin/main', 'what a branch changes for guests'],
    ["gate --against origin/main --allow 'intel-ept/6.16:*'", 'a change that is wanted'],
  ],
  notes: [
    'Exit codes: 0 nothing changed but what was announced, 1 something else did, 2 bad usage, 3 a model failed, 130 interrupted.',
  ],
};

export async function run(found: Settings): Promise<number> {
  const against = found.text('against');
  if (against === undefined) throw new UsageError('--against: found nothing, expected a commit, a folder or a tarball (.tgz)');
  const format = found.one('format', ['terminal', 'json'] as const) ?? 'terminal';
  const isAllowed = allowedChanges(found.list('allow'));
  const profiles = chosenProfiles(found.text('models'), ['all'], found.source('models'));
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const version = otherVersion(against, say);
  const other = await otherProfiles(version);
  const watch = new StopWatch(Number.POSITIVE_INFINITY);
  try {
    const result = await compareWithOther({
      seed: found.text('seed') ?? 'emtdiff-gate',
      profiles,
      known: PROFILES,
      other,
      setups: bootSetups(),
      recorded: (name) => {
        const path = answerFileOf(corpusFolder('conformance'), name);
        return existsSync(path) ? scenariosIn(path).map(encodeScenario) : [];
      },
      milliseconds: found.milliseconds('time') ?? 60_000,
      now: () => performance.now(),
      shouldStop: () => watch.isInterrupted,
      onProfile: (name, index, count) => say(`${name} (${index + 1} of ${count} whose code differs)`),
    });
    const moved = unannounced(result, isAllowed);
    const buckets = result.comparisons.length > 0 && !watch.isInterrupted ? following(version.folder) : null;
    const text = { against, unannounced: moved.map(({ profile }) => profile), buckets };
    process.stdout.write(format === 'json' ? `${JSON.stringify(gateJson(result, text))}\n` : gateText(result, text));
    if (watch.isInterrupted) return 130;
    if (result.comparisons.some((comparison) => comparison.result.modelFaults.length > 0)) return 3;
    return moved.length > 0 ? 1 : 0;
  } finally {
    watch.close();
  }
}

/** Buckets of the default panel in both versions, by the same cases. */
function following(folder: string): { appeared: string[]; vanished: string[] } | null {
  const [before, after] = [join(folder, 'dist/harness/cli/main.js'), MAIN].map(bucketIds);
  if (before === null || after === null) return null;
  return { appeared: after.filter((id) => !before.includes(id)), vanished: before.filter((id) => !after.includes(id)) };
}

function bucketIds(main: string): string[] | null {
  const args = [main, 'fuzz', '--seed', 'gate', '--cases', FOLLOWING_CASES, '--no-ledger', '--fail-on', 'none', '--format', 'json'];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  try {
    return (JSON.parse(stdout).buckets as { id: string }[]).map(({ id }) => id).sort();
  } catch {
    return null;
  }
}

interface Judged {
  readonly against: string;
  readonly unannounced: readonly string[];
  readonly buckets: { readonly appeared: readonly string[]; readonly vanished: readonly string[] } | null;
}

function gateJson({ comparisons, ...rest }: GateResult, { against, ...judged }: Judged): Record<string, unknown> {
  return { format: 'emtdiff-gate/1', against, ...rest, changed: comparisons.map(comparisonJson), ...judged };
}

function comparisonJson({ profile, result }: SelfComparison): Record<string, unknown> {
  return {
    profile,
    faults: result.modelFaults.map(({ message }) => message),
    causes: result.differences.map((difference) => {
      const [{ finding }] = difference.symptoms;
      return {
        id: difference.id,
        severity: difference.severity,
        rules: rulesOfDifference(difference),
        step: finding.step,
        scenario: scenarioJson(finding.scenario),
        observations: finding.observations,
      };
    }),
  };
}
