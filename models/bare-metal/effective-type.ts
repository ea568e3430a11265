/** The shape of the vendors' tables "effective memory type by MTRR and PAT". Each vendor's table is typed in a file of its own. */
import { type EffectiveType, MEMORY_TYPE_NAMES, type RegisterType } from '../contract/memory-type.js';
import type { RuleText } from '../contract/define-rules.js';

/** A memory type that an MTRR can hold: the rows, in the manuals' order. */
export const MTRR_NAMES = ['UC', 'WC', 'WT', 'WP', 'WB'] as const;
export type MtrrName = (typeof MTRR_NAMES)[number];

/** A memory type that a PAT entry can hold: the columns. */
export const PAT_NAMES = ['UC', 'UC-', 'WC', 'WT', 'WP', 'WB'] as const;
export type PatName = (typeof PAT_NAMES)[number];

export type EffectiveName = MtrrName | 'CD';

/** One cell of a table. Each is a rule of its own: the table is what bare metal decides by. */
export interface Cell {
  readonly mtrr: MtrrName;
  readonly pat: PatName;
  readonly effective: EffectiveName;
  /** Its rule, without what gave the MTRR type. */
  readonly rule: RuleText;
}

/** Encoding of a type in an MTRR or a PAT entry. */
export function registerType(name: PatName): RegisterType {
  return MEMORY_TYPE_NAMES.indexOf(name) as RegisterType;
}

/** Encoding of a type in an observation. */
export function effectiveType(name: EffectiveName): EffectiveType {
  return MEMORY_TYPE_NAMES.indexOf(name) as EffectiveType;
}

export type VendorName = 'intel' | 'amd';

/** `intel-mtrr-wb-pat-uc-minus`. */
export function cellName(vendor: VendorName, mtrr: MtrrName, pat: PatName): string {
  const column = pat === 'UC-' ? 'uc-minus' : pat.toLowerCase();
  return `${vendor}-mtrr-${mtrr.toLowerCase()}-pat-${column}`;
}
