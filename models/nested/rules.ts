/** The rules of the three subjects of this folder; ids say whose they are. */
import { defineRules, formatRule, rule, type RuleText, type RuleTexts } from '../contract/define-rules.js';

const FORMAT_RULES = {
  registerAtStart: formatRule(
    'A scenario starts with every MTRR 0 and PAT at its reset value.',
    '"machine: what exists before the first step"',
  ),
  noBacking: formatRule('A frame that no region covers is emulated MMIO.', '"Observations: one per step and model"'),
  noPrivateMemory: formatRule('The subject has no private memory.'),
  noHostMsr: formatRule('Userspace of KVM sets MSRs so; this subject has no such operation.'),
  noNestedGuest: formatRule(
    'The machine offers its guest no virtualisation of this vendor, so that nested operations are not applicable.',
  ),
  deviceCounted: formatRule('A device comes or goes.'),
  noSuchDevice: formatRule('A kind of device of which none is attached cannot be detached.'),
  tooManyDevices: formatRule('At most three devices of one kind can be attached.'),
  noIommu: formatRule('A domain of Xen without IOMMU takes no device.', '"machine: what exists before the first step"'),
  structureWritten: formatRule("L1's store into its structure for L2 has no effect before the next entry."),
  structureInUse: formatRule('L1 does not run while L2 does, so that it can neither read nor write its structure: EBUSY.'),
  alreadyInL2: formatRule('A vCPU that is in L2 cannot enter it: EBUSY.'),
  notInL2: formatRule('A vCPU that is in L1 cannot leave L2: EINVAL.'),
  noMigrationInL2: formatRule('A vCPU in L2 cannot be saved here: EOPNOTSUPP.'),
  l1TableChanged: formatRule('L1 maps the frames anew, with the flush it owes, in place of what was there.'),
  backingReplaced: formatRule('The host maps the range anew.'),
  guestTablesAreItsOwn: formatRule("Under nested paging INVLPG concerns the guest's own tables."),
} satisfies RuleTexts;

/** What was read of Xen: staging of 2026-08-18, c447b7308b. */
function xen(sentence: string, file: string, place: string, commit?: string): RuleText {
  return rule(sentence, `Xen xen/arch/x86/hvm/${file}`, place, commit);
}

const XEN_RULES = {
  xenMtrrsHidden: xen('Without CPUID.MTRR every MTRR MSR faults.', 'hvm.c', 'hvm_msr_write_intercept()'),
  xenMtrrcapReadOnly: xen('A write of MTRRcap is #GP.', 'hvm.c', 'hvm_msr_write_intercept()'),
  xenAbsentPair: xen('Pairs at or above VCNT fault.', 'hvm.c', 'hvm_msr_write_intercept()'),
  xenMtrrIllegal: xen('A reserved bit or a type field that holds no MTRR type is #GP.', 'mtrr.c', 'mtrr_def_type_msr_set()'),
  xenMtrrStored: xen('A legal value of an MTRR, or the one that it has, is stored.', 'mtrr.c', 'mtrr_var_range_msr_set()'),
  xenMtrrRead: xen('RDMSR returns what was stored, and of MTRRcap a constant.', 'hvm.c', 'hvm_msr_read_intercept()'),
  xenPatIllegal: xen('A byte of PAT that holds none of the six types is #GP.', 'mtrr.c', 'pat_msr_set()'),
  xenPatStored: xen("A legal value is L1's PAT at once.", 'hvm.c', 'hvm_set_guest_pat()'),
  xenCr0Stored: xen('A write of CR0 is stored.', 'hvm.c', 'hvm_set_cr0()'),
  xenLongModeNeedsPaging: xen('Clearing CR0.PG while 64-bit code runs is #GP.', 'hvm.c', 'hvm_set_cr0()'),
  xenNwWithoutCd: xen(
    'CR0.NW=1 with CR0.CD=0 is accepted, is an illegal state of the VMCB and ends the domain.',
    'hvm.c',
    'hvm_set_cr0()',
  ),
  xenInit: xen('INIT clears PG, CD and NW and keeps the MTRRs and PAT.', 'hvm.c', 'hvm_vcpu_reset_state()'),
  xenRestored: xen(
    'The record holds variable pair 0 eight times; pins are not in it.',
    'mtrr.c',
    'hvm_save_mtrr_msr()',
    '343eb57023',
  ),
  xenResources: xen("The domain's I/O capabilities change.", 'mtrr.c', 'memory_type_changed()'),
  xenPinned: xen('A pin is added, changed or deleted.', 'mtrr.c', 'hvm_set_mem_pinned_cacheattr()'),
  xenPinRefused: xen('A pin that the call does not allow is refused.', 'mtrr.c', 'hvm_set_mem_pinned_cacheattr()'),
} satisfies RuleTexts;

