/** What differs between KVM on VMX without EPT and KVM on SVM without NPT: which PAT is live, and what CR0.CD does. */
import { MEMORY_TYPE_NAMES } from '../contract/memory-type.js';
import { AMD, type Combination, INTEL, MTRR_TYPES, type MtrrTypeName, PAT_TYPES, type PatTypeName } from './combination.js';
import { CELL_RULE, RULE, svmCellName, vmxCellName } from './rules.js';

export interface Vendor {
  /** VM_ENTRY_LOAD_IA32_PAT loads the guest's PAT; VMRUN loads G_PAT with nested paging only, so on SVM the host's stays live. */
  readonly guestPatIsLive: boolean;
  /** vmx_set_cr0() always clears CD in GUEST_CR0; svm_set_cr0() clears it under KVM_X86_QUIRK_CD_NW_CLEARED only. */
  readonly guestCdCanBeLive: boolean;
  /** Rule of an accepted PAT write. */
  readonly patRule: number;
  /** Effective type and rule of each cell that can be reached, at `cell(mtrr, pat)`. */
  readonly effective: Uint8Array;
  readonly cellRule: Uint8Array;
}

/** Index of a cell by the encodings of the host MTRR type and of the selected PAT entry. */
export function cell(mtrrType: number, patType: number): number {
  return mtrrType * 8 + patType;
}

export const VMX: Vendor = {
  guestPatIsLive: true,
  guestCdCanBeLive: false,
  patRule: RULE.vmxPatLive,
  ...compile(INTEL, PAT_TYPES, vmxCellName),
};

export const SVM: Vendor = {
  guestPatIsLive: false,
  guestCdCanBeLive: true,
  patRule: RULE.svmPatStored,
  ...compile(AMD, ['WB'], svmCellName),
};

/** The columns of a table that can be reached, and their rules. */
function compile(
  table: Combination,
  columns: readonly PatTypeName[],
  nameOf: (mtrr: MtrrTypeName, pat: PatTypeName) => string,
): Pick<Vendor, 'effective' | 'cellRule'> {
  const effective = new Uint8Array(64);
  const cellRule = new Uint8Array(64);
  for (const mtrrType of MTRR_TYPES) {
    for (const patType of columns) {
      const index = cell(MEMORY_TYPE_NAMES.indexOf(mtrrType), MEMORY_TYPE_NAMES.indexOf(patType));
      effective[index] = MEMORY_TYPE_NAMES.indexOf(table[mtrrType][patType]);
      cellRule[index] = CELL_RULE[nameOf(mtrrType, patType)];
    }
  }
  return { effective, cellRule };
}
