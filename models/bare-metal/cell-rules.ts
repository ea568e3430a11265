/** The cells of a vendor's table as rules: for each register that can give the MTRR type, with CR0.PG=1 and with CR0.PG=0. */
import type { RuleText, RuleTexts } from '../contract/define-rules.js';
import { DECIDED_TYPES, DECIDER_KEYS, DECIDERS, type Decider, TOP_MEMORY_2 } from './decider.js';
import type { Cell, VendorName } from './effective-type.js';

/**
 * What decides a cell, as buckets of divergences name it: the register that gave the MTRR type under PAT WB, else the PAT, else that the
 * pair rules out caching. A dozen causes a vendor in place of thirty cells.
 */
function cellCause(vendor: VendorName, { pat, effective }: Cell, decider: Decider): string {
  if (pat === 'WB') return `${vendor}-${kebabCase(DECIDER_KEYS[decider])}`;
  if (pat === 'UC-') return `${vendor}-${effective === 'WC' ? 'pat-uc-minus-gives-way' : 'pat-uc-minus'}`;
  return `${vendor}-${pat === effective || pat === 'UC' ? `pat-${pat.toLowerCase()}` : 'pair-rules-out-caching'}`;
}

function kebabCase(key: string): string {
  return key.replace(/[A-Z0-9]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Key of a cell whose MTRR type the decider gave. @param isPaged false: CR0.PG=0, where the PAT type is WB */
export function answerKey(cell: Cell, decider: Decider, isPaged: boolean): string {
  return `${cell.mtrr} ${cell.pat} ${decider} ${isPaged}`;
}

/** The cells as rules of their own, which no answer names; then each with what gave the MTRR type, and with what CR0.PG=0 adds. */
export function cellRules(cells: readonly Cell[]): RuleTexts {
  return Object.fromEntries(cells.map((cell) => [cell.rule.name, cell.rule]));
}

export function answerRules(vendor: VendorName, cells: readonly Cell[]): RuleTexts {
  const texts: [string, RuleText][] = [];
  for (const cell of cells) {
    for (const decider of DECIDERS) {
      if (!DECIDED_TYPES[decider].includes(cell.mtrr) || (vendor !== 'amd' && decider === TOP_MEMORY_2)) continue;
      const text = { ...cell.rule, cause: cellCause(vendor, cell, decider), clauses: [DECIDER_KEYS[decider]] };
      texts.push([answerKey(cell, decider, true), text]);
      if (cell.pat === 'WB') texts.push([answerKey(cell, decider, false), { ...text, clauses: [...text.clauses, 'pagingOff'] }]);
    }
  }
  return Object.fromEntries(texts);
}
