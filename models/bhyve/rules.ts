/** Every rule of this folder: its number in observations, id, sentence and source. */
import { defineRules, formatRule, rule, type RuleText, withClauses } from '../contract/define-rules.js';

const MEM = 'FreeBSD sys/amd64/vmm/vmm_mem_machdep.c';
const PMAP = 'FreeBSD sys/amd64/amd64/pmap.c';
const X86 = 'FreeBSD sys/amd64/vmm/x86.c';
const VMX = 'FreeBSD sys/amd64/vmm/intel/vmx.c';
const SVM = 'FreeBSD sys/amd64/vmm/amd/svm.c';
const APM = 'AMD APM vol. 2';
const COMBINING = '"Combining Memory Types, MTRRs"';
const EPT_BITS = 'EPT_PG_IGNORE_PAT in the entries of a pmap of type PT_EPT';
const clause = (...source: Parameters<typeof rule>): RuleText => ({ ...rule(...source), kind: 'clause' });

const NESTED = {
  ramNested: rule(
    'A nested entry of RAM selects WB in the host PAT; the guest PAT and the host MTRR decide with it.',
    MEM,
    'VM_MEMATTR_WRITE_BACK of the memory segments',
  ),
  barNested: rule(
    'A nested entry of a BAR selects UC in the host PAT, which leaves the guest UC and WC alone.',
    MEM,
    'vmm_mmio_alloc(), VM_MEMATTR_UNCACHEABLE',
    'bc0f7b939c59',
  ),
};

const CLAUSES = {
  pagingOff: clause('With CR0.PG=0 there is no guest entry and the guest PAT counts as WB.', APM, COMBINING),
};

export const [rules, RULE, , UNPAGED] = defineRules(
  'bhyve',
  {
    ...NESTED,
    ramWriteBackIpat: rule('An EPT leaf of RAM is WB and ignores the guest PAT.', PMAP, EPT_BITS),
    barUncachedIpat: rule(
      'An EPT leaf of a BAR is UC and ignores the guest PAT, so that no mapping of the guest is WC.',
      MEM,
      'vmm_mmio_alloc(), VM_MEMATTR_UNCACHEABLE',
      'bc0f7b939c59',
    ),
    cdOfSvmIsOpen: rule(
      'Whether a CR0.CD of the guest reaches the processor under SVM is open: the caches are disabled, or nothing changes.',
      SVM,
      'intercepts of CR0 writes',
    ),
    frameWithoutBacking: rule('A frame without a memory segment and without a BAR is emulated.', MEM, 'lookup of a memory segment'),
    registerAtStart: rule('A register that was never written has the value of a vCPU just created.', X86, 'struct vm_mtrr'),
    mtrrReadsZero: rule('Before FreeBSD 13 every MTRR reads 0.', X86, 'MSR emulation before vm_rdmtrr()'),
    mtrrWriteDropped: rule(
      'Before FreeBSD 13 a write of an MTRR is accepted and dropped.',
      X86,
      'MSR emulation before vm_wrmtrr()',
    ),
    mtrrcapTenPairs: rule('MTRRCAP reads as 0x50a: ten variable ranges, fixed ranges, WC.', X86, 'vm_rdmtrr()'),
    mtrrcapReadOnly: rule('A write of MTRRCAP faults.', X86, 'vm_wrmtrr()'),
    mtrrsHidden: rule(
      'Without MTRRs in CPUID the guest has none of their registers.',
      'Intel SDM vol. 3',
      '"MTRR Feature Identification"',
    ),
    absentPair: rule(
      'A variable pair behind the last one takes the error path, which is taken to end in a fault.',
      X86,
      'vm_rdmtrr(), vm_wrmtrr()',
    ),
    absentPairIgnored: rule(
      'A variable pair behind the last one is left to user space, which reads 0 and drops a write.',
      X86,
      'vm_rdmtrr(), vm_wrmtrr()',
    ),
    defTypeReservedBits: rule('A bit of MTRRdefType outside E, FE and the type byte faults.', X86, 'vm_wrmtrr()'),
    defTypeStored: rule('MTRRdefType is stored, whatever its type byte, and decides nothing.', X86, 'vm_wrmtrr()'),
    fixedStored: rule('A fixed-range MTRR is stored, whatever its bytes, and decides nothing.', X86, 'vm_wrmtrr()'),
    baseReservedBits: rule('Bits 11:8 of a variable base, and those from MAXPHYADDR on, fault.', X86, 'vm_wrmtrr()'),
    maskReservedBits: rule('Bits 10:0 of a variable mask, and those from MAXPHYADDR on, fault.', X86, 'vm_wrmtrr()'),
    variableStored: rule('A variable-range MTRR is stored, whatever its type, and decides nothing.', X86, 'vm_wrmtrr()'),
    patReservedType: rule('PAT with a byte that is no PAT type faults.', X86, 'PAT check of the MSR emulation'),
    patStored: rule('A legal PAT is stored for the vCPU and reads back.', VMX, 'guest_msrs'),
    notWriteThroughNeedsCd: rule('CR0.NW=1 with CR0.CD=0 faults.', 'Intel SDM vol. 3', '"Cache Control Registers and Bits"'),
    longModeKeepsPaging: rule('Clearing CR0.PG in 64-bit code faults.', 'Intel SDM vol. 2', '"MOV-Move to/from Control Registers"'),
    cr0Stored: rule(
      'The guest reads its own CR0; under VMX the CD and NW of hardware stay clear.',
      VMX,
      'CR0 fixed masks and shadow',
    ),
    initKeepsCdNw: rule(
      'INIT clears CR0.PG and leaves CD, NW, MTRRs and PAT.',
      'Intel SDM vol. 3',
      '"Processor State After Reset"',
    ),
    invlpgIsTheGuests: rule('The guest tables are its own: rewriting an entry concerns no nested mapping.', PMAP, EPT_BITS),
    deviceCounted: rule('A device that comes or goes changes no memory type.', MEM, 'vmm_mmio_alloc()', 'bc0f7b939c59'),
    tooManyDevices: formatRule('There are at most three devices of one kind.', '"steps", attach-device'),
    noSuchDevice: formatRule('No device of this kind is attached.', '"steps", detach-device'),
    ioResourcesWithoutEffect: formatRule('I/O capabilities have no counterpart here and no effect.', '"steps", set-io-resources'),
    hostZaps: rule('The host drops its mappings, and the next access makes them again by the same rule.', PMAP, EPT_BITS),
    backingReplaced: formatRule('The range gets another backing.', '"steps", set-backing'),
    registersRestored: formatRule('Every register comes back as it was.', '"steps", save-restore'),
  },
  CLAUSES,
  withClauses(NESTED, 'pagingOff'),
);
