/** Effective memory type of an access of L2 through EPT: Intel's table of MTRR and PAT with the leaf's type in place of the MTRR type. */
import { type RuleNumbers, type RuleText, type RuleTexts, withClauses } from '../contract/define-rules.js';
import { type EffectiveType, WB } from '../contract/memory-type.js';
import { cellName, effectiveType, registerType } from './effective-type.js';
import { INTEL_CELLS } from './intel-effective-type.js';

/** Intel SDM vol. 3, "Memory Type Used for Translated Guest-Physical Addresses". */
export const INTEL_NESTED_CELLS: RuleTexts = Object.fromEntries(
  INTEL_CELLS.map(({ mtrr, pat, effective }): [string, RuleText] => [
    `l2 ${mtrr} ${pat}`,
    {
      name: cellName('intel', mtrr, pat).replace('-mtrr-', '-l2-ept-'),
      table: {
        id: 'bare-metal.intel-nested-type',
        sentence: "The processor combines the type of L1's EPT leaf with L2's PAT type.",
      },
      cause:
        effective === pat || mtrr === 'WB' ? `intel-l2-pat-${pat === 'UC-' ? 'uc-minus' : pat.toLowerCase()}` : 'intel-l2-ept-leaf',
      sentence: `A leaf of L1 of type ${mtrr} and L2's PAT type ${pat} make ${effective}.`,
      citation: { document: 'Intel SDM vol. 3', place: '"Memory Type Used for Translated Guest-Physical Addresses"' },
    },
  ]),
);

/** The column PAT WB, of L2 with CR0.PG=0. */
export const INTEL_NESTED_UNPAGED: RuleTexts = withClauses(
  Object.fromEntries(Object.entries(INTEL_NESTED_CELLS).filter(([key]) => key.endsWith(' WB'))),
  'pagingOff',
);

export class IntelNestedTypes {
  private readonly types = new Uint8Array(64);
  private readonly rules = new Uint16Array(64);
  private readonly unpagedRules = new Uint16Array(8);

  constructor(paged: RuleNumbers<RuleTexts>, unpaged: RuleNumbers<RuleTexts>) {
    for (const { mtrr, pat, effective } of INTEL_CELLS) {
      const [leaf, type, key] = [registerType(mtrr), registerType(pat), `l2 ${mtrr} ${pat}`];
      this.types[8 * leaf + type] = effectiveType(effective);
      this.rules[8 * leaf + type] = paged[key];
      if (type === WB) this.unpagedRules[leaf] = unpaged[key];
    }
  }

  type(leaf: number, pat: number): EffectiveType {
    return this.types[8 * leaf + pat] as EffectiveType;
  }

  rule(leaf: number, pat: number, isPaged: boolean): number {
    return isPaged ? this.rules[8 * leaf + pat] : this.unpagedRules[leaf];
  }
}
