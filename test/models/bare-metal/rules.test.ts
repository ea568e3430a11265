/** The list of rules as a reader of a report sees it. */
import { rules } from '../../../models/bare-metal/rules.js';
import { profiles } from '../../../models/bare-metal/profiles.js';

const all = rules.slice(1).map((rule) => rule!);

test('number 0 is no rule, and every id is unique and of this folder', () => {
  expect(rules[0]).toBeNull();
  expect(new Set(all.map((rule) => rule.id)).size).toBe(all.length);
  for (const { id } of all) expect(id).toMatch(/^bare-metal\.[a-z0-9]+(-[a-z0-9]+)*$/);
});

test('each of the 60 cells of the two tables is a rule', () => {
  expect(
    all.filter(({ id }) => /^bare-metal\.(intel|amd)-mtrr-(uc|wc|wt|wp|wb)-pat-(uc|uc-minus|wc|wt|wp|wb)$/.test(id)),
  ).toHaveLength(60);
});

test('a rule is one sentence', () => {
  for (const { sentence } of all) expect(sentence).toMatch(/^[A-Z][^\n]*[^.\s]\.$/);
});

test("a vendor's rules cite that vendor's manuals, by a heading or register and never by a bare number", () => {
  for (const { id, citation } of all) {
    const vendor = id.match(/^bare-metal\.(intel|amd)-/)?.[1];
    expect(citation.document).toMatch(
      vendor === 'intel' ? /^Intel SDM/ : vendor === 'amd' ? /^AMD (APM|PPR)/ : /^emtdiff scenario format, version 1$/,
    );
    expect(citation.place).toMatch(/^("[A-Z][^"]+[a-zA-Z]"|"steps"|Core::X86::Msr::\w+)$/);
  }
});

test('cells that older editions of the SDM call undefined say so', () => {
  const formerly = all
    .filter(({ sentence }) => sentence.includes('older editions'))
    .map(({ id }) => id.replace('bare-metal.intel-mtrr-', ''));
  expect(formerly).toEqual(['wc-pat-wt', 'wc-pat-wp', 'wt-pat-wp', 'wp-pat-uc-minus', 'wp-pat-wt']);
});

test('an uncached cell of Intel says whether the MTRR or the page tables make it so', () => {
  const uncached = all.filter(({ id, sentence }) => id.includes('.intel-mtrr-') && sentence.includes(' make UC:'));
  const by = (word: string): number => uncached.filter(({ sentence }) => sentence.includes(`UC: the ${word}`)).length;
  expect([by('MTRR forbids'), by('page tables rule out'), uncached.length]).toEqual([5, 8, 13]);
});

test('the two profiles have no level and no leaf, and one list of rules', () => {
  expect(profiles.map(({ name, lineage, vendor, hasLeaf }) => ({ name, lineage, vendor, hasLeaf }))).toEqual([
    { name: 'bare-metal/intel', lineage: 'bare-metal', vendor: 'intel', hasLeaf: false },
    { name: 'bare-metal/amd', lineage: 'bare-metal', vendor: 'amd', hasLeaf: false },
  ]);
  expect(profiles.every((profile) => profile.rules === rules)).toBe(true);
});
