/** What the manuals say of L2: entry, exit and whose PAT is live. */
import { formatRule, rule, type RuleText, type RuleTexts } from '../contract/define-rules.js';

export const NESTED_FORMAT_RULES = {
  noNestedGuest: formatRule(
    'The machine offers its guest no virtualisation of this vendor, so that nested operations are not applicable.',
    '"machine: what exists before the first step"',
  ),
  structureWritten: formatRule("L1's store into its structure for L2 has no effect before the next entry."),
  structureInUse: formatRule('L1 does not run while L2 does, so that it can neither read nor write its structure: EBUSY.'),
  alreadyInL2: formatRule('A vCPU that is in L2 cannot enter it: EBUSY.'),
  notInL2: formatRule('A vCPU that is in L1 cannot leave L2: EINVAL.'),
  leavesOfL1Replaced: formatRule('L1 maps the frames anew, with the flush it owes, in place of what was there.'),
} satisfies RuleTexts;

function apm(name: string, sentence: string, place: string): RuleText {
  return { ...rule(sentence, 'AMD APM vol. 2', place), name: `amd-${name}` };
}

const PAT_UNDER_NPT = '"Guest PAT, G_PAT"';
const VMRUN = '"VMRUN Instruction"';
const CLEAN_BITS = '"VMCB Clean Bits"';
const COMBINING = '"Combining Memory Types, MTRRs"';

export const AMD_L2_RULES = {
  vmrun: apm(
    'vmrun-loads-g-pat',
    "With nested paging VMRUN loads g_pat into the guest's own PAT; the host's stays beside it.",
    PAT_UNDER_NPT,
  ),
  vmrunSharesPat: apm(
    'vmrun-without-npt-keeps-pat',
    'Without nested paging VMRUN neither checks nor loads g_pat: L2 runs on the one PAT register.',
    PAT_UNDER_NPT,
  ),
  gPatIllegal: apm(
    'g-pat-illegal',
    'With nested paging a g_pat with a reserved encoding ends VMRUN as VMEXIT_INVALID, and the guest never runs.',
    VMRUN,
  ),
  gPatStale: apm(
    'g-pat-behind-clean-bit',
    'The NP clean bit is set although g_pat or NP changed or another VMCB ran last: the processor may use its cached value or the new one.',
    CLEAN_BITS,
  ),
  gPatWritten: apm('l2-pat-written', "With nested paging L2's WRMSR changes the guest PAT alone.", PAT_UNDER_NPT),
  gPatReserved: apm('l2-pat-reserved-type', 'A reserved encoding in a write of the guest PAT is #GP(0).', PAT_UNDER_NPT),
  vmexit: apm(
    'vmexit-stores-g-pat',
    "With nested paging #VMEXIT stores the guest PAT into g_pat; the host's is current again.",
    PAT_UNDER_NPT,
  ),
  vmexitSharesPat: apm(
    'vmexit-without-npt-keeps-pat',
    'Without nested paging #VMEXIT leaves g_pat alone, and the last PAT of the guest stays in the register.',
    PAT_UNDER_NPT,
  ),
  gPatRead: apm('g-pat-read', 'The field holds what L1 stored or what the last #VMEXIT under nested paging left.', PAT_UNDER_NPT),
  nestedPageFault: apm(
    'nested-page-fault',
    "L1's table does not map the frame: #VMEXIT(NPF), and L1 handles it.",
    '"Nested versus Guest Page Faults, Fault Ordering"',
  ),
  hostCacheDisable: apm(
    'host-cache-disable',
    'Whether CR0.CD of the host disables caching in its guest is left open here: UC or what the tables make.',
    COMBINING,
  ),
  l2LargePageMixed: apm(
    'l2-large-page-mixed',
    'The effective memory type within a large page over several MTRR types, or under an undefined overlap, is undefined in L2, too.',
    '"MTRRs and Page Cache Controls"',
  ),
} satisfies RuleTexts;

function sdm(name: string, sentence: string, place: string): RuleText {
  return { ...rule(sentence, 'Intel SDM vol. 3', place), name: `intel-${name}` };
}

const LOADING_GUEST = '"Loading Guest Control Registers, Debug Registers, and MSRs"';
const LOADING_HOST = '"Loading Host Control Registers, Debug Registers, MSRs"';
const EPT_TYPES = '"Memory Type Used for Translated Guest-Physical Addresses"';

export const INTEL_L2_RULES = {
  entryLoadsPat: sdm('entry-loads-pat', 'With "load IA32_PAT" VM entry loads GUEST_IA32_PAT into the register.', LOADING_GUEST),
  entryKeepsPat: sdm('entry-keeps-pat', 'Without "load IA32_PAT" VM entry leaves L1\'s PAT in the register.', LOADING_GUEST),
  guestPatIllegal: sdm(
    'guest-pat-illegal',
    'With "load IA32_PAT" a reserved encoding in GUEST_IA32_PAT fails the entry as an exit for invalid guest state.',
    '"Checks on Guest Control Registers, Debug Registers, and MSRs"',
  ),
  hostPatIllegal: sdm(
    'host-pat-illegal',
    'With the exit control "load IA32_PAT" a reserved encoding in HOST_IA32_PAT fails the entry, and L1 goes on after the instruction.',
    '"Checks on Host Control Registers, MSRs, and SSP"',
  ),
  exitLoadsPat: sdm(
    'exit-loads-pat',
    'With the exit control "load IA32_PAT" VM exit loads HOST_IA32_PAT into the register.',
    LOADING_HOST,
  ),
  exitKeepsPat: sdm(
    'exit-keeps-pat',
    'Without the exit control "load IA32_PAT" the last PAT of L2 stays in the register.',
    LOADING_HOST,
  ),
  guestPatSaved: sdm(
    'exit-saves-pat',
    'With "save IA32_PAT" VM exit stores the PAT register into GUEST_IA32_PAT, whoever wrote it.',
    '"Saving Control Registers, Debug Registers, and MSRs"',
  ),
  guestPatField: sdm(
    'guest-pat-field',
    'Without "save IA32_PAT" GUEST_IA32_PAT holds what L1 wrote.',
    '"Saving Control Registers, Debug Registers, and MSRs"',
  ),
  eptIgnoresPat: {
    ...sdm('l2-ept-ipat', "The leaf of L1 has ipat set: its type is the effective one, whatever L2's PAT says.", EPT_TYPES),
  },
  eptCacheDisabled: sdm(
    'l2-cache-disabled',
    'With CR0.CD=1, which VM entry does not change, accesses through EPT are UC.',
    EPT_TYPES,
  ),
  eptViolation: sdm(
    'l2-ept-violation',
    "L1's table does not map the frame: an EPT violation, and L1 handles it.",
    '"EPT Violations"',
  ),
  eptMisconfig: sdm(
    'l2-ept-misconfiguration',
    'A present leaf with type 2, 3 or 7 is an EPT misconfiguration, and L1 handles it.',
    '"EPT Misconfigurations"',
  ),
} satisfies RuleTexts;
