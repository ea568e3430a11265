/** MSR numbers and their names in the SDM ("MTRRs", "IA32_PAT MSR"). Words only: what a write means is each model's own reading. */
export const MTRRCAP = 0xfe;
export const PAT = 0x277;
export const DEF_TYPE = 0x2ff;
export const PHYSBASE0 = 0x200;
export const PHYSMASK0 = 0x201;
export const FIX64K_00000 = 0x250;
export const FIX16K_80000 = 0x258;
export const FIX16K_A0000 = 0x259;
export const FIX4K_C0000 = 0x268;
export const FIX4K_F8000 = 0x26f;

/** PAT after reset, in halves: WB WT UC- UC WB WT UC- UC. */
export const PAT_RESET_HI = 0x00070406;
export const PAT_RESET_LO = 0x00070406;

/** The SDM's name of an MSR that a scenario may name, or null. `PHYSBASE8` and above are absent pairs: VCNT is 8. */
export function msrName(msr: number): string | null {
  if (msr === MTRRCAP) return 'MTRRcap';
  if (msr === PAT) return 'PAT';
  if (msr === DEF_TYPE) return 'MTRRdefType';
  if (msr >= 0x200 && msr <= 0x21f) return `${msr % 2 === 0 ? 'MTRRphysBase' : 'MTRRphysMask'}${Math.floor((msr - 0x200) / 2)}`;
  if (msr === FIX64K_00000) return 'MTRRfix64K_00000';
  if (msr === FIX16K_80000) return 'MTRRfix16K_80000';
  if (msr === FIX16K_A0000) return 'MTRRfix16K_A0000';
  if (msr >= FIX4K_C0000 && msr <= FIX4K_F8000) {
    return `MTRRfix4K_${(0xc0000 + (msr - FIX4K_C0000) * 0x8000).toString(16).toUpperCase()}`;
  }
  return null;
}
