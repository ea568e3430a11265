/** The list of rules as a reader of a report sees it. */
import { rules } from '../../../models/bare-metal/rules.js';

/** Each id once: a cell with what gave the MTRR type stands beside the cell. */
const all = rules.slice(1).flatMap((rule) => (rule!.clauses === undefined ? [rule!] : []));

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
    expect(citation.place).toMatch(
      /^("[A-Z][^"]+[a-zA-Z]"|"steps"|"machine: what exists before the first step"|Core::X86::Msr::\w+)$/,
    );
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

test('an answer is a cell with the register that gave the MTRR type, and with CR0.PG=0 if that makes the PAT type WB', () => {
  const answers = rules.filter((rule) => rule?.clauses !== undefined && rule.table !== undefined && !rule.id.includes('-l2-'));
  const clauses = new Set(answers.map((rule) => rule!.clauses!.map(({ id }) => id.replace(/.*(intel|amd)-/, '')).join(' ')));
  const registers = [
    'counts-as-write-back',
    'mtrrs-disabled',
    'fixed-range',
    'variable-range',
    'uc-range-wins',
    'wt-range-wins',
    'default-type',
    'top-memory-2',
  ];
  expect([...clauses].sort()).toEqual(registers.flatMap((name) => [name, `${name} paging-off`]).sort());
  for (const rule of answers) {
    expect(rule!.clauses!.every(({ id, kind }) => kind === 'clause' && id.slice(0, 14) === rule!.id.slice(0, 14))).toBe(true);
    // Under PAT WB the register is the cause, whatever type it holds: a wrong look-up is wrong for all types.
    if (rule!.id.endsWith('pat-wb')) expect(rule!.cause).toBe(rule!.clauses![0].id);
    else expect(rule!.cause).toMatch(/-pat-|-pair-/);
  }
});