const XEN_SVM_RULES = {
  xenSvmRamWriteBack: rule(
    "A leaf of any page but direct MMIO is WB, for L2, too, whatever L1's leaf says.",
    'Xen xen/arch/x86/mm/p2m-pt.c',
    'p2m_type_to_flags()',
  ),
  xenSvmL1LeafDropped: rule(
    "The leaf for L2 is made of the type of L1's frame alone: PAT, PCD and PWT of L1 are lost.",
    'Xen xen/arch/x86/mm/hap/nested_hap.c',
    'nestedhap_fix_p2m()',
  ),
  xenSvmMmioUncached: rule(
    'A leaf of direct MMIO is UC-, or UC where nobody may write.',
    'Xen xen/arch/x86/mm/p2m-pt.c',
    'p2m_type_to_flags()',
  ),
  xenSvmHostMtrr: rule(
    'The MTRR of the page allows less than the PATs ask for.',
    'AMD APM vol. 2',
    '"Combining Memory Types, MTRRs"',
  ),
  xenSvmPagingOff: rule('With CR0.PG=0 the PAT type counts as WB.', 'AMD APM vol. 2', '"Combining Memory Types, MTRRs"'),
  xenSvmCacheDisabled: xen(
    'CR0.CD goes into the VMCB as it is, and the hardware caches nothing.',
    'svm/svm.c',
    'svm_update_guest_cr()',
  ),
  xenSvmVmrun: xen(
    "VMRUN loads vvmcb's g_pat, whether or not L1 uses nested paging.",
    'svm/nestedsvm.c',
    'nsvm_vmcb_prepare4vmrun()',
  ),
  xenSvmCleanBit: xen(
    'The same vvmcb runs again with the NP clean bit set: g_pat stays as it is.',
    'svm/nestedsvm.c',
    'nsvm_vmcb_prepare4vmrun()',
  ),
  xenSvmInvalid: xen(
    'An illegal g_pat: the processor fails VMRUN, and L1 gets VMEXIT_INVALID, also where it does not use nested paging.',
    'svm/nestedsvm.c',
    'nestedsvm_check_intercepts()',
  ),
  xenSvmFailedRun: xen('Whether a failed VMRUN counts as the last one was not read.', 'svm/nestedsvm.c', 'nsvm_vcpu_vmrun()'),
  xenSvmL2Pat: xen("L2's write of PAT is live at once and concerns L2 alone.", 'svm/svm.c', 'svm_set_msr_interception()'),
  xenSvmExit: xen(
    "Every #VMEXIT stores g_pat into vvmcb, without nested paging, too; L1's PAT is untouched.",
    'svm/nestedsvm.c',
    'nsvm_vmcb_prepare4vmexit()',
  ),
  xenSvmGPat: xen(
    'The g_pat of vvmcb holds what L1 stored or the last exit left.',
    'svm/nestedsvm.c',
    'nsvm_vmcb_prepare4vmexit()',
  ),
  xenSvmPageFault: xen("L1's table does not map the frame: L1 gets #VMEXIT(NPF).", 'svm/nestedsvm.c', 'nsvm_hap_walk_L1_p2m()'),
} satisfies RuleTexts;

