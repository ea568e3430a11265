import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCampaign } from '../../harness/campaign.js';
import { lensFields } from '../../harness/finding/answers.js';
import { bucketId } from '../../harness/classify/bucket.js';
import { LENSES, type AnswerLens } from '../../harness/compare/lens.js';
import { answerOf } from '../../harness/run/readable.js';
import { scenarioTable } from '../../harness/report/terminal/scenario-table.js';
import { wrapped } from '../../harness/report/wrapped.js';
import { encodeScenario } from '../../harness/scenario/encoded.js';
import { printScenario } from '../../harness/scenario/print.js';
import type { Profile } from '../../models/contract/model.js';
import type { Rule } from '../../models/contract/rule.js';
import { PROFILES } from '../../models/registry.js';
import { BOOT_FILES } from '../corpora/boot-files.js';
import { type Trophy, TROPHIES, TROPHY_FOLDERS, trophyScenario } from './trophy-folders.js';

/** @throws {Error} if there is no such profile: a renamed profile must not silence a trophy. */
function profileNamed(name: string): Profile {
  const found = PROFILES.find((profile) => profile.name === name);
  if (found === undefined) throw new Error(`no profile ${name}`);
  return found;
}

/** By id. */
function rulesOf(profile: string): (readonly [string, Rule])[] {
  return profileNamed(profile).rules.flatMap((rule) => (rule === null ? [] : [[rule.id, rule] as const]));
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

  test.each(runs.map((run) => [run.scenario, run] as const))('has on its page what a replay of %s prints', (file, run) => {
    const { scenario } = trophyScenario(name, file);
    const command = readme.split('\n').find((line) => line.includes(`emtdiff replay reports/trophies/${name}/${file} `)) ?? '';
    const details = command.endsWith(' --details');
    const profiles = Object.keys(run.observations);
    const observations = Object.fromEntries(
      profiles.map((profile) => [profile, answerOf(profileNamed(profile), scenario).observations]),
    );
    const heading = wrapped(`${scenario.name}: ${scenario.origin}`, 100, '', '  ');
    const table = scenarioTable(scenario, observations, { width: 100, details });
    expect(readme).toContain(`\`\`\`\n${[...heading, ...table].join('\n')}\n\`\`\``);
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

  test('has on its page the rules with their sentences and sources as they are', () => {
    const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
    const known = new Map(Object.keys(runs[0].observations).flatMap((profile) => rulesOf(profile)));
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows) {
      const rule = known.get(/`([^`]+)`/.exec(row)![1]);
      const { document, place, commit } = rule!.citation;
      expect(row.startsWith(`| \`${rule?.id}\`: ${rule?.sentence} | \``)).toBe(true);
      expect(row.endsWith(` | ${document}, ${place}${commit === undefined ? '' : ` (${commit})`} |`)).toBe(true);
    }
  });

  test('shows the two profiles of its edge apart, by the rules that its page names', () => {
    const { scenario } = trophyScenario(name, 'scenario.json');
    const [one, other] = expected.diverge.map((profile) => answerOf(profileNamed(profile), scenario).observations[runs[0].step]);
    const lens = LENSES[found.lens];
    expect(lensFields(one, lens)).not.toEqual(lensFields(other, lens));
    for (const { rule } of [one, other]) expect(readme).toContain(`\`${rule}\``);
  });
});

const SETUPS = BOOT_FILES.map(({ scenario }) => encodeScenario(scenario)).filter(({ steps }) => steps <= 128);

/** The campaign of the command on a trophy's page, until its bucket shows. */
function campaign({ name, readme, expected }: Trophy, countsOnly: boolean) {
  const command = /^ {4}emtdiff fuzz --seed (\S+) --cases (\d+) --models (\S+) --lens (\S+)$/m.exec(readme);
  if (command === null) throw new Error(`${name}: no command`);
  const [, seed, cases, models, lens] = command;
  let isFound = false;
  return runCampaign({
    seed,
    cases: Number(cases),
    profiles: models.split(',').map(profileNamed),
    lenses: [lens as AnswerLens],
    setups: SETUPS,
    countsOnly,
    onChunk: (state) => {
      isFound = state().buckets.some((one) => bucketId(one.lens, one.op, one.expected, one.got) === expected.found.bucket);
    },
    shouldStop: () => isFound,
  });
}

test.each(TROPHY_FOLDERS)('The command on the page of $name finds its bucket', async (trophy) => {
  const { table } = await campaign(trophy, true);
  expect(table.buckets().map(({ id }) => id)).toContain(trophy.expected.found.bucket);
});

test.each(['kvm-uc-lost-under-wb', 'kvm-gpu-wc-forced-wb', 'xen-wc-frame-buffer'])(
  '%s is minimised to no more steps than the record has, and judged as its page says',
  async (name) => {
    const trophy = TROPHY_FOLDERS.find((one) => one.name === name)!;
    const { expected, readme } = trophy;
    const { findings } = await campaign(trophy, false);
    const again = findings.find(({ bucket }) => bucket.id === expected.found.bucket);
    expect(again?.scenario.steps.length).toBeLessThanOrEqual(trophyScenario(name, 'scenario.json').scenario.steps.length);
    expect([again?.expected, again?.got]).toEqual(expected.diverge);
    expect(readme).toContain(`Bucket \`${again?.bucket.id}\`, severity \`${again?.severity}\`.`);
  },
);
