/** The rules of KVM's nested VMX. */
import { defineRules, formatRule, rule, type RuleText, type RuleTexts } from '../contract/define-rules.js';

const NESTED = 'arch/x86/kvm/vmx/nested.c';
const VMX = 'arch/x86/kvm/vmx/vmx.c';

function linux(sentence: string, file: string, place: string, commit?: string): RuleText {
  return rule(sentence, `Linux ${file}`, place, commit);
}

const FORMAT = {
  registerAtStart: formatRule(
    'A scenario starts with every MTRR 0 and PAT at its reset value.',
    '"machine: what exists before the first step"',
  ),
  noBacking: formatRule('A frame that no region covers is emulated MMIO.', '"Observations: one per step and model"'),
  noPrivateMemory: formatRule('A VM on plain VMX has no private memory.'),
  noXenInterface: formatRule('I/O resources and pinned cache attributes are operations of Xen.'),
  noNestedVmx: formatRule('The machine offers its guest no VMX, so that nested operations are not applicable.'),
  deviceCounted: formatRule('A device comes or goes, and leaves are made anew by what is assigned then.'),
  noSuchDevice: formatRule('A kind of device of which none is attached cannot be detached.'),
  tooManyDevices: formatRule('At most three devices of one kind can be attached.'),
  structureWritten: formatRule("L1's VMWRITEs have no effect before the next entry."),
  structureInUse: formatRule('L1 does not run while L2 does, so that it can neither read nor write its VMCS: EBUSY.'),
  alreadyInL2: formatRule('A vCPU that is in L2 cannot enter it: EBUSY.'),
  notInL2: formatRule('A vCPU that is in L1 cannot leave L2: EINVAL.'),
  l1TableChanged: formatRule('L1 maps the frames anew, with the flush it owes, in place of what was there.'),
  backingReplaced: formatRule('The host maps the range anew.'),
  guestTablesAreItsOwn: formatRule("Under EPT INVLPG concerns the guest's own tables."),
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
  mtrrStored: linux(
    'A legal MTRR value is stored, and no leaf depends on it.',
    'arch/x86/kvm/mtrr.c',
    'kvm_mtrr_set_msr()',
    '0a7b73559b39',
  ),
  mtrrRead: linux('RDMSR returns what was stored, and of MTRRcap a constant.', 'arch/x86/kvm/mtrr.c', 'kvm_mtrr_get_msr()'),
  patReservedType: linux(
    'A byte of PAT that holds none of the six types is #GP, in L2, too.',
    VMX,
    'vmx_set_msr()',
    '4566654bb9be',
  ),
  patStored: linux('A write of PAT in L1 sets arch.pat and GUEST_IA32_PAT of vmcs01.', VMX, 'vmx_set_msr()'),
  hostMsrIllegal: linux(
    'KVM_SET_MSRS and KVM_GET_MSRS stop at an MSR or a value that the guest could not use.',
    'arch/x86/kvm/x86.c',
    'msr_io()',
  ),
  notWriteThroughNeedsCd: linux('CR0.NW=1 with CR0.CD=0 is #GP.', 'arch/x86/kvm/x86.c', 'kvm_is_valid_cr0()'),
  longModeNeedsPaging: linux('Clearing CR0.PG while 64-bit code runs is #GP.', 'arch/x86/kvm/x86.c', 'kvm_set_cr0()'),
  cr0Stored: linux('CR0 is stored; the hardware never sees CD and NW.', VMX, 'vmx_set_cr0()'),
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

const LEAVES = {
  mmioUncached: linux('Host MMIO is UC and honours the guest PAT, so that only WC weakens it.', VMX, 'vmx_get_mt_mask()'),
  ignoresPat: linux('Without non-coherent DMA a leaf is WB with ipat: the guest PAT takes no part.', VMX, 'vmx_get_mt_mask()'),
  selfSnoopHonoursPat: linux(
    'The host has self-snoop, so that a leaf is WB and honours the guest PAT.',
    VMX,
    'vmx_get_mt_mask()',
    '377b2f359d1f',
  ),
  noncoherentHonoursPat: linux('With non-coherent DMA a leaf is WB and honours the guest PAT.', VMX, 'vmx_get_mt_mask()'),
  disabledQuirkHonoursPat: linux(
    'Userspace disabled KVM_X86_QUIRK_IGNORE_GUEST_PAT: a leaf is WB and honours the guest PAT.',
    VMX,
    'vmx_get_mt_mask()',
    'c9c1e20b4c7d',
  ),
  l1LeafTypeIgnored: linux(
    "A leaf for L2 gets its type as one for L1 does: type and ipat of L1's own leaf are ignored.",
    'arch/x86/kvm/mmu/paging_tmpl.h',
    'FNAME(fetch)()',
  ),
  vmcs01KeepsPat: linux(
    'An exit without "load IA32_PAT" leaves arch.pat at the value of L2 and GUEST_IA32_PAT of vmcs01 at the old one of L1, which is live.',
    NESTED,
    'load_vmcs12_host_state()',
  ),
  l1LeafAbsent: linux("L1's table does not map the frame: L1 gets an EPT violation.", NESTED, 'nested_ept_inject_page_fault()'),
  l1LeafMisconfigured: linux(
    'A present leaf of L1 of type 2, 3 or 7 is reserved: L1 gets an EPT misconfiguration.',
    NESTED,
    'nested_ept_inject_page_fault()',
  ),
} satisfies RuleTexts;

const PAT_OF_L2 = {
  entryLoadsPat: linux(
    'With "load IA32_PAT" the entry sets arch.pat and GUEST_IA32_PAT of vmcs02 to vmcs12\'s.',
    NESTED,
    'prepare_vmcs02()',
  ),
  entryKeepsPat: linux('Without "load IA32_PAT" L2 starts with arch.pat as L1 left it.', NESTED, 'prepare_vmcs02()'),
  guestPatIllegal: linux(
    'With "load IA32_PAT" an illegal GUEST_IA32_PAT fails the entry as an exit for invalid guest state.',
    NESTED,
    'nested_vmx_check_guest_state()',
  ),
  hostPatIllegal: linux(
    'With the exit control "load IA32_PAT" an illegal HOST_IA32_PAT fails the entry for invalid host state.',
    NESTED,
    'nested_vmx_check_host_state()',
  ),
  l2WritesPat: linux("L2's write of PAT sets arch.pat and GUEST_IA32_PAT of vmcs02.", VMX, 'vmx_set_msr()'),
  l2WriteIsSaved: linux(
    'With "save IA32_PAT" a write of L2 is stored into GUEST_IA32_PAT of vmcs12 at once.',
    VMX,
    'vmx_set_msr()',
  ),
  exitSavesNothing: linux(
    'No exit saves the PAT: despite "save IA32_PAT" GUEST_IA32_PAT of vmcs12 holds what L1 wrote until L2 writes PAT.',
    NESTED,
    'sync_vmcs02_to_vmcs12()',
  ),
  guestPatField: linux('GUEST_IA32_PAT of vmcs12 holds what L1 wrote.', NESTED, 'sync_vmcs02_to_vmcs12()'),
  exitLoadsPat: linux(
    'With the exit control "load IA32_PAT" an exit sets arch.pat and vmcs01 to HOST_IA32_PAT.',
    NESTED,
    'load_vmcs12_host_state()',
  ),
  exitKeepsPat: linux('Without it an exit leaves arch.pat at the last value of L2.', NESTED, 'load_vmcs12_host_state()'),
  hostReadsPat: linux('KVM_GET_MSRS gives arch.pat, which is of the mode that runs.', VMX, 'vmx_get_msr()'),
  stateRestored: linux(
    'Registers come back after the nested state, by writes in the mode of the vCPU.',
    NESTED,
    'vmx_set_nested_state()',
  ),
} satisfies RuleTexts;

const [list, numbers] = defineRules('nested-vmx', { ...FORMAT, ...REGISTERS, ...LEAVES, ...PAT_OF_L2 });
export const rules = list;
export const RULE = numbers;
