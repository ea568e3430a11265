/** `emtdiff export`: a scenario or a finding as a program for those who do not run emtdiff. */
import { profileOf } from '../profile-name.js';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { PROFILES } from '../../../models/registry.js';
import { type ExportInput, exportName, type Side } from '../../export/export-input.js';
import { TARGET_NAMES, TARGETS } from '../../export/export-targets.js';
import { KVM_C } from '../../export/kvm-c.js';
import { leafEffects } from '../../export/leaf-effect.js';
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
    `Targets:\n${[KVM_C, ...TARGETS].map(({ name, of }) => `${name}: ${of}`).join('\n')}`,
  ],
  operands: { least: 1, most: 1 },
  examples: [
    ['export finding.json --to kvm-c --out finding.c', 'a finding for a machine with /dev/kvm'],
    ['export scenario.json --to kvm-unit-tests --expected bare-metal/amd', 'what an AMD processor would do'],
  ],
};

export async function run(found: Settings): Promise<number> {
  const name = found.one('to', TARGET_NAMES);
  if (name === undefined) throw new UsageError(`--to: found nothing, expected one of ${TARGET_NAMES.join(' ')}`);
  const target = TARGETS.find((known) => known.name === name) ?? KVM_C;
  const wanted = exportInput(found, target);
  const text = 'write' in target ? target.write(wanted) : await kvmText(wanted);
  const out = found.text('out');
  if (out === undefined) process.stdout.write(text);
  else writeWhole(out, text);
  return 0;
}

/** @throws {UsageError} */
function exportInput(found: Settings, target: { readonly name: string; readonly expected: string }): ExportInput {
  const { scenario, finding } = readScenario(found.operands[0]);
  if (scenario.steps.length === 0) throw new UsageError(`${found.operands[0]}: found no steps, expected at least one`);
  const sides = (finding === null ? [] : [...finding.sides]).filter((name) => profileOf(name, PROFILES) !== undefined);
  const expected = found.text('expected') ?? sides[0] ?? target.expected;
  return {
    name: exportName(scenario.name ?? finding?.id ?? 'scenario'),
    scenario,
    expected: sideOf(expected, scenario),
    others: [...new Set(sides)].filter((name) => name !== expected).map((name) => sideOf(name, scenario)),
    step: finding?.step ?? null,
    about: [
      `Made by emtdiff export --to ${target.name}.`,
      ...(finding === null ? [] : [`Finding: ${finding.id}, at step ${finding.step}.`]),
      ...(scenario.origin === undefined ? [] : [`Origin: ${scenario.origin}`]),
    ],
  };
}

/** The agent's sources are read only for the program that needs them. */
async function kvmText(wanted: ExportInput): Promise<string> {
  const [{ kvmProgram }, { sourcesOf }, { spansHeader }] = await Promise.all([
    import('../../export/kvm-c.js'),
    import('../../lab/package-sources.js'),
    import('../../lab/spans.js'),
  ]);
  const sources = sourcesOf('agent').map((path) => ({ name: basename(path), text: readFileSync(path, 'utf8') }));
  return kvmProgram(wanted, { sources, spans: spansHeader(PROFILES), effects: leafEffects(wanted.scenario, PROFILES) });
}

/** @throws {UsageError} for a name that no profile has */
function sideOf(name: string, scenario: Scenario): Side {
  const profile = knownProfile(name, PROFILES);
  return { profile: profile.name, observations: answerOf(profile, scenario, false).observations };
}
