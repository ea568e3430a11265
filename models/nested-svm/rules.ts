/** The rules of KVM's nested SVM. Those of 7.2 alone name that release; the others hold since 5.12 split vmcb01 and vmcb02. */
import { defineRules, formatRule, rule, type RuleText, type RuleTexts } from '../contract/define-rules.js';

const NESTED = 'arch/x86/kvm/svm/nested.c';
const SVM = 'arch/x86/kvm/svm/svm.c';

function linux(sentence: string, file: string, place: string, commit?: string): RuleText {
  return rule(sentence, `Linux ${file}`, place, commit);
}

/** What the set of patches merged for 7.2 brought. */
function since72(sentence: string, file: string, place: string, commit: string): RuleText {
  return rule(sentence, `Linux v7.2 ${file}`, place, commit);
}

const FORMAT = {
  registerAtStart: formatRule(
    'A scenario starts with every MTRR 0 and PAT at its reset value.',
    '"machine: what exists before the first step"',
  ),
  noBacking: formatRule('A frame that no region covers is emulated MMIO.', '"Observations: one per step and model"'),
  noPrivateMemory: formatRule('A VM on plain SVM has no private memory.'),
  noXenInterface: formatRule('I/O resources and pinned cache attributes are operations of Xen.'),
  noNestedSvm: formatRule('The machine offers its guest no SVM, so that nested operations are not applicable.'),
  deviceCounted: formatRule('Devices come and go without effect on memory types under SVM.'),
  noSuchDevice: formatRule('A kind of device of which none is attached cannot be detached.'),
  tooManyDevices: formatRule('At most three devices of one kind can be attached.'),
  structureWritten: formatRule("L1's store into its VMCB has no effect before the next VMRUN."),
  structureInUse: formatRule('L1 does not run while L2 does, so that it can neither read nor write its VMCB: EBUSY.'),
  alreadyInL2: formatRule('A vCPU that is in L2 cannot enter it: EBUSY.'),
  notInL2: formatRule('A vCPU that is in L1 cannot leave L2: EINVAL.'),
  l1TableChanged: formatRule('L1 maps the frames anew, with the flush it owes, in place of what was there.'),
  backingReplaced: formatRule('The host maps the range anew.'),
  guestTablesAreItsOwn: formatRule("Under nested paging INVLPG concerns the guest's own tables."),
} satisfies RuleTexts;

const REGISTERS = {
  mtrrcapIsReadOnly: linux('A write of MTRRcap is one of an unknown MSR: #GP.', 'arch/x86/kvm/x86.c', 'kvm_set_msr_common()'),
  absentPair: linux('KVM has eight variable pairs: the MSRs of others fault.', 'arch/x86/kvm/mtrr.c', 'find_mtrr()'),
  mtrrReservedBits: linux('A reserved bit in an MTRR is #GP.', 'arch/x86/kvm/mtrr.c', 'kvm_mtrr_valid()'),
  mtrrReservedType: linux(
    'A type field of an MTRR that holds none of the five types is #GP.',
    'arch/x86/kvm/mtrr.c',
    'kvm_mtrr_valid()',
  ),
  mtrrStored: linux('A legal MTRR value is stored, and no leaf depends on it.', 'arch/x86/kvm/mtrr.c', 'kvm_mtrr_set_msr()'),
  mtrrRead: linux('RDMSR returns what was stored, and of MTRRcap a constant.', 'arch/x86/kvm/mtrr.c', 'kvm_mtrr_get_msr()'),
  patReservedType: linux(
    'A byte of PAT that holds none of the six types is #GP, in L2, too.',
    'arch/x86/kvm/mtrr.c',
    'kvm_pat_valid()',
  ),
  patStored: linux("A write of PAT in L1 sets arch.pat and vmcb01's g_pat.", SVM, 'svm_set_msr()', '15038e147247'),
  hostMsrIllegal: linux(
    'KVM_SET_MSRS and KVM_GET_MSRS stop at an MSR or a value that the guest could not use.',
    'arch/x86/kvm/x86.c',
    'msr_io()',
  ),
  notWriteThroughNeedsCd: linux('CR0.NW=1 with CR0.CD=0 is #GP.', 'arch/x86/kvm/x86.c', 'kvm_is_valid_cr0()'),
  longModeNeedsPaging: linux('Clearing CR0.PG while 64-bit code runs is #GP.', 'arch/x86/kvm/x86.c', 'kvm_set_cr0()'),
  cr0Stored: linux('CR0 is stored; CD and NW reach the hardware only if userspace disabled the quirk.', SVM, 'svm_set_cr0()'),
  initKeepsCdNw: linux(
    'INIT clears CR0.PG and keeps CD and NW, the MTRRs and PAT.',
    'arch/x86/kvm/x86.c',
    'kvm_vcpu_reset()',
    '4c72ab5aa6e0',
  ),
  hostZaps: linux(
    'The host removes its leaves, which are made again as they were.',
    'arch/x86/kvm/mmu/mmu.c',
    'kvm_unmap_gfn_range()',
  ),
} satisfies RuleTexts;

