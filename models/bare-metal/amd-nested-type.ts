/** Effective memory type of an access of L2 under nested paging of AMD: first guest PAT and nested PAT, then the MTRR. */
import { type RuleNumbers, type RuleText, type RuleTexts, withClauses } from '../contract/define-rules.js';
import { type EffectiveType, MEMORY_TYPE_NAMES } from '../contract/memory-type.js';
import type { RuleTable } from '../contract/rule.js';
import { MTRR_NAMES, type MtrrName, PAT_NAMES, type PatName } from './effective-type.js';

/** What the first step yields. */
const COMBINED_NAMES = ['UC', 'UC-', 'WC', 'WC+', 'WP', 'WT', 'WB'] as const;
type CombinedName = (typeof COMBINED_NAMES)[number];
type NestedTypeName = MtrrName | 'CD' | 'WC+';

/** AMD APM vol. 2, nested paging, "Combining Memory Types, MTRRs": guest PAT type, then the PAT type of the nested leaf in the host's PAT. */
const COMBINED: Readonly<Record<PatName, Readonly<Record<PatName, CombinedName>>>> = {
  // guest: { nested: combined }
  UC: { UC: 'UC', 'UC-': 'UC', WC: 'UC', WP: 'UC', WT: 'UC', WB: 'UC' },
  'UC-': { UC: 'UC', 'UC-': 'UC-', WC: 'WC', WP: 'UC', WT: 'UC', WB: 'UC' },
  WC: { UC: 'WC', 'UC-': 'WC', WC: 'WC', WP: 'WC+', WT: 'WC+', WB: 'WC+' },
  WP: { UC: 'UC', 'UC-': 'UC', WC: 'UC', WP: 'WP', WT: 'UC', WB: 'WP' },
  WT: { UC: 'UC', 'UC-': 'UC', WC: 'UC', WP: 'UC', WT: 'WT', WB: 'WT' },
  WB: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WP: 'WP', WT: 'WT', WB: 'WB' },
};

/** The same place, second table: the combined type, then the MTRR type. */
const EFFECTIVE: Readonly<Record<CombinedName, Readonly<Record<MtrrName, NestedTypeName>>>> = {
  // combined: { MTRR: effective }
  UC: { UC: 'UC', WC: 'CD', WP: 'CD', WT: 'CD', WB: 'CD' },
  'UC-': { UC: 'UC', WC: 'WC', WP: 'CD', WT: 'CD', WB: 'CD' },
  WC: { UC: 'WC', WC: 'WC', WP: 'WC', WT: 'WC', WB: 'WC' },
  'WC+': { UC: 'WC', WC: 'WC', WP: 'WC+', WT: 'WC+', WB: 'WC+' },
  WP: { UC: 'UC', WC: 'CD', WP: 'WP', WT: 'CD', WB: 'WP' },
  WT: { UC: 'UC', WC: 'CD', WP: 'CD', WT: 'WT', WB: 'WT' },
  WB: { UC: 'UC', WC: 'WC', WP: 'WP', WT: 'WT', WB: 'WB' },
};

const TABLE: RuleTable = {
  id: 'bare-metal.amd-nested-type',
  sentence: "The processor combines L2's PAT type with the type of L1's nested leaf, and the result with the MTRR type.",
};
const CITATION = { document: 'AMD APM vol. 2', place: '"Combining Memory Types, MTRRs"' };
const kebab = (name: string) => name.toLowerCase().replace('-', '-minus').replace('+', '-plus');

const combinedKey = (guest: PatName, nested: PatName) => `l2 ${guest} ${nested}`;
const effectiveKey = (combined: CombinedName, mtrr: MtrrName) => `l2 mtrr ${combined} ${mtrr}`;

/** The cells of both tables as rules: of the second only those where the MTRR changes what WB memory would give. */
export const AMD_NESTED_CELLS: RuleTexts = Object.fromEntries([
  ...PAT_NAMES.flatMap((guest) => PAT_NAMES.map((nested) => [combinedKey(guest, nested), combinedRule(guest, nested)] as const)),
  ...COMBINED_NAMES.flatMap((combined) =>
    MTRR_NAMES.filter((mtrr) => mtrrDecides(combined, mtrr)).map(
      (mtrr) => [effectiveKey(combined, mtrr), effectiveRule(combined, mtrr)] as const,
    ),
  ),
]);

function mtrrDecides(combined: CombinedName, mtrr: MtrrName): boolean {
  return EFFECTIVE[combined][mtrr] !== EFFECTIVE[combined].WB;
}

function combinedRule(guest: PatName, nested: PatName): RuleText {
  const isLeaf = COMBINED[guest][nested] !== COMBINED[guest].WB;
  return {
    name: `amd-l2-pat-${kebab(guest)}-leaf-${kebab(nested)}`,
    table: TABLE,
    cause: isLeaf ? 'amd-nested-leaf' : `amd-l2-pat-${kebab(guest)}`,
    sentence: `L2's PAT type ${guest} and a nested leaf of L1 of type ${nested} combine to ${COMBINED[guest][nested]}.`,
    citation: CITATION,
  };
}

function effectiveRule(combined: CombinedName, mtrr: MtrrName): RuleText {
  return {
    name: `amd-l2-combined-${kebab(combined)}-mtrr-${kebab(mtrr)}`,
    table: TABLE,
    cause: 'amd-l2-mtrr',
    sentence: `The combined type ${combined} of L2's PAT and L1's leaf on memory of MTRR type ${mtrr} makes ${EFFECTIVE[combined][mtrr]}.`,
    citation: CITATION,
  };
}

/** The same for L2 with CR0.PG=0, whose PAT type is WB. */
export const AMD_NESTED_UNPAGED: RuleTexts = withClauses(AMD_NESTED_CELLS, 'pagingOff');

/** Both tables compiled: by guest type, nested type and MTRR type. */
export class AmdNestedTypes {
  private readonly types = new Uint8Array(512);
  private readonly pagedRules = new Uint16Array(512);
  private readonly unpagedRules = new Uint16Array(512);

  constructor(paged: RuleNumbers<RuleTexts>, unpaged: RuleNumbers<RuleTexts>) {
    const code = (name: string) => MEMORY_TYPE_NAMES.indexOf(name);
    for (const guest of PAT_NAMES)
      for (const nested of PAT_NAMES)
        for (const mtrr of MTRR_NAMES) {
          const at = index(code(guest), code(nested), code(mtrr));
          const combined = COMBINED[guest][nested];
          const key = mtrrDecides(combined, mtrr) ? effectiveKey(combined, mtrr) : combinedKey(guest, nested);
          this.types[at] = code(EFFECTIVE[combined][mtrr]);
          this.pagedRules[at] = paged[key];
          this.unpagedRules[at] = unpaged[key];
        }
  }

  type(guest: number, nested: number, mtrr: number): EffectiveType {
    return this.types[index(guest, nested, mtrr)] as EffectiveType;
  }

  rule(guest: number, nested: number, mtrr: number, isPaged: boolean): number {
    return (isPaged ? this.pagedRules : this.unpagedRules)[index(guest, nested, mtrr)];
  }
}

/** All three encodings fit three bits. */
function index(guest: number, nested: number, mtrr: number): number {
  return 64 * guest + 8 * nested + mtrr;
}
