/** What differs between the vendors, by name. The mechanisms read these switches and never ask for a vendor. */
import type { RuleNumbers, RuleTexts } from '../contract/define-rules.js';
import { AnswerTable } from './answer-table.js';
import type { AMD_RULES } from './amd-rules.js';
import { DECIDERS } from './decider.js';
import { answerKey } from './cell-rules.js';
import { type Cell, effectiveType, registerType } from './effective-type.js';
import type { Nested } from '../contract/machine.js';
import type { INTEL_RULES } from './intel-rules.js';

/** Numbers of the rules that both vendors' manuals have, each in its own words. */
export type VendorRules = Readonly<Record<keyof typeof INTEL_RULES & keyof typeof AMD_RULES, number>>;

/** A table for each register that can give the MTRR type, by decider. */
export type AnswersByDecider = readonly AnswerTable[];

export interface Vendor {
  readonly rules: VendorRules;
  /** From the rule by which a register has its value to the same with the clause that a read adds. */
  readonly readRules: Uint16Array;
  /** Answers with CR0.CD=0 and CR0.PG=1. */
  readonly paged: AnswersByDecider;
  /** Answers with CR0.CD=0 and CR0.PG=0: the PAT type is WB. */
  readonly unpaged: AnswersByDecider;
  /** Answers with CR0.CD=1, or null where CR0.CD=1 is uncached whatever MTRRs and PAT say. */
  readonly cacheDisabled: AnswerTable | null;
  /** It has SYSCFG and TOP_MEM2. */
  readonly hasTopMemory2: boolean;
  /** Rule of the #GP for RdMem and WrMem in a fixed-range byte while SYSCFG does not let them be written, or null where they are part of the type. */
  readonly fixedDramBits: number | null;
  /**
   * A large page over the first megabyte enters the TLB as 4-KByte pages if its type conflicts with the fixed ranges: SDM
   * vol. 3, "Large Page Size Considerations". APM vol. 2 promises nothing of the kind.
   */
  readonly splitsFirstMegabyte: boolean;
  /** The machine's word for its virtualisation extension. */
  readonly nested: Nested;
}

/** The vendor's table as it stands, each cell by its own rule. */
export function pagedAnswers(cells: readonly Cell[], rules: RuleNumbers<RuleTexts>): AnswersByDecider {
  return answers(cells, rules, true);
}

/** The column PAT WB. */
export function unpagedAnswers(cells: readonly Cell[], rules: RuleNumbers<RuleTexts>): AnswersByDecider {
  const column = cells.filter(({ pat }) => pat === 'WB');
  return answers(column, rules, false);
}

function answers(cells: readonly Cell[], rules: RuleNumbers<RuleTexts>, isPaged: boolean): AnswersByDecider {
  return DECIDERS.map((decider) => {
    const table = new AnswerTable();
    for (const cell of cells) {
      const rule = rules[answerKey(cell, decider, isPaged)];
      const { mtrr, pat, effective } = cell;
      if (rule !== undefined) table.settle(registerType(mtrr), registerType(pat), effectiveType(effective), rule);
    }
    return table;
  });
}