const XEN_VMX_RULES = {
  xenVmxWriteBack: rule(
    'Without IOMMU and I/O resources a leaf of any page but direct MMIO is WB with ipat.',
    'Xen xen/arch/x86/mm/p2m-ept.c',
    'epte_get_entry_emt()',
  ),
  xenVmxL1LeafIgnored: rule(
    "The leaf for L2 has type and ipat of L1's frame by Xen's own rule: those of L1's leaf are ignored.",
    'Xen xen/arch/x86/mm/hap/nested_hap.c',
    'nestedhap_fix_p2m()',
  ),
  xenVmxMmioUncached: rule('Direct MMIO is UC and honours the guest PAT.', 'Xen xen/arch/x86/mm/p2m-ept.c', 'epte_get_entry_emt()'),
  xenVmxMmioReadOnly: rule(
    'Direct MMIO that nobody may write is UC with ipat.',
    'Xen xen/arch/x86/mm/p2m-ept.c',
    'epte_get_entry_emt()',
  ),
  xenVmxMtrrsDecide: rule(
    'With an IOMMU or I/O resources guest MTRRs and pins decide, for L2 at the address of L2: not modelled here, where any type may come out.',
    'Xen xen/arch/x86/mm/p2m-ept.c',
    'epte_get_entry_emt()',
  ),
  xenVmxEntry: xen(
    'The control "load IA32_PAT" is stripped from the entry controls and Xen adds none of its own: at every entry the register holds the PAT of Xen.',
    'vmx/vvmx.c',
    'nvmx_update_entry_control()',
  ),
  xenVmxL2Pat: xen("L2's write of PAT is live until the next exit to Xen.", 'vmx/vvmx.c', 'nvmx_update_entry_control()'),
  xenVmxL2PatOpen: xen(
    "L2 wrote PAT and then did what may have made Xen run: the PAT is L2's or again that of Xen.",
    'vmx/vvmx.c',
    'nvmx_update_entry_control()',
  ),
  xenVmxExitSaves: xen(
    "Every exit saves the register into vvmcs' GUEST_PAT, whatever L1 asked for.",
    'vmx/vvmx.c',
    'nvmx_update_exit_control()',
  ),
  xenVmxExitLoads: xen(
    'With the exit control "load IA32_PAT" L1 gets HOST_PAT, unless it is illegal.',
    'vmx/vvmx.c',
    'load_vvmcs_host_state()',
  ),
  xenVmxExitKeeps: xen('Without it L1 has its own PAT again.', 'vmx/vvmx.c', 'load_vvmcs_host_state()'),
  xenVmxHostPatRefused: xen(
    'An illegal HOST_PAT is refused silently: L1 keeps its own PAT.',
    'vmx/vvmx.c',
    'load_vvmcs_host_state()',
  ),
  xenVmxGuestPatField: xen(
    'GUEST_PAT of vvmcs holds what L1 wrote or the last exit saved.',
    'vmx/vvmx.c',
    'sync_vvmcs_guest_state()',
  ),
  xenVmxViolation: xen("L1's table does not map the frame: L1 gets an EPT violation.", 'vmx/vvmx.c', 'nept_translate_l2ga()'),
  xenVmxMisconfig: xen(
    'A present leaf of L1 of type 2, 3 or 7 is an EPT misconfiguration for L1.',
    'vmx/vvmx.c',
    'nept_translate_l2ga()',
  ),
} satisfies RuleTexts;

function acrn(sentence: string, file: string, place: string): RuleText {
  return rule(sentence, `ACRN hypervisor/arch/x86/${file}`, place, 'd61d98cf8');
}

