/** What differs between the vendors, by name. The mechanisms read these switches and never ask for a vendor. */
import { WB } from '../contract/memory-type.js';
import { AnswerTable } from './answer-table.js';
import type { AMD_RULES } from './amd-rules.js';
import { type Cell, effectiveType, registerType } from './effective-type.js';
import type { INTEL_RULES } from './intel-rules.js';
import { ruleNumber } from './rules.js';

/** Numbers of the rules that both vendors' manuals have, each in its own words. */
export type VendorRules = Readonly<Record<keyof typeof INTEL_RULES & keyof typeof AMD_RULES, number>>;

export interface Vendor {
  readonly rules: VendorRules;
  /** Answers with CR0.CD=0 and CR0.PG=1. */
  readonly paged: AnswerTable;
  /** Answers with CR0.CD=0 and CR0.PG=0: the PAT type is WB. */
  readonly unpaged: AnswerTable;
  /** Answers with CR0.CD=1, or null where CR0.CD=1 is uncached whatever MTRRs and PAT say. */
  readonly cacheDisabled: AnswerTable | null;
  /** Rule of the #GP for RdMem and WrMem in a fixed-range byte (SYSCFG is 0), or null where they are part of the type. */
  readonly fixedDramBits: number | null;
  /**
   * A large page over the first megabyte enters the TLB as 4-KByte pages if its type conflicts with the fixed ranges: SDM
   * vol. 3, "Large Page Size Considerations". APM vol. 2 promises nothing of the kind.
   */
  readonly splitsFirstMegabyte: boolean;
}

/** The vendor's table as it stands, each cell by its own rule. */
export function pagedAnswers(cells: readonly Cell[]): AnswerTable {
  const table = new AnswerTable();
  for (const { mtrr, pat, effective, rule } of cells) {
    table.settle(registerType(mtrr), registerType(pat), effectiveType(effective), ruleNumber(rule));
  }
  return table;
}

/** The column PAT WB, by the rule that the PAT is not consulted. */
export function unpagedAnswers(cells: readonly Cell[], pagingOff: number): AnswerTable {
  const table = new AnswerTable();
  for (const { mtrr, pat, effective } of cells) {
    if (pat === 'WB') table.settle(registerType(mtrr), WB, effectiveType(effective), pagingOff);
  }
  return table;
}
