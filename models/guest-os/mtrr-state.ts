/** What the boot processor's MTRRs hold, read once. Linux arch/x86/kernel/cpu/mtrr/generic.c, get_mtrr_state(). */
import type { GuestPlatform, GuestSubject } from '../contract/guest-os.js';
import { DEF_TYPE, FIX16K_80000, FIX16K_A0000, FIX4K_C0000, FIX64K_00000, MTRRCAP, PHYSBASE0, PHYSMASK0 } from '../contract/msr.js';
import { type Halves, read, write } from './register.js';

const SYSCFG = 0xc0010010;
const TOP_MEM2 = 0xc001001d;
/** SYSCFG: MtrrFixDramModEn, MtrrTom2En, Tom2ForceMemTypeWB. */
const FIXED_DRAM_MODIFY = 1 << 19;
const TOP_MEM2_IS_WRITE_BACK = (1 << 21) | (1 << 22);
const FIX_SUPPORTED = 0x100;

/** In the order in which they are read and written. */
export const FIXED_MSRS: readonly number[] = [
  FIX64K_00000,
  FIX16K_80000,
  FIX16K_A0000,
  ...Array.from({ length: 8 }, (_, index) => FIX4K_C0000 + index),
];

export interface VariablePair {
  readonly base: Halves;
  readonly mask: Halves;
}

export interface MtrrState {
  readonly pairs: readonly VariablePair[];
  /** As FIXED_MSRS; empty where MTRRCAP has no fixed ranges. */
  readonly fixed: readonly Halves[];
  readonly defaultType: number;
  /** MTRRdefType bit 11. */
  readonly isEnabled: boolean;
  /** MTRRdefType bit 10. */
  readonly fixedEnabled: boolean;
  /** First 4 KiB frame that is not WB by TOP_MEM2; 0: it says nothing. */
  readonly topFrame: number;
}

export function readMtrrState(subject: GuestSubject, { vendor }: GuestPlatform): MtrrState {
  const { lo: capabilities } = read(subject, 0, MTRRCAP);
  const pairs = Array.from({ length: capabilities & 0xff }, (_, pair) => ({
    base: read(subject, 0, PHYSBASE0 + 2 * pair),
    mask: read(subject, 0, PHYSMASK0 + 2 * pair),
  }));
  const hasFixed = (capabilities & FIX_SUPPORTED) !== 0;
  if (hasFixed && vendor === 'amd') hideFixedDramBits(subject, 0);
  const fixed = hasFixed ? FIXED_MSRS.map((msr) => read(subject, 0, msr)) : [];
  const { lo } = read(subject, 0, DEF_TYPE);
  const topFrame = vendor === 'amd' ? readTopFrame(subject) : 0;
  return { pairs, fixed, defaultType: lo & 0xff, isEnabled: (lo & 0x800) !== 0, fixedEnabled: (lo & 0x400) !== 0, topFrame };
}

/** The firmware left the RdMem and WrMem bits of fixed ranges visible. Linux: k8_check_syscfg_dram_mod_en(). */
export function hideFixedDramBits(subject: GuestSubject, vcpu: number): void {
  const { hi, lo } = read(subject, vcpu, SYSCFG);
  if ((lo & FIXED_DRAM_MODIFY) !== 0) write(subject, vcpu, SYSCFG, { hi, lo: (lo & ~FIXED_DRAM_MODIFY) >>> 0 });
}

function readTopFrame(subject: GuestSubject): number {
  if ((read(subject, 0, SYSCFG).lo & TOP_MEM2_IS_WRITE_BACK) !== TOP_MEM2_IS_WRITE_BACK) return 0;
  const { hi, lo } = read(subject, 0, TOP_MEM2);
  return hi * 2 ** 20 + (lo >>> 12);
}
