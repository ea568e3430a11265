/** What AMD's manuals decide, but for the cells of the memory type table (amd-effective-type.ts). */
import { decidingRegisters } from './decider.js';
import { rule, type RuleText, type RuleTexts } from '../contract/define-rules.js';

function apm(name: string, sentence: string, place: string, volume = 2): RuleText {
  return { ...rule(sentence, `AMD APM vol. ${volume}`, place), name };
}

/** The register descriptions of a real part say which bits fault where the architecture manual only says "reserved". */
function ppr(name: string, sentence: string, register: string): RuleText {
  return { ...rule(sentence, 'AMD PPR for Family 17h', register), name };
}

const VARIABLE_BASE = 'Core::X86::Msr::MtrrVarBase';
const VARIABLE_MASK = 'Core::X86::Msr::MtrrVarMask';
const CACHE_CONTROL = '"Cache Control Mechanisms"';

export const AMD_RULES = {
  mtrrsAbsent: apm(
    'amd-mtrrs-absent',
    'A processor without CPUID.MTRR has no MTRR MSRs: touching one is #GP(0), and only the PAT types memory.',
    '"WRMSR"',
    3,
  ),
  pairAbsent: apm(
    'amd-pair-absent',
    'A variable-range pair at or above MTRRCAP.VCNT is an unimplemented MSR: #GP(0).',
    '"WRMSR"',
    3,
  ),
  capReadOnly: apm('amd-cap-read-only', 'MTRRcap is read-only: a write is #GP(0).', '"Identifying MTRR Features"'),
  defTypeReservedBits: apm(
    'amd-def-type-reserved-bits',
    'Bits 9:8 and 63:12 of MTRRdefType must be zero: setting one is #GP(0).',
    '"Default-Range MTRRs"',
  ),
  defTypeReservedType: ppr(
    'amd-def-type-reserved-type',
    'The default type must be UC, WC, WT, WP or WB: a reserved encoding is #GP(0).',
    'Core::X86::Msr::MTRRdefType',
  ),
  fixedReservedType: ppr(
    'amd-fixed-reserved-type',
    'A fixed-range byte must be UC, WC, WT, WP or WB with bits 7:5 clear: anything else is #GP(0).',
    'Core::X86::Msr::MtrrFix_64K',
  ),
  fixedDramBits: ppr(
    'amd-fixed-dram-bits',
    'RdMem and WrMem, bits 4:3 of a fixed-range byte, are read-only while SYSCFG.MtrrFixDramModEn=0: a one is #GP(0), though APM vol. 2 has the write ignored.',
    'Core::X86::Msr::MtrrFix_64K',
  ),
  physBaseReservedBits: ppr(
    'amd-phys-base-reserved-bits',
    'Bits 11:8 of MTRRphysBasen are reserved: setting one is #GP(0).',
    VARIABLE_BASE,
  ),
  physBaseBeyondWidth: ppr(
    'amd-phys-base-beyond-width',
    'Bits of MTRRphysBasen at or above the physical address width are reserved: setting one is #GP(0).',
    VARIABLE_BASE,
  ),
  physBaseReservedType: ppr(
    'amd-phys-base-reserved-type',
    'The type in MTRRphysBasen must be UC, WC, WT, WP or WB even while the pair is not valid: a reserved encoding is #GP(0).',
    VARIABLE_BASE,
  ),
  physMaskReservedBits: ppr(
    'amd-phys-mask-reserved-bits',
    'Bits 10:0 of MTRRphysMaskn are reserved: setting one is #GP(0).',
    VARIABLE_MASK,
  ),
  physMaskBeyondWidth: ppr(
    'amd-phys-mask-beyond-width',
    'Bits of MTRRphysMaskn at or above the physical address width are reserved: setting one is #GP(0).',
    VARIABLE_MASK,
  ),
  patReservedType: apm(
    'amd-pat-reserved-type',
    'Every byte of the PAT register must be UC, WC, WT, WP, WB or UC-: a reserved encoding is #GP(0).',
    '"PAT Register"',
  ),
  mtrrWritten: apm('amd-mtrr-written', 'A legal value is stored in the MTRR and types the next access.', '"MTRRs"'),
  patWritten: apm('amd-pat-written', 'A legal value is stored in the PAT register and types the next access.', '"PAT Register"'),
  registerRead: apm(
    'amd-register-read',
    'RDMSR returns what was last stored, and for MTRRcap its pairs, fixed ranges and WC.',
    '"RDMSR"',
    3,
  ),
  cr0NwWithoutCd: apm(
    'amd-cr0-nw-without-cd',
    'CR0.NW=1 with CR0.CD=0 is an invalid combination: MOV to CR0 is #GP(0).',
    CACHE_CONTROL,
  ),
  cr0Written: apm('amd-cr0-written', 'MOV to CR0 sets PG, CD and NW; NW has no effect.', CACHE_CONTROL),
  initKeepsCaching: apm(
    'amd-init-keeps-caching',
    'INIT clears CR0.PG and leaves CR0.CD, CR0.NW, the MTRRs and the PAT unchanged.',
    '"Processor Initialization State"',
  ),
  cacheDisabled: apm(
    'amd-cache-disabled',
    'With CR0.CD=1 cacheable memory becomes CD: a hit is written back and invalidated, and the access goes to memory.',
    CACHE_CONTROL,
  ),
  cacheDisabledUncached: {
    ...apm('amd-cache-disabled-uncached', 'With CR0.CD=1 a range that an MTRR makes UC stays UC.', CACHE_CONTROL),
    cause: 'amd-cache-disabled',
  },
  cacheDisabledCombining: apm(
    'amd-cache-disabled-combining',
    'The manual does not say whether write combining goes on while CR0.CD=1: UC or WC.',
    CACHE_CONTROL,
  ),
  pagingOff: {
    ...apm(
      'amd-paging-off',
      'With CR0.PG=0 no page entry selects a PAT type: the PAT counts as WB, and the MTRR type is the effective one.',
      '"PAT Indexing"',
    ),
    kind: 'clause',
  },
  ...decidingRegisters((name, sentence) => apm(`amd-${name}`, sentence, '"MTRRs and Page Cache Controls"')),
  topMemory2: {
    ...apm(
      'amd-top-memory-2',
      'With SYSCFG.MtrrTom2En and Tom2ForceMemTypeWB set, memory from 4 GiB to TOP_MEM2 that no variable range covers is WB, in place of the default type.',
      '"Top of Memory"',
    ),
    kind: 'clause',
  },
  cr0LongMode: apm('amd-cr0-long-mode', 'Clearing CR0.PG in 64-bit code is #GP(0).', '"Leaving Long Mode"'),
  overlapUndefined: apm(
    'amd-overlap-undefined',
    'Overlapping variable ranges of different types are undefined, unless one of them is UC or the types are WT and WB.',
    '"MTRRs and Page Cache Controls"',
  ),
  largePageMixed: apm(
    'amd-large-page-mixed',
    'The effective memory type within a large page over several MTRR types is undefined.',
    '"MTRRs and Page Cache Controls"',
  ),
} satisfies RuleTexts;
