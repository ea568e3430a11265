/** Effective memory type on Intel processors that have both MTRRs and PAT. */
import type { RuleText } from '../contract/define-rules.js';
import type { RuleTable } from '../contract/rule.js';
import { type Cell, cellName, type EffectiveName, MTRR_NAMES, type MtrrName, PAT_NAMES, type PatName } from './effective-type.js';

/** An effective type and the numbers of the table's notes. */
type NotedType = `${Exclude<EffectiveName, 'CD'>}${'' | '¹' | '²' | '³' | '²³'}`;

/**
 * Intel SDM vol. 3, "Selecting Memory Types for Pentium III and More Recent Processor Families", table "Effective Page-Level
 * Memory Types for Pentium III and More Recent Processor Families", with the numbers of its notes:
 *
 * 1. UC by the MTRRs: the processor need not snoop its caches, the data can never have been cached.
 * 2. UC by the page tables: the processor has to check its caches, the data may be cached under an alias.
 * 3. Called undefined in older editions; every processor that has both PAT and MTRRs determines the type as given.
 */
const EFFECTIVE: Readonly<Record<MtrrName, Readonly<Record<PatName, NotedType>>>> = {
  // MTRR: { PAT: effective }
  UC: { UC: 'UC¹', 'UC-': 'UC¹', WC: 'WC', WT: 'UC¹', WP: 'UC¹', WB: 'UC¹' },
  WC: { UC: 'UC²', 'UC-': 'WC', WC: 'WC', WT: 'UC²³', WP: 'UC²³', WB: 'WC' },
  WT: { UC: 'UC²', 'UC-': 'UC²', WC: 'WC', WT: 'WT', WP: 'WP³', WB: 'WT' },
  WP: { UC: 'UC²', 'UC-': 'WC³', WC: 'WC', WT: 'WT³', WP: 'WP', WB: 'WP' },
  WB: { UC: 'UC²', 'UC-': 'UC²', WC: 'WC', WT: 'WT', WP: 'WP', WB: 'WB' },
};

const TABLE: RuleTable = {
  id: 'bare-metal.intel-effective-type',
  sentence: 'The processor combines the MTRR type with the PAT type by the table of Intel.',
};

/** All 30 cells, row by row. */
export const INTEL_CELLS: readonly Cell[] = MTRR_NAMES.flatMap((mtrr) => PAT_NAMES.map((pat) => cell(mtrr, pat)));

function cell(mtrr: MtrrName, pat: PatName): Cell {
  const noted = EFFECTIVE[mtrr][pat];
  const effective = noted.replace(/[¹²³]/g, '') as EffectiveName;
  return { mtrr, pat, effective, rule: cellRule(mtrr, pat, effective, noted) };
}

function cellRule(mtrr: MtrrName, pat: PatName, effective: EffectiveName, noted: NotedType): RuleText {
  const history = noted.includes('³')
    ? '; older editions call the pair undefined, every processor with PAT and MTRRs does this'
    : '';
  return {
    name: cellName('intel', mtrr, pat),
    table: TABLE,
    sentence: `MTRR type ${mtrr} and PAT type ${pat} make ${effective}: ${reason(mtrr, pat, noted)}${history}.`,
    citation: {
      document: 'Intel SDM vol. 3',
      place: '"Selecting Memory Types for Pentium III and More Recent Processor Families"',
    },
  };
}

function reason(mtrr: MtrrName, pat: PatName, noted: NotedType): string {
  if (noted.includes('¹')) return 'the MTRR forbids caching, and the processor need not snoop its caches';
  if (noted.includes('²')) return 'the page tables rule out caching, and the processor checks its caches for an aliased line';
  if (mtrr === pat) return 'both ask for it';
  if (pat === 'WC') return 'PAT WC overrides every MTRR type';
  if (pat === 'UC-') return 'UC- gives way to write combining here';
  if (pat === 'WB') return 'PAT WB leaves the choice to the MTRR';
  return 'the MTRR allows caching, and the PAT decides how';
}
