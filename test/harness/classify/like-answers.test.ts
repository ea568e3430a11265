import { LikeAnswers } from '../../../harness/classify/like-answers.js';
import { LENSES } from '../../../harness/compare/lens.js';
import type { Seat } from '../../../harness/compare/panel.js';
import { type Observation, ruleOf, served } from '../../../models/contract/observation.js';
import type { Rule } from '../../../models/contract/rule.js';

const rule = (id: string, more: Partial<Rule> = {}): Rule => ({ id, sentence: '', citation: { document: '', place: '' }, ...more });
const seat = (...rules: Rule[]): Seat => ({ name: 'a', lineage: 'a', vendor: 'intel', hasLeaf: true, rules: [null, ...rules] });

describe('answers that are alike for buckets', () => {
  const rules = [
    rule('a.x', { cause: 'a.c' }),
    rule('a.y', { cause: 'a.c' }),
    rule('a.z'),
    rule('a.t', { cause: 'a.c', typeOnly: true }),
  ];
  const likes = new LikeAnswers([seat(rule('a.other')), seat(...rules)], [LENSES.memtype, LENSES.exact]);
  const standIn = (lens: number, observation: Observation) => likes.of(lens, 1, observation);

  it('have rules of one cause', () => {
    expect(standIn(0, served(1, 1, 0, 1))).toBe(standIn(0, served(1, 1, 0, 2)));
    expect(standIn(0, served(1, 1, 0, 1))).not.toBe(standIn(0, served(1, 1, 0, 3)));
  });

  it('have rules that both, or neither, decide a type alone', () => {
    expect(standIn(0, served(1, 1, 0, 1))).not.toBe(standIn(0, served(1, 1, 0, 4)));
  });

  it('differ in level and leaf only where the lens compares them', () => {
    expect(standIn(0, served(1, 1, 0, 1))).toBe(standIn(0, served(2, 2, 0, 1)));
    expect(standIn(1, served(1, 1, 0, 1))).not.toBe(standIn(1, served(2, 1, 0, 1)));
    expect(standIn(1, served(1, 1, 0, 1))).not.toBe(standIn(1, served(1, 2, 0, 1)));
  });

  it('keep rules that an external model names later', () => {
    expect(ruleOf(likes.of(0, 0, served(1, 1, 0, 1023)))).toBe(1023);
  });
});
