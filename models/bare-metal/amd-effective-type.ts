/** Effective memory type on AMD processors, nested paging aside. */
import type { RuleText } from '../contract/define-rules.js';
import type { RuleTable } from '../contract/rule.js';
import { type Cell, cellName, type EffectiveName, MTRR_NAMES, type MtrrName, PAT_NAMES, type PatName } from './effective-type.js';

/** AMD APM vol. 2, "Combined Effect of MTRRs and PAT", table 7-11. CD: uncacheable, and every access probes the caches. */
const EFFECTIVE: Readonly<Record<MtrrName, Readonly<Record<PatName, EffectiveName>>>> = {
  // MTRR: { PAT: effective }
  UC: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WT: 'UC', WP: 'UC', WB: 'UC' },
  WC: { UC: 'CD', 'UC-': 'WC', WC: 'WC', WT: 'CD', WP: 'CD', WB: 'WC' },
  WT: { UC: 'CD', 'UC-': 'CD', WC: 'WC', WT: 'WT', WP: 'CD', WB: 'WT' },
  WP: { UC: 'CD', 'UC-': 'CD', WC: 'WC', WT: 'CD', WP: 'WP', WB: 'WP' },
  WB: { UC: 'CD', 'UC-': 'CD', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WB' },
};

const TABLE: RuleTable = {
  id: 'bare-metal.amd-effective-type',
  sentence: 'The processor combines the MTRR type with the PAT type by the table of AMD.',
};

/** All 30 cells, row by row. */
export const AMD_CELLS: readonly Cell[] = MTRR_NAMES.flatMap((mtrr) =>
  PAT_NAMES.map((pat) => ({ mtrr, pat, effective: EFFECTIVE[mtrr][pat], rule: cellRule(mtrr, pat, EFFECTIVE[mtrr][pat]) })),
);

function cellRule(mtrr: MtrrName, pat: PatName, effective: EffectiveName): RuleText {
  return {
    name: cellName('amd', mtrr, pat),
    table: TABLE,
    sentence: `MTRR type ${mtrr} and PAT type ${pat} make ${effective}: ${reason(mtrr, pat, effective)}.`,
    citation: { document: 'AMD APM vol. 2', place: '"Combined Effect of MTRRs and PAT"' },
  };
}

function reason(mtrr: MtrrName, pat: PatName, effective: EffectiveName): string {
  if (pat === 'WC' && mtrr !== 'WC') return 'PAT WC overrides every MTRR type';
  if (mtrr === 'UC') return 'an uncacheable range stays so without a probe of the caches';
  if (mtrr === pat) return 'both ask for it';
  if (effective === 'CD') return 'the pair rules out caching, and accesses probe the caches for an aliased line';
  if (pat === 'UC-') return 'UC- gives way to a write-combining MTRR';
  if (pat === 'WB') return 'PAT WB leaves the choice to the MTRR';
  return 'the PAT restricts a write-back range';
}
