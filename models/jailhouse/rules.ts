/** Every rule of this folder: its number in observations, id, sentence and source. */
import { defineRules, formatRule, rule, type RuleText, withClauses } from '../contract/define-rules.js';

/** The commit that was read. */
const at = (file: string) => `Jailhouse at e57d1eff, ${file}`;
const VCPU = at('vcpu.c');
const VMX = at('vmx.c');
const SVM = at('svm.c');
const SDM = 'Intel SDM vol. 3';

const LEAF = {
  leafWriteBack: rule(
    'Every leaf is WB and honours the guest PAT, that of device memory too: types are left to the guest PAT alone.',
    VMX,
    'memory type of EPT entries',
  ),
  nestedWriteBack: rule(
    'Every nested entry selects entry 0 of the host PAT, which is WB; the guest PAT and the host MTRR decide with it.',
    SVM,
    'PAT of the hypervisor, 0x070106',
  ),
};

const CLAUSES = {
  pagingOff: {
    ...rule('With CR0.PG=0 the PAT contributes WB.', SDM, '"Memory Type Used for Translated Guest-Physical Addresses"'),
    kind: 'clause',
  } satisfies RuleText,
};

export const [rules, RULE, , UNPAGED] = defineRules(
  'jailhouse',
  {
    ...LEAF,
    mtrrsDisabledPatUncached: rule('While MTRRdefType.E=0 the live PAT is all UC.', VCPU, 'write of MTRRdefType'),
    cdIsLive: rule('Under SVM CR0.CD of the guest reaches the processor, which then caches nothing.', SVM, 'CR0 of the VMCB'),
    frameWithoutBacking: rule('A frame in no region of the cell is emulated.', VCPU, 'handling of MMIO'),
    defTypeStored: rule(
      'Of MTRRdefType the bit E acts: it puts the guest PAT live or all UC in its place.',
      VCPU,
      'write of MTRRdefType',
    ),
    registerAtStart: rule(
      'The register has the value of a vCPU reset: PAT its reset value, MTRRdefType 0.',
      VCPU,
      'reset of a vCPU',
    ),
    otherMtrrRead: rule(
      'A cell is not offered this register, and what a read of it answers was not read.',
      VCPU,
      'handling of MSR reads',
    ),
    otherMtrrFaults: rule(
      'A cell is not offered this register, so a write of it is taken to fault.',
      VCPU,
      'handling of MSR writes',
    ),
    otherMtrrDropped: rule(
      'A cell is not offered this register, so a write of it is taken to be dropped.',
      VCPU,
      'handling of MSR writes, dropped',
    ),
    patStopsTheCell: rule('PAT with a byte that is no PAT type stops the cell.', VCPU, 'write of PAT'),
    patStored: rule('A legal PAT is stored, and live while MTRRdefType.E=1.', VCPU, 'write of PAT'),
    notWriteThroughNeedsCd: rule('CR0.NW=1 with CR0.CD=0 faults.', SDM, '"Cache Control Registers and Bits"'),
    longModeKeepsPaging: rule('Clearing CR0.PG in 64-bit code faults.', 'Intel SDM vol. 2', '"MOV-Move to/from Control Registers"'),
    cr0Stored: rule('The guest reads its own CR0; VMX keeps CD and NW out of the hardware, SVM NW alone.', VMX, 'write of CR0'),
    initKeepsRegisters: formatRule('INIT clears CR0.PG; MTRRs and PAT stay.', '"steps", init'),
    invlpgIsTheGuests: rule(
      'The guest tables are its own: rewriting an entry concerns no leaf of the cell.',
      VCPU,
      'handling of MMIO',
    ),
    registersRestored: formatRule('Every register comes back as it was.', '"steps", save-restore'),
    cellIsStatic: rule(
      'A cell has what its configuration lists: no device comes or goes, and no memory is taken back.',
      VCPU,
      'configuration of a cell',
    ),
  },
  CLAUSES,
  withClauses(LEAF, 'pagingOff'),
);