const TYPES = {
  l1PatTypes: linux("The leaf is WB, so that L1's PAT decides.", SVM, 'svm_set_msr()', '15038e147247'),
  pagingOff: rule(
    'With CR0.PG=0 no page entry selects a PAT type: it counts as WB, and the leaf is WB.',
    'AMD APM vol. 2',
    '"Combining Memory Types, MTRRs"',
  ),
  hostMtrrRestricts: rule(
    'The host MTRR of the page allows less than the PAT asks for through a leaf that is WB.',
    'AMD APM vol. 2',
    '"Combining Memory Types, MTRRs"',
  ),
  cacheDisabled: linux('The quirk CD_NW_CLEARED is disabled, and CR0.CD=1 of L1 reaches the hardware.', SVM, 'svm_set_cr0()'),
  l1CacheBitsDropped: linux(
    "KVM makes its leaf for L2 of the page and the access bits of L1's leaf alone: PAT, PCD and PWT of L1 are lost, and the leaf is WB.",
    'arch/x86/kvm/mmu/spte.c',
    'make_spte()',
  ),
  l1LeafAbsent: linux("L1's table does not map the frame: #VMEXIT(NPF) to L1.", NESTED, 'nested_svm_inject_npf_exit()'),
} satisfies RuleTexts;

const SHARED = {
  vmrunSharesPat: linux(
    "VMRUN sets vmcb02's g_pat to the PAT of L1, whatever vmcb12 says, and does not check g_pat.",
    NESTED,
    'nested_vmcb02_compute_g_pat()',
    '4995a3685f1b',
  ),
  l2WritesSharedPat: linux(
    "L2's write of PAT sets arch.pat and the g_pat of both VMCBs: it persists in L1.",
    SVM,
    'svm_set_msr()',
    '4995a3685f1b',
  ),
  vmexitKeepsGPat: linux(
    "An exit does not write vmcb12's g_pat, and PAT stays as L2 left it.",
    NESTED,
    'nested_svm_vmexit()',
    '4995a3685f1b',
  ),
  gPatOfL1: linux('The g_pat of vmcb12 holds what L1 stored.', NESTED, 'nested_svm_vmexit()', '4995a3685f1b'),
  hostSetsSharedPat: linux('KVM_SET_MSRS sets the PAT that both levels share.', SVM, 'svm_set_msr()'),
  hostReadsPat: linux('KVM_GET_MSRS gives arch.pat, in either mode.', SVM, 'svm_get_msr()'),
  stateRestored: linux(
    'Registers and nested state come back; the address of the last vmcb12 does not.',
    NESTED,
    'svm_set_nested_state()',
  ),
} satisfies RuleTexts;

const SEPARATE = {
  gPatIllegal: since72(
    "L2 has a PAT of its own and vmcb12's g_pat an illegal type: VMRUN fails as VMEXIT_INVALID.",
    NESTED,
    'nested_vmcb_check_save()',
    '4b83e4ba836e',
  ),
  vmrunLoadsGPat: since72("VMRUN loads vmcb12's g_pat into vmcb02.", NESTED, 'nested_vmcb02_prepare_save()', '02233c73f8ae'),
  cleanBitKeepsGPat: since72(
    "The same vmcb12 runs again with the NP clean bit set: vmcb02 keeps its g_pat, which may be L2's last write.",
    NESTED,
    'nested_vmcb02_prepare_save()',
    '02233c73f8ae',
  ),
  cleanBitKeepsSharedPat: since72(
    "The same vmcb12 ran without nested paging before, and the NP clean bit is set: vmcb02 keeps the g_pat that was L1's PAT.",
    NESTED,
    'nested_vmcb02_prepare_save()',
    '02233c73f8ae',
  ),
  l2WritesOwnPat: since72("L2's write of PAT sets vmcb02's g_pat alone.", SVM, 'svm_set_msr()', '573321b945af'),
  vmexitStoresGPat: since72(
    "An exit stores L2's PAT into vmcb12's g_pat; L1 has its own again.",
    NESTED,
    'nested_svm_vmexit()',
    'd65cf222b899',
  ),
  gPatStored: since72(
    'The g_pat of vmcb12 holds what L1 stored or the last exit left.',
    NESTED,
    'nested_svm_vmexit()',
    'd65cf222b899',
  ),
  hostSetsPatOfL1: since72("KVM_SET_MSRS sets L1's PAT, also while L2 runs.", SVM, 'svm_set_msr()', '573321b945af'),
  legacyStateIsUncached: since72(
    'A nested state saved without g_pat has 0 there, which is legal: all of the PAT of L2 is UC until the next VMRUN that loads g_pat.',
    NESTED,
    'svm_set_nested_state()',
    '4f256d5770fe',
  ),
} satisfies RuleTexts;

const [list, numbers] = defineRules('nested-svm', { ...FORMAT, ...REGISTERS, ...TYPES, ...SHARED, ...SEPARATE });
export const rules = list;
export const RULE = numbers;