const ACRN_RULES = {
  acrnMtrrsHidden: acrn('A build that hides the MTRRs lets their MSRs fault.', 'guest/vmsr.c', 'wrmsr_vmexit_handler()'),
  acrnMtrrcapReadOnly: acrn('A write of MTRRcap is #GP.', 'guest/vmsr.c', 'wrmsr_vmexit_handler()'),
  acrnNoPairs: acrn('There are no variable pairs: their MSRs fault.', 'guest/vmsr.c', 'wrmsr_vmexit_handler()'),
  acrnMtrrStored: acrn('A fixed range is stored, and the default type without a check.', 'guest/vmtrr.c', 'write_vmtrr()'),
  acrnMtrrRead: acrn('RDMSR returns what was stored, and of MTRRcap a constant.', 'guest/vmtrr.c', 'read_vmtrr()'),
  acrnRetyped: acrn(
    'A write that changed the default type register typed the first megabyte of the VM anew: by the fixed ranges of that vCPU, or by its default type.',
    'guest/vmtrr.c',
    'update_ept()',
  ),
  acrnRam: acrn('RAM is WB and honours the guest PAT.', 'guest/ept.c', 'ept_add_mr()'),
  acrnBar: acrn("A device's BAR is UC and honours the guest PAT.", 'guest/ept.c', 'ept_add_mr()'),
  acrnPatIllegal: acrn('A byte of PAT that holds none of the six types is #GP.', 'guest/vmsr.c', 'write_pat_msr()'),
  acrnPatStored: acrn('A legal PAT is live at once, or when CR0.CD is cleared.', 'guest/vmsr.c', 'write_pat_msr()'),
  acrnCacheDisabled: acrn('While CR0.CD=1 the PAT of the hardware is 0: all UC.', 'guest/virtual_cr.c', 'vcpu_set_cr0()'),
  acrnCr0Stored: acrn('CR0 is stored; CD is kept out of the hardware.', 'guest/virtual_cr.c', 'vcpu_set_cr0()'),
  acrnNwNeedsCd: acrn('CR0.NW=1 with CR0.CD=0 is #GP.', 'guest/virtual_cr.c', 'vcpu_set_cr0()'),
  acrnInit: acrn('INIT clears CR0.PG and leaves the other registers.', 'guest/virtual_cr.c', 'vcpu_set_cr0()'),
  acrnZap: acrn('The mapping is made again as it was.', 'guest/ept.c', 'ept_add_mr()'),
  acrnRestored: acrn('Registers come back as they were.', 'guest/vmsr.c', 'wrmsr_vmexit_handler()'),
  acrnLeafOfL1: acrn(
    "The shadow leaf is L1's with the host's address in it: type and ipat are those of L1, and ACRN's own type of the page takes no part.",
    'guest/vept.c',
    'generate_shadow_ept_entry()',
  ),
  acrnPatOpen: acrn(
    "What PAT L2 runs on and L1 comes back to was not read: L1's, or one of the fields of its VMCS.",
    'guest/vept.c',
    'generate_shadow_ept_entry()',
  ),
  acrnEntry: acrn(
    "Entries and exits pass; their PAT is told where L1's and the fields agree.",
    'guest/vept.c',
    'generate_shadow_ept_entry()',
  ),
  acrnViolation: acrn("L1's table does not map the frame: L1 gets an EPT violation.", 'guest/vept.c', 'handle_l2_ept_violation()'),
  acrnMisconfig: acrn(
    'A leaf of L1 with a type that is none is an EPT misconfiguration for L1.',
    'guest/vept.c',
    'handle_l2_ept_violation()',
  ),
} satisfies RuleTexts;

const [list, FORMAT, XEN, XEN_SVM, XEN_VMX, ACRN] = defineRules(
  'nested',
  FORMAT_RULES,
  XEN_RULES,
  XEN_SVM_RULES,
  XEN_VMX_RULES,
  ACRN_RULES,
);
export const rules = list;
export const FORMAT_RULE = FORMAT;
export const XEN_RULE = XEN;
export const XEN_SVM_RULE = XEN_SVM;
export const XEN_VMX_RULE = XEN_VMX;
export const ACRN_RULE = ACRN;
