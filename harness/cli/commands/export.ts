/** `emtdiff export`: a scenario or a finding as a program for those who do not run emtdiff. */
import { PROFILES } from '../../../models/registry.js';
import { exportName, type Side } from '../../export/export-input.js';
import { TARGETS } from '../../export/export-targets.js';
import { writeWhole } from '../../files/writing.js';
import { UsageError } from '../../operations/usage-error.js';
import { answerOf } from '../../run/readable.js';
import type { Scenario } from '../../scenario/scenario.js';
import { knownProfile } from '../known-profile.js';
import type { CommandPage } from '../options/page.js';
import type { Settings } from '../options/settings.js';
import { readScenario } from '../scenario-input.js';

export const page: CommandPage = {
  usage: ['export SCENARIO|FINDING|- --to TARGET'],
  about: [
    'A program that does the steps, holds what it sees against what is expected, prints both, and ends with an exit code. What the target cannot express stands at the top of the file.',
    `Targets:\n${TARGETS.map(({ name, of }) => `${name}: ${of}`).join('\n')}`,
  ],
  operands: { least: 1, most: 1 },
  examples: [
    ['export finding.json --to selftest --out emtdiff.c', 'a finding for the tree of Linux'],
    ['export scenario.json --to kvm-unit-tests --expected bare-metal/amd', 'what an AMD processor would do'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const name = found.one(
    'to',
    TARGETS.map((known) => known.name),
  );
  const target = TARGETS.find((known) => known.name === name);
  if (target === undefined)
    throw new UsageError(`--to: found nothing, expected one of ${TARGETS.map((known) => known.name).join(' ')}`);
  const input = readScenario(found.operands[0]);
  const { scenario, finding } = input;
  if (scenario.steps.length === 0) throw new UsageError(`${found.operands[0]}: found no steps, expected at least one`);
  const known = (profile: string | undefined) => PROFILES.some((own) => own.name === profile);
  const expected = found.text('expected') ?? (known(finding?.sides[0]) ? finding?.sides[0] : undefined) ?? target.expected;
  const others = [...(finding?.sides ?? [])].filter((profile): profile is string => known(profile) && profile !== expected);
  const text = target.write({
    name: exportName(scenario.name ?? finding?.id ?? 'scenario'),
    scenario,
    expected: sideOf(expected, scenario),
    others: [...new Set(others)].map((profile) => sideOf(profile, scenario)),
    step: finding?.step ?? null,
    about: [
      `Made by emtdiff export --to ${target.name}.`,
      ...(finding === null ? [] : [`Finding: ${finding.id}, at step ${finding.step}.`]),
      ...(scenario.origin === undefined ? [] : [`Origin: ${scenario.origin}`]),
    ],
  });
  const out = found.text('out');
  if (out === undefined) process.stdout.write(text);
  else writeWhole(out, text);
  return 0;
}

/** @throws {UsageError} for a name that no profile has */
function sideOf(name: string, scenario: Scenario): Side {
  const profile = knownProfile(name, PROFILES);
  return { profile: profile.name, observations: answerOf(profile, scenario, false).observations };
}
