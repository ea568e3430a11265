/** Rules from one list of definitions: ids, numbers, clauses. */
import { defineRules, formatRule, rule } from '../../../models/contract/define-rules.js';
import { OPERATION_ABSENT } from '../../../models/contract/rule.js';

const CELLS = {
  'wb-over-uc': { ...rule('WB over UC is UC.', 'Manual', '"Table"'), cause: 'uc-wins' },
  'wb-over-wb': rule('WB over WB is WB.', 'Manual', '"Table"'),
};

test('ids are the folder and the key in kebab-case or the name, numbers follow the order from 1 on', () => {
  const [rules, RULE, CELL] = defineRules(
    'toy',
    {
      mtrrIsStored: rule('It is.', 'Linux arch/x86/kvm/mtrr.c', 'set()', 'abcdef012345'),
      other: { ...formatRule('No.'), name: 'odd-one' },
    },
    CELLS,
  );
  expect(rules.map((found) => found?.id ?? null)).toEqual([
    null,
    'toy.operation-absent',
    'toy.mtrr-is-stored',
    'toy.odd-one',
    'toy.wb-over-uc',
    'toy.wb-over-wb',
  ]);
  expect([OPERATION_ABSENT, RULE, CELL]).toEqual([1, { mtrrIsStored: 2, other: 3 }, { 'wb-over-uc': 4, 'wb-over-wb': 5 }]);
  expect(rules[2]).toEqual({
    id: 'toy.mtrr-is-stored',
    sentence: 'It is.',
    citation: { document: 'Linux arch/x86/kvm/mtrr.c', place: 'set()', commit: 'abcdef012345' },
  });
  expect(rules[4]?.cause).toBe('toy.uc-wins');
});

test('a rule with clauses has the id of the rule that decides and the clauses themselves', () => {
  const paging = { pagingOff: { ...rule('The PAT counts as WB.', 'Manual', '"PAT"'), kind: 'clause' } } as const;
  const unpaged = Object.fromEntries(Object.entries(CELLS).map(([key, text]) => [key, { ...text, clauses: ['pagingOff'] }]));
  const [rules, CLAUSE, CELL, UNPAGED] = defineRules('toy', paging, CELLS, unpaged);
  const [plain, variant] = [rules[CELL['wb-over-uc']]!, rules[UNPAGED['wb-over-uc']]!];
  expect(variant).toEqual({ ...plain, clauses: [rules[CLAUSE.pagingOff]] });
  expect(plain.clauses).toBeUndefined();
});

test('a clause that is not defined before is refused, and more rules than an observation can carry', () => {
  expect(() => defineRules('toy', { a: { ...formatRule('A.'), clauses: ['b'] }, b: formatRule('B.') })).toThrow('clause b');
  const many = Object.fromEntries(Array.from({ length: 2047 }, (_, i) => [`r${i}`, formatRule('R.')]));
  expect(() => defineRules('toy', many)).toThrow('more than an observation can carry');
});
