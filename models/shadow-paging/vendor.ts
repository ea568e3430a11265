/** What differs between KVM on VMX without EPT and KVM on SVM without NPT: which PAT is live, what CR0.CD does, when devices zap. */
import { MEMORY_TYPE_NAMES } from '../contract/memory-type.js';
import { AMD, type Combination, INTEL, MTRR_TYPES, PAT_TYPES, type PatTypeName } from './combination.js';
import { FIRST_SVM_CELL, FIRST_VMX_CELL, RULE } from './rules.js';

export interface Vendor {
  /** VM_ENTRY_LOAD_IA32_PAT loads the guest's PAT; VMRUN loads G_PAT with nested paging only, so on SVM the host's stays live. */
  readonly guestPatIsLive: boolean;
  /** vmx_set_cr0() always clears CD in GUEST_CR0; svm_set_cr0() clears it under KVM_X86_QUIRK_CD_NW_CLEARED only. */
  readonly guestCdCanBeLive: boolean;
  /**
   * KVM_X86_QUIRK_IGNORE_GUEST_PAT is enabled for the VM, which is all that the zap at the start and stop of non-coherent DMA asks for.
   * Introduced by c9c1e20b4c7d; svm leaves it among kvm_caps.inapplicable_quirks. See "Contradictions" in the README.
   */
  readonly ignoreGuestPatQuirk: boolean;
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
  ignoreGuestPatQuirk: true,
  patRule: RULE.vmxPatLive,
  ...compile(INTEL, PAT_TYPES, FIRST_VMX_CELL),
};

export const SVM: Vendor = {
  guestPatIsLive: false,
  guestCdCanBeLive: true,
  ignoreGuestPatQuirk: false,
  patRule: RULE.svmPatStored,
  ...compile(AMD, ['WB'], FIRST_SVM_CELL),
};

/** The columns of a table that can be reached, and their rules, row by row. */
function compile(table: Combination, columns: readonly PatTypeName[], firstRule: number): Pick<Vendor, 'effective' | 'cellRule'> {
  const effective = new Uint8Array(64);
  const cellRule = new Uint8Array(64);
  let rule = firstRule;
  for (const mtrrType of MTRR_TYPES) {
    for (const patType of columns) {
      const index = cell(MEMORY_TYPE_NAMES.indexOf(mtrrType), MEMORY_TYPE_NAMES.indexOf(patType));
      effective[index] = MEMORY_TYPE_NAMES.indexOf(table[mtrrType][patType]);
      cellRule[index] = rule;
      rule += 1;
    }
  }
  return { effective, cellRule };
}
