/**
 * The nested PAT bits of a guest MTRR type. Linux v4.2 arch/x86/kvm/svm.c, build_mtrr2protval(), fallback_mtrr_type(): of the host's PAT
 * the first entry that has the type; a type that the host's PAT lacks falls back to another.
 */
import { type RegisterType, UC, UC_MINUS, WB, WC, WP, WT } from '../contract/memory-type.js';

/** Linux 4.2 on a CPU with full PAT: WB WC UC- UC WB WC UC- WT. There is no WP. */
export const HOST_PAT: readonly RegisterType[] = [WB, WC, UC_MINUS, UC, WB, WC, UC_MINUS, WT];

/** fallback_mtrr_type(): WT becomes UC, WP becomes UC-; that another type is missing is a BUG(). */
function fallback(type: RegisterType): RegisterType {
  return type === WT ? UC : UC_MINUS;
}

function firstIndex(type: RegisterType): number {
  const index = HOST_PAT.indexOf(type);
  return index >= 0 ? index : HOST_PAT.indexOf(fallback(type));
}

/** mtrr2protval[]: PAT index by MTRR type. Types 2 and 3 keep the zero of the array. */
const INDEX_BY_MTRR_TYPE = new Uint8Array(7);
for (const type of [UC, WC, WT, WP, WB] as const) INDEX_BY_MTRR_TYPE[type] = firstIndex(type);

/** Host PAT type that the nested leaf for a guest MTRR type (0 to 6) selects. */
export function nestedTypeOf(mtrrType: number): RegisterType {
  return HOST_PAT[INDEX_BY_MTRR_TYPE[mtrrType]];
}
