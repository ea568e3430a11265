/** Every rule of this folder: its number in observations, id, sentence and source. */
import { defineRules, formatRule, rule, type RuleText, withClauses } from '../contract/define-rules.js';

const PGM = 'VirtualBox, PGMAllBth.h';
const MSRS = 'VirtualBox, CPUMAllMsrs.cpp';
const SVM = 'VirtualBox, HMSVMR0.cpp';
const SDM = 'Intel SDM vol. 3';
const GPAT = 'g_pat of the VMCB, 0x0006060606060606';

const NESTED = {
  gpatWriteBack: rule('The PAT of the VMCB is never the guest its own: every index but 7 is WB.', SVM, GPAT),
};

const CLAUSES = {
  pagingOff: {
    ...rule('With CR0.PG=0 the guest PAT counts as WB.', 'AMD APM vol. 2', '"Combining Memory Types, MTRRs"'),
    kind: 'clause',
  } satisfies RuleText,
};

export const [rules, RULE, , UNPAGED] = defineRules(
  'virtualbox',
  {
    ...NESTED,
    ramWriteBackIpat: rule('An EPT leaf of RAM is WB and ignores the guest PAT.', PGM, 'EPT entries of RAM and of monitored pages'),
    gpatIndex7Uncached: rule('Index 7 of the PAT in the VMCB is UC, whatever the guest wrote.', SVM, GPAT),
    noPassthrough: rule('Device memory is not passed through: an access of it exits to the emulated device.', PGM, 'MMIO pages'),
    frameWithoutBacking: rule('A frame without memory is emulated.', PGM, 'MMIO pages, none registered'),
    registerAtStart: rule('A register that was never written has the value of a vCPU just created.', MSRS, 'initial values'),
    mtrrcapZero: rule('MTRRCAP reads 0: no variable range, no fixed range, no WC.', MSRS, 'read of MTRRCAP'),
    mtrrcapReadOnly: rule('A write of MTRRCAP faults, as it is read-only.', SDM, '"MTRR Feature Identification"'),
    defTypeReservedType: rule('MTRRdefType whose low byte is no MTRR type faults.', MSRS, 'write of MTRRdefType'),
    defTypeStored: rule('MTRRdefType is stored with all other bits unchecked, and decides nothing.', MSRS, 'write of MTRRdefType'),
    fixedReservedType: rule('A fixed-range MTRR with a byte that is no MTRR type faults.', MSRS, 'write of a fixed range'),
    fixedStored: rule('A fixed-range MTRR is stored and decides nothing.', MSRS, 'write of a fixed range'),
    baseReservedType: rule('A variable base whose low byte is no MTRR type faults.', MSRS, 'write of a variable base'),
    variableReservedBits: rule('A variable base or mask with a bit from MAXPHYADDR on faults.', MSRS, 'write of a variable pair'),
    variableDropped: rule('A legal write of a variable pair is accepted and dropped.', MSRS, 'write of a variable pair'),
    variableReadsZero: rule('A variable pair reads 0.', MSRS, 'read of a variable pair'),
    variableStored: rule(
      'A variable pair is stored, as newer releases are said to do, and decides nothing.',
      MSRS,
      'storage of variable pairs',
    ),
    absentPair: rule('A pair behind the eighth is taken to fault.', MSRS, 'table of MSR ranges'),
    absentPairIgnored: rule(
      'A pair behind the eighth is taken to read 0 and to drop a write.',
      MSRS,
      'table of MSR ranges, ignored',
    ),
    patReservedType: rule('PAT with a byte that is no PAT type faults.', MSRS, 'write of PAT'),
    patStored: rule('A legal PAT is stored and reads back; the guest does not run on it.', MSRS, 'write of PAT'),
    notWriteThroughNeedsCd: rule('CR0.NW=1 with CR0.CD=0 faults.', SDM, '"Cache Control Registers and Bits"'),
    longModeKeepsPaging: rule('Clearing CR0.PG in 64-bit code faults.', 'Intel SDM vol. 2', '"MOV-Move to/from Control Registers"'),
    cr0Stored: rule('The guest reads its own CR0; CD and NW are clear in the hardware.', SVM, 'guest CR0'),
    initKeepsRegisters: rule('INIT clears CR0.PG and leaves CD, NW, MTRRs and PAT.', SDM, '"Processor State After Reset"'),
    invlpgIsTheGuests: rule(
      'The guest tables are its own: rewriting an entry concerns no leaf of the VM.',
      PGM,
      'EPT entries of RAM',
    ),
    deviceCounted: rule('A device that comes or goes changes no memory type.', PGM, 'MMIO pages'),
    tooManyDevices: formatRule('There are at most three devices of one kind.', '"steps", attach-device'),
    noSuchDevice: formatRule('No device of this kind is attached.', '"steps", detach-device'),
    ioResourcesWithoutEffect: formatRule('I/O capabilities have no counterpart here and no effect.', '"steps", set-io-resources'),
    hostZaps: rule(
      'The host drops its mappings, and the next access makes them again by the same rule.',
      PGM,
      'EPT entries of RAM',
    ),
    backingReplaced: formatRule('The range gets another backing.', '"steps", set-backing'),
    registersRestored: formatRule('Every register comes back as it was.', '"steps", save-restore'),
  },
  CLAUSES,
  withClauses(NESTED, 'pagingOff'),
);
