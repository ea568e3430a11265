/** What Intel's manual decides, but for the cells of its memory type table (intel-effective-type.ts). */
import { decidingRegisters } from './decider.js';
import { rule, type RuleText, type RuleTexts } from '../contract/define-rules.js';

function sdm(name: string, sentence: string, place: string, volume = 3): RuleText {
  return { ...rule(sentence, `Intel SDM vol. ${volume}`, place), name };
}

const WRMSR = '"WRMSR—Write to Model Specific Register"';
const VARIABLE_RANGES = '"Variable Range MTRRs"';

export const INTEL_RULES = {
  mtrrsAbsent: sdm(
    'intel-mtrrs-absent',
    'A processor without CPUID.MTRR has no MTRR MSRs: touching one is #GP(0), and only the PAT types memory.',
    WRMSR,
    2,
  ),
  pairAbsent: sdm('intel-pair-absent', 'A variable-range pair at or above MTRRCAP.VCNT is an unimplemented MSR: #GP(0).', WRMSR, 2),
  capReadOnly: sdm('intel-cap-read-only', 'IA32_MTRRCAP is read-only: a write is #GP(0).', '"MTRR Feature Identification"'),
  defTypeReservedBits: sdm(
    'intel-def-type-reserved-bits',
    'Bits 9:8 and 63:12 of IA32_MTRR_DEF_TYPE are reserved: setting one is #GP(0).',
    '"IA32_MTRR_DEF_TYPE MSR"',
  ),
  defTypeReservedType: sdm(
    'intel-def-type-reserved-type',
    'The default type must be UC, WC, WT, WP or WB: a reserved encoding is #GP(0).',
    '"IA32_MTRR_DEF_TYPE MSR"',
  ),
  fixedReservedType: sdm(
    'intel-fixed-reserved-type',
    'Every byte of a fixed-range MTRR must be UC, WC, WT, WP or WB: a reserved encoding is #GP(0).',
    '"Fixed Range MTRRs"',
  ),
  physBaseReservedBits: sdm(
    'intel-phys-base-reserved-bits',
    'Bits 11:8 of IA32_MTRR_PHYSBASEn are reserved: setting one is #GP(0).',
    VARIABLE_RANGES,
  ),
  physBaseBeyondWidth: sdm(
    'intel-phys-base-beyond-width',
    'Bits of IA32_MTRR_PHYSBASEn at or above MAXPHYADDR are reserved: setting one is #GP(0).',
    VARIABLE_RANGES,
  ),
  physBaseReservedType: sdm(
    'intel-phys-base-reserved-type',
    'The type in IA32_MTRR_PHYSBASEn must be UC, WC, WT, WP or WB even while the pair is not valid: a reserved encoding is #GP(0).',
    VARIABLE_RANGES,
  ),
  physMaskReservedBits: sdm(
    'intel-phys-mask-reserved-bits',
    'Bits 10:0 of IA32_MTRR_PHYSMASKn are reserved: setting one is #GP(0).',
    VARIABLE_RANGES,
  ),
  physMaskBeyondWidth: sdm(
    'intel-phys-mask-beyond-width',
    'Bits of IA32_MTRR_PHYSMASKn at or above MAXPHYADDR are reserved: setting one is #GP(0).',
    VARIABLE_RANGES,
  ),
  patReservedType: sdm(
    'intel-pat-reserved-type',
    'Every byte of IA32_PAT must be UC, WC, WT, WP, WB or UC-: a reserved encoding is #GP(0).',
    '"IA32_PAT MSR"',
  ),
  mtrrWritten: sdm('intel-mtrr-written', 'A legal value is stored in the MTRR and types the next access.', '"MTRRs"'),
  patWritten: sdm('intel-pat-written', 'A legal value is stored in IA32_PAT and types the next access.', '"IA32_PAT MSR"'),
  registerRead: sdm(
    'intel-register-read',
    'RDMSR returns what was last stored, and for IA32_MTRRCAP its pairs, fixed ranges and WC.',
    '"RDMSR—Read from Model Specific Register"',
    2,
  ),
  cr0NwWithoutCd: sdm(
    'intel-cr0-nw-without-cd',
    'CR0.NW=1 with CR0.CD=0 is an invalid combination: MOV to CR0 is #GP(0).',
    '"Cache Control Registers and Bits"',
  ),
  cr0Written: sdm('intel-cr0-written', 'MOV to CR0 sets PG, CD and NW.', '"Cache Control Registers and Bits"'),
  initKeepsCaching: sdm(
    'intel-init-keeps-caching',
    'INIT clears CR0.PG and leaves CR0.CD, CR0.NW, the MTRRs and the PAT unchanged.',
    '"Processor State After Reset"',
  ),
  cacheDisabled: sdm(
    'intel-cache-disabled',
    'With CR0.CD=1 nothing is filled into caches that the documented WBINVD has emptied: every access is uncached.',
    '"Preventing Caching"',
  ),
  pagingOff: {
    ...sdm(
      'intel-paging-off',
      'With CR0.PG=0 no page entry selects a PAT type: the PAT counts as WB, and the MTRR type is the effective one.',
      '"Memory Type Used for Translated Guest-Physical Addresses"',
    ),
    kind: 'clause',
  },
  ...decidingRegisters((name, sentence) => sdm(`intel-${name}`, sentence, '"MTRR Precedences"')),
  cr0LongMode: sdm('intel-cr0-long-mode', 'Clearing CR0.PG in 64-bit code is #GP(0).', '"MOV - Move to/from Control Registers"', 2),
  overlapUndefined: sdm(
    'intel-overlap-undefined',
    'Overlapping variable ranges of different types are undefined, unless one of them is UC or the types are WT and WB.',
    '"MTRR Precedences"',
  ),
  largePageMixed: sdm(
    'intel-large-page-mixed',
    'A large page over several MTRR types behaves in an undefined manner, unless only the fixed ranges of the first megabyte differ.',
    '"Large Page Size Considerations"',
  ),
} satisfies RuleTexts;
