import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../../models/contract/model.js';
import { type Rule, RULE_LIMIT } from '../../models/contract/rule.js';
import { rules as guestOsRules } from '../../models/guest-os/rules.js';
import { PROFILES } from '../../models/registry.js';

const MODELS = join(__dirname, '../../models');
/** Where a folder lists its profiles. */
const LISTS = ['versions.ts', 'profiles.ts'];
const listOf = (folder: string) => LISTS.map((file) => join(MODELS, folder, file)).find((path) => existsSync(path));
/** Folders of models: those with profiles. A guest OS is a part of every subject and none itself. */
const folders = readdirSync(MODELS)
  .filter((folder) => listOf(folder) !== undefined && folder !== 'guest-os')
  .sort();
const profilesOf = (folder: string) => (require(listOf(folder)!) as { profiles: readonly Profile[] }).profiles;
const rulesOf = (folder: string) => (folder === 'guest-os' ? guestOsRules : profilesOf(folder)[0].rules);

/** Names: the folder, a version, and the switches that make a variant of one. */
const NAME = /^([a-z][a-z-]*)\/[a-z0-9][a-z0-9.-]*(\+[a-z0-9-]+)*$/;

describe('The registry', () => {
  test('lists the profiles of every folder, each once', () => {
    expect(folders.length).toBeGreaterThanOrEqual(5);
    const offered = folders.flatMap((folder) => profilesOf(folder).map(({ name }) => name));
    const names = PROFILES.map(({ name }) => name);
    expect([...names].sort()).toEqual(offered.sort());
    expect(new Set(names).size).toBe(names.length);
  });

  test('names each profile after its folder, which is its family', () => {
    for (const { name, lineage } of PROFILES) expect({ name, family: NAME.exec(name)?.[1] }).toEqual({ name, family: lineage });
    for (const folder of folders) for (const { lineage } of profilesOf(folder)) expect(lineage).toBe(folder);
  });

  test('has bare metal of the vendor of every profile, which is what the guest expects', () => {
    const bare = new Set(profilesOf('bare-metal').map(({ vendor }) => vendor));
    expect(PROFILES.filter(({ vendor }) => !bare.has(vendor)).map(({ name }) => name)).toEqual([]);
  });

  test('lists every profile after the one that it changes', () => {
    const names = PROFILES.map(({ name }) => name);
    for (const { name, base, changedFrom } of PROFILES) {
      for (const before of [base, changedFrom]) {
        if (before !== undefined) expect([name, before, names.indexOf(before) < names.indexOf(name)]).toEqual([name, before, true]);
      }
    }
  });

  test('says of every profile what it stands for', () => {
    for (const { name, span, summary, commits, hasLeaf } of PROFILES) {
      expect({ name, span, commits }).toEqual({
        name,
        span: expect.stringMatching(/^\S.*\S$/),
        commits: [...new Set(commits)],
      });
      expect(summary).toMatch(/^[A-Z].*\.$/);
      expect({ name, hasLeaf }).toEqual({ name, hasLeaf: !name.startsWith('bare-metal/') });
    }
  });
});

