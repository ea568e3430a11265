/** An AMD processor. As firmware mostly leaves it to the OS SYSCFG is 0: no extended fixed-range types, no TOM2 rule. */
import { NESTED_SVM } from '../contract/machine.js';
import { CD, UC } from '../contract/memory-type.js';
import { CANDIDATE_UC, CANDIDATE_WC } from '../contract/observation.js';
import { AMD_CELLS } from './amd-effective-type.js';
import { AnswerTable } from './answer-table.js';
import { registerType } from './effective-type.js';
import { AMD_ANSWER_RULE, AMD_READ_RULE, AMD_RULE } from './rules.js';
import { pagedAnswers, unpagedAnswers, type Vendor } from './vendor.js';

const rules = AMD_RULE;

export const AMD: Vendor = {
  rules,
  readRules: AMD_READ_RULE,
  paged: pagedAnswers(AMD_CELLS, AMD_ANSWER_RULE),
  unpaged: unpagedAnswers(AMD_CELLS, AMD_ANSWER_RULE),
  cacheDisabled: cacheDisabledAnswers(),
  hasTopMemory2: true,
  fixedDramBits: rules.fixedDramBits,
  splitsFirstMegabyte: false,
  nested: NESTED_SVM,
};

/** AMD APM vol. 2, "Cache Control Mechanisms": what CR0.CD=1 makes of each pair. */
function cacheDisabledAnswers(): AnswerTable {
  const table = new AnswerTable();
  for (const cell of AMD_CELLS) {
    const mtrr = registerType(cell.mtrr);
    const pat = registerType(cell.pat);
    if (cell.effective === 'WC') table.leaveOpen(mtrr, pat, CANDIDATE_UC | CANDIDATE_WC, rules.cacheDisabledCombining);
    else if (cell.mtrr === 'UC') table.settle(mtrr, pat, UC, rules.cacheDisabledUncached);
    else table.settle(mtrr, pat, CD, rules.cacheDisabled);
  }
  return table;
}
