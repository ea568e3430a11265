/** Every rule of this folder: its number in observations, id, sentence and source. */
import { defineRules, formatRule, rule, type RuleText, withClauses } from '../contract/define-rules.js';

/** The commit that was read. */
const at = (file: string) => `ACRN hypervisor at d61d98cf8, ${file}`;
const MTRR = at('vmtrr.c');
const MSR = at('vmsr.c');
const CR = at('virtual_cr.c');
const EPT = at('ept.c');
const SDM = 'Intel SDM vol. 3';
const DEF_TYPE_WRITE = 'write of IA32_MTRR_DEF_TYPE';

const LEAF = {
  ramWriteBack: rule('An EPT leaf of RAM is WB and honours the guest PAT.', at('hypercall.c'), 'memory type of a region'),
  barUncached: rule(
    'An EPT leaf of a BAR is UC and honours the guest PAT, so that a WC mapping of the guest is WC.',
    at('pci_pt.c'),
    'mapping of a BAR',
  ),
  lowDefaultType: rule(
    'Below 1 MiB the leaf has the default type, since a write of MTRRdefType left E or FE clear, whatever E says.',
    MTRR,
    DEF_TYPE_WRITE,
  ),
  lowFixedRange: rule(
    'Below 1 MiB the leaf has the type of its fixed range as of the last write that changed MTRRdefType, by the registers of the vCPU that wrote.',
    MTRR,
    DEF_TYPE_WRITE,
  ),
};

const CLAUSES = {
  pagingOff: {
    ...rule(
      'With CR0.PG=0 the PAT contributes WB, so the EPT type decides.',
      SDM,
      '"Memory Type Used for Translated Guest-Physical Addresses"',
    ),
    kind: 'clause',
  } satisfies RuleText,
};

export const [rules, RULE, , UNPAGED] = defineRules(
  'acrn',
  {
    ...LEAF,
    cdMakesPatUncached: rule(
      'While CR0.CD=1 the PAT of the hardware is all UC, and CD itself stays clear.',
      CR,
      'write of CR0, CD set',
    ),
    frameWithoutBacking: rule('A frame that the EPT does not map is emulated.', EPT, 'EPT violation'),
    defTypeAtStart: rule('MTRRdefType starts as 0xc00: E and FE set, UC.', MTRR, 'initial values'),
    fixedAtStart: rule('Every fixed range of a VM that is not the Service VM starts as WB.', MTRR, 'initial values'),
    patAtStart: rule('PAT starts with its reset value.', MSR, 'initial value of PAT'),
    mtrrcapFixedOnly: rule('MTRRCAP reads as 0x100: fixed ranges, no variable range, no WC.', MTRR, 'capability'),
    mtrrcapReadOnly: rule('A write of MTRRCAP faults.', MTRR, 'capability'),
    mtrrsHidden: rule('With MTRRs hidden by the build option each of their registers faults.', MSR, 'MTRR MSRs, hide option'),
    noVariablePairs: rule('There is no variable pair: the register faults.', MTRR, 'capability'),
    defTypeChanged: {
      ...rule('A write that changes MTRRdefType types the first megabyte of the EPT of all vCPUs anew.', MTRR, DEF_TYPE_WRITE),
      kind: 'zap',
    },
    defTypeUnchanged: {
      ...rule('A write of MTRRdefType that changes nothing types nothing anew.', MTRR, DEF_TYPE_WRITE),
      kind: 'no-zap',
    },
    fixedWriteTypesNothing: {
      ...rule('A write of a fixed range types nothing until MTRRdefType changes.', MTRR, 'write of a fixed range'),
      kind: 'no-zap',
    },
    defTypeStored: rule('MTRRdefType is stored without any check.', MTRR, DEF_TYPE_WRITE),
    fixedStored: rule('A fixed range is stored without any check.', MTRR, 'write of a fixed range'),
    patReservedType: rule('PAT with a byte that is no PAT type faults.', MSR, 'write of IA32_PAT'),
    patStored: rule('A legal PAT is live at once.', MSR, 'write of IA32_PAT'),
    patWaitsForCd: rule(
      'A legal PAT is stored and reads back, and is live when CR0.CD is cleared.',
      MSR,
      'write of IA32_PAT, CD set',
    ),
    notWriteThroughNeedsCd: rule('CR0.NW=1 with CR0.CD=0 faults.', CR, 'write of CR0'),
    longModeKeepsPaging: rule('Clearing CR0.PG in 64-bit code faults.', 'Intel SDM vol. 2', '"MOV-Move to/from Control Registers"'),
    cr0Stored: rule('The guest reads the CR0 that it wrote; NW alone does nothing.', CR, 'write of CR0'),
    initKeepsRegisters: rule('INIT clears CR0.PG and leaves CD, NW, MTRRs and PAT.', at('vm.c'), 'reset of a vCPU'),
    invlpgIsTheGuests: rule('The guest tables are its own: rewriting an entry concerns no EPT leaf.', EPT, 'EPT violation'),
    deviceCounted: rule('A device that comes or goes changes no memory type.', at('pci_pt.c'), 'assignment of a device'),
    tooManyDevices: formatRule('There are at most three devices of one kind.', '"steps", attach-device'),
    noSuchDevice: formatRule('No device of this kind is attached.', '"steps", detach-device'),
    ioResourcesWithoutEffect: formatRule('I/O capabilities have no counterpart here and no effect.', '"steps", set-io-resources'),
    noPins: formatRule('No cache attributes are pinned: the operation is one of Xen.', '"steps", pin-cacheattr'),
    hostZaps: rule('The range is mapped again with the types that it had.', EPT, 'modification of a range'),
    backingReplaced: rule(
      'The range is mapped anew, with the type of what is behind it.',
      at('hypercall.c'),
      'memory type of a region',
    ),
    registersRestored: formatRule(
      'Regions come back as at the start; then fixed ranges, MTRRdefType, PAT and CR0 are written vCPU by vCPU.',
      '"steps", save-restore',
    ),
  },
  CLAUSES,
  withClauses(LEAF, 'pagingOff'),
);