describe.each([...folders, 'guest-os'])('The rules of %s', (folder) => {
  const all = rulesOf(folder);
  const withVariants = all.filter((rule): rule is Rule => rule !== null);
  /** A rule with clauses stands beside the same without them, or with others. */
  const rules = [...new Map(withVariants.map((rule) => [rule.id, rule])).values()];

  test('are one list for all its profiles, numbered from 1 and below the limit of the observation', () => {
    for (const { lineage, rules: own } of PROFILES) if (lineage === folder) expect(own).toBe(all);
    expect(all[0]).toBeNull();
    expect(all.slice(1).filter((rule) => rule === null)).toEqual([]);
    expect(rules.length).toBeGreaterThan(0);
    expect(all.length).toBeLessThanOrEqual(RULE_LIMIT);
  });

  test('have ids and causes of this folder in kebab case, each id once', () => {
    const form = new RegExp(`^${folder}\\.[a-z0-9]+(-[a-z0-9]+)*$`);
    for (const { id, cause } of rules) {
      expect(id).toMatch(form);
      if (cause !== undefined) expect(cause).toMatch(form);
    }
    const variants = withVariants.map(({ id, clauses = [] }) => [id, ...clauses.map((clause) => clause.id)].join(' '));
    expect(new Set(variants).size).toBe(variants.length);
    // A cause may be named after the rule that leads the group, which then is no member of another group.
    const causes = new Map(rules.map(({ id, cause }) => [id, cause]));
    expect(rules.filter(({ id, cause }) => cause === id || causes.get(cause ?? '') !== undefined).map(({ id }) => id)).toEqual([]);
  });

  test('say one sentence each', () => {
    const odd = rules.filter(({ sentence }) => !/^[A-Z0-9][^\n]{15,}[^.]\.$/.test(sentence) || /[a-z]\. [A-Z]/.test(sentence));
    expect(odd.map(({ id, sentence }) => `${id}: ${sentence}`)).toEqual([]);
  });

  test('cite a document and a place in it that does not drift: a heading or a function, never a number alone', () => {
    expect(rules.filter(({ citation }) => !isOpenable(citation)).map(({ id, citation }) => [id, citation])).toEqual([]);
  });

  test('cite our own scenario format by one name and one of its headings', () => {
    const ours = rules.filter(({ citation: { document } }) => /emtdiff|scenario/i.test(document));
    expect(ours.length).toBeGreaterThan(0);
    for (const { id, citation } of ours)
      expect({ id, ...citation }).toEqual({
        id,
        document: 'emtdiff scenario format, version 1',
        place: expect.stringMatching(FORMAT_PLACE),
      });
  });
});

/** A heading of the format; under "steps" the operation, where it is about one. */
const FORMAT_PLACE =
  /^("machine: what exists before the first step"|"steps"(, [a-z]+(-[a-z]+)*)?|"Observations: one per step and model")$/;

const NOTES = /\b[a-z]+\.md\b/i;
const NUMBER = /^\W*((section|chapter|table|figure|page|p|sect?|ch|vol|§)?\W*[\dA-F]*\d[\d.\-–]*\W*)*$/i;
/** A dotted number of three parts is a section of a manual (11.11.4.1); versions belong to the document. */
const SECTION = /§|\b(section|chapter|table) \d|\b\d+\.\d+\.\d+/i;

function isOpenable({ document, place, commit }: Rule['citation']): boolean {
  const named = /[A-Za-z]{3}/;
  if (!named.test(document) || !named.test(place) || NOTES.test(document) || NOTES.test(place)) return false;
  if (NUMBER.test(place) || SECTION.test(place)) return false;
  return commit === undefined || /^[0-9a-f]{7,40}$/.test(commit);
}

describe('A citation is refused', () => {
  test.each([
    ['without a document', '', 'vmx_get_mt_mask()'],
    ['without a place', 'Intel SDM vol. 3', ''],
    ['that names notes of ours', 'arch.md', '"MTRRs"'],
    ['that is a section number', 'Intel SDM vol. 3', '11.11.4.1'],
    ['that is a section number in words', 'Intel SDM vol. 3', 'section 12.3'],
    ['that is a table number', 'AMD APM vol. 2', 'Table 15-19'],
    ['that leans on a section number', 'Intel SDM vol. 3', 'MTRR Precedences, 11.11.4.1'],
  ])('%s', (_, document, place) => {
    expect(isOpenable({ document, place })).toBe(false);
  });

  test('not if it names a heading, a function or a register', () => {
    expect(isOpenable({ document: 'Intel SDM vol. 3', place: '"MTRR Precedences"' })).toBe(true);
    expect(isOpenable({ document: 'Linux v6.16 arch/x86/kvm/mtrr.c', place: 'find_mtrr()', commit: '0a7b73559b39' })).toBe(true);
    expect(isOpenable({ document: 'AMD PPR for Family 17h', place: 'Core::X86::Msr::MtrrFix_64K' })).toBe(true);
  });
});

test('Rule ids are unique over all models, since buckets of all models stand in one list', () => {
  const lists = new Map(PROFILES.map(({ rules }) => [rules, [...new Set(rules.map((rule) => rule?.id))]]));
  const ids = [...lists.values()].flat().filter((id) => id !== undefined);
  expect(new Set(ids).size).toBe(ids.length);
});

test('Every model folder has a README that its readers start with', () => {
  expect([...folders, 'guest-os'].filter((folder) => !existsSync(join(MODELS, folder, 'README.md')))).toEqual([]);
});
