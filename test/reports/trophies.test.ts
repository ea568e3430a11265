import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCampaign } from '../../harness/campaign.js';
import { lensFields } from '../../harness/pipeline/finding.js';
import { LENSES } from '../../harness/compare/lens.js';
import { answerOf } from '../../harness/run/readable.js';
import { encodeScenario } from '../../harness/scenario/encoded.js';
import { printScenario } from '../../harness/scenario/print.js';
import type { Profile } from '../../models/contract/model.js';
import { PROFILES } from '../../models/registry.js';
import { BOOT_FILES } from '../corpora/boot-files.js';
import { type Expected, TROPHIES, TROPHY_FOLDERS, trophyScenario } from './trophy-folders.js';

/** @throws {Error} if there is no such profile: a renamed profile must not silence a trophy. */
function profileNamed(name: string): Profile {
  const found = PROFILES.find((profile) => profile.name === name);
  if (found === undefined) throw new Error(`no profile ${name}`);
  return found;
}

test('The index of trophies links every folder and no other', () => {
  const index = readFileSync(join(TROPHIES, 'README.md'), 'utf8');
  const linked = [...index.matchAll(/\]\(([^)]+)\/README\.md\)/g)].map(([, name]) => name);
  expect([...linked].sort()).toEqual(TROPHY_FOLDERS.map(({ name }) => name));
  expect(linked.length).toBeGreaterThanOrEqual(13);
});

describe.each(TROPHY_FOLDERS.map((trophy) => [trophy.name, trophy] as const))('The trophy %s', (name, trophy) => {
  const { expected, files, readme } = trophy;
  const { found, runs } = expected;

  test('has its files and no others', () => {
    expect(expected.format).toBe('emtdiff-trophy/1');
    expect(runs[0].scenario).toBe('scenario.json');
    expect(files).toEqual(['README.md', 'expected.json', ...runs.map(({ scenario }) => scenario)].sort());
  });

  test('has a page with the command that found it, the commands that replay it, and no reference to our own specifications', () => {
    const { seed, cases, models, lens } = found;
    expect(readme).toContain(`emtdiff fuzz --seed ${seed} --cases ${cases} --models ${models.join(',')} --lens ${lens}`);
    expect(readme).toContain(found.bucket);
    for (const { scenario, observations } of runs) {
      expect(readme).toContain(
        `emtdiff replay reports/trophies/${name}/${scenario} --models ${Object.keys(observations).join(',')} `,
      );
    }
    expect(readme).toContain('## What really happened');
    expect(readme).not.toMatch(/arch\.md|kvm\.md|xen\.md|\.\.\/shared/);
  });

  test.each(runs.map((run) => [run.scenario, run] as const))('is canonical and answered as expected in %s', (file, run) => {
    const { text, scenario } = trophyScenario(name, file);
    expect(printScenario(scenario)).toBe(text);
    const answers = Object.keys(run.observations).map((profile) => [
      profile,
      answerOf(profileNamed(profile), scenario, false).observations[run.step],
    ]);
    expect(Object.fromEntries(answers)).toEqual(run.observations);
  });

  test('shows the two profiles of its edge apart, by the rules that its page names', () => {
    const { scenario } = trophyScenario(name, 'scenario.json');
    const [one, other] = expected.diverge.map((profile) => answerOf(profileNamed(profile), scenario).observations[runs[0].step]);
    const lens = LENSES[found.lens];
    expect(lensFields(one, lens)).not.toEqual(lensFields(other, lens));
    for (const { rule } of [one, other]) expect(readme).toContain(`\`${rule}\``);
  });
});

/** The campaign of a trophy, with fewer cases. */
function campaign({ seed, models, lens }: Expected['found'], cases: number) {
  const setups = BOOT_FILES.map(({ scenario }) => encodeScenario(scenario)).filter(({ steps }) => steps <= 128);
  return runCampaign({ seed, profiles: models.map(profileNamed), lenses: [lens], setups, cases, shouldStop: () => false });
}

test.each([
  ['kvm-uc-lost-under-wb', 1000],
  ['kvm-gpu-wc-forced-wb', 300],
  ['xen-wc-frame-buffer', 200],
])('%s is found again from its seed within %d cases, and minimised to no more steps', async (name, cases) => {
  const { expected } = TROPHY_FOLDERS.find((trophy) => trophy.name === name)!;
  const { findings } = await campaign(expected.found, cases);
  const again = findings.find(({ bucket }) => bucket.id === expected.found.bucket);
  expect(again?.scenario.steps.length).toBeLessThanOrEqual(trophyScenario(name, 'scenario.json').scenario.steps.length);
  expect([again?.expected, again?.got]).toEqual(expected.diverge);
});
