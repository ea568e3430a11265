/** Names of registers for readable states. */
import { DEF_TYPE, FIX16K_80000, FIX16K_A0000, FIX4K_C0000, FIX64K_00000, msrName, PHYSBASE0 } from '../contract/msr.js';

const numbers = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

export const FIXED_MSRS = [FIX64K_00000, FIX16K_80000, FIX16K_A0000, ...numbers(FIX4K_C0000, 8)];
const named = (msr: number) => [msr, msrName(msr) ?? ''] as const;
/** All that are not constant, MTRRdefType first. */
export const MTRR_NAMES = [DEF_TYPE, ...FIXED_MSRS, ...numbers(PHYSBASE0, 16)].map(named);
export const FIXED_NAMES = [DEF_TYPE, ...FIXED_MSRS].map(named);
