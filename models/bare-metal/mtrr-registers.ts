/**
 * The MTRR MSRs of one logical processor: what they hold and which writes fault. Intel SDM vol. 3, "MTRRs"; AMD APM vol. 2,
 * "MTRRs". Hardware checks no more than this: neither that a mask is contiguous nor that a base is aligned to its mask.
 */
import type { Gfn } from '../contract/address.js';
import { ModelDefect } from '../contract/defect.js';
import type { Machine } from '../contract/machine.js';
import { UC, WB, WC, WP, WT } from '../contract/memory-type.js';
import {
  DEF_TYPE,
  FIX4K_C0000,
  FIX4K_F8000,
  FIX16K_80000,
  FIX16K_A0000,
  FIX64K_00000,
  MTRRCAP,
  PHYSBASE0,
} from '../contract/msr.js';
import type { Value64 } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { bytesAreIn, loadHalf, storeHalf } from './byte-register.js';
import type { Vendor } from './vendor.js';

/** The largest MTRRCAP.VCNT of the scenario format. */
export const MOST_PAIRS = 10;
/** MTRRCAP: FIX, WC; VCNT below. */
const CAP = 0x500;
/** The last MSR number kept for variable ranges. */
const LAST_PHYSMASK = 0x21f;

/** MTRR_DEF_TYPE.E and MTRR_DEF_TYPE.FE. */
export const ENABLE = 0x800;
export const FIXED_ENABLE = 0x400;
/** PHYSMASKn.V. */
export const VALID = 0x800;

const TYPES = (1 << UC) | (1 << WC) | (1 << WT) | (1 << WP) | (1 << WB);
/** RdMem and WrMem of four fixed-range bytes. */
const DRAM_BITS = 0x18181818;

/** SYSCFG, APM vol. 2, "System Configuration Register": MtrrFixDramModEn; MtrrTom2En with Tom2ForceMemTypeWB. */
const MTRR_FIX_DRAM_MOD_EN = 1 << 19;
const TOM2_FORCES_WB = (1 << 21) | (1 << 22);

/** 8 of 64K, 16 of 16K, 64 of 4K. */
const FIXED_RANGES = 88;

export class MtrrRegisters {
  /** All registers below: one block of memory, cleared at once. */
  private readonly memory = new ArrayBuffer(FIXED_RANGES + 16 * MOST_PAIRS);
  private readonly registers = new Float64Array(this.memory);
  /** CPUID.MTRR. */
  present = true;
  defType = 0;
  /** Types of the 88 fixed ranges in the order of their addresses: 8 of 64K, 16 of 16K, 64 of 4K. */
  readonly fixed = new Uint8Array(this.memory, 0, FIXED_RANGES);
  readonly baseHi = new Uint32Array(this.memory, FIXED_RANGES, MOST_PAIRS);
  readonly baseLo = new Uint32Array(this.memory, FIXED_RANGES + 4 * MOST_PAIRS, MOST_PAIRS);
  readonly maskHi = new Uint32Array(this.memory, FIXED_RANGES + 8 * MOST_PAIRS, MOST_PAIRS);
  readonly maskLo = new Uint32Array(this.memory, FIXED_RANGES + 12 * MOST_PAIRS, MOST_PAIRS);
  /** Address bits in the upper half of a register: MAXPHYADDR - 32. */
  private upperWidth = 0;
  /** MTRRCAP.VCNT. */
  pairs = 8;
  /** First frame at or above TOP_MEM2, where that forces WB from 4 GiB on; else 0. */
  topMemory2 = 0;
  /** RdMem and WrMem of the 88 fixed ranges, which SYSCFG.MtrrFixDramModEn lets be written. */
  private readonly dram = new Uint8Array(FIXED_RANGES);
  private keepsDramBits = false;

  constructor(private readonly vendor: Vendor) {}

  /** Every register 0: the start of a scenario. Real processors clear only the enables. */
  reset(machine: Machine): void {
    this.present = machine.guestMtrr;
    this.pairs = machine.vcnt;
    this.upperWidth = machine.maxPhysAddr - 32;
    const syscfg = this.vendor.hasTopMemory2 ? machine.syscfg.lo : 0;
    this.keepsDramBits = (syscfg & MTRR_FIX_DRAM_MOD_EN) !== 0;
    this.topMemory2 = (syscfg & TOM2_FORCES_WB) === TOM2_FORCES_WB ? topFrame(machine.topMem2) : 0;
    this.dram.fill(0);
    this.defType = 0;
    this.registers.fill(0);
  }

  /** The rule of the #GP that both RDMSR and WRMSR of this MSR raise, or NO_RULE. */
  absence(msr: number): number {
    if (!this.present) return this.vendor.rules.mtrrsAbsent;
    return msr >= PHYSBASE0 + 2 * this.pairs && msr >= PHYSBASE0 && msr <= LAST_PHYSMASK ? this.vendor.rules.pairAbsent : NO_RULE;
  }

  /** WRMSR. The rule of its #GP, or NO_RULE if the value was stored. */
  write(msr: number, hi: number, lo: number): number {
    const absence = this.absence(msr);
    if (absence !== NO_RULE) return absence;
    if (msr === MTRRCAP) return this.vendor.rules.capReadOnly;
    if (msr === DEF_TYPE) return this.writeDefType(hi, lo);
    if (msr > LAST_PHYSMASK) return this.writeFixed(fixedOffset(msr), hi, lo);
    return msr % 2 === 0 ? this.writeBase((msr - PHYSBASE0) >> 1, hi, lo) : this.writeMask((msr - PHYSBASE0) >> 1, hi, lo);
  }

  /** One half of a register that is not absent, as RDMSR gives it. */
  half(msr: number, upper: boolean): number {
    if (msr === MTRRCAP) return upper ? 0 : CAP | this.pairs;
    if (msr === DEF_TYPE) return upper ? 0 : this.defType;
    if (msr > LAST_PHYSMASK) {
      const offset = fixedOffset(msr) + (upper ? 4 : 0);
      return (loadHalf(this.fixed, offset) | loadHalf(this.dram, offset)) >>> 0;
    }
    const pair = (msr - PHYSBASE0) >> 1;
    if (msr % 2 === 0) return upper ? this.baseHi[pair] : this.baseLo[pair];
    return upper ? this.maskHi[pair] : this.maskLo[pair];
  }

  /** MTRR_DEF_TYPE: type in 7:0, FE, E; everything else is reserved. */
  private writeDefType(hi: number, lo: number): number {
    if (hi !== 0 || (lo & ~(ENABLE | FIXED_ENABLE | 0xff)) !== 0) return this.vendor.rules.defTypeReservedBits;
    if (!isMtrrType(lo & 0xff)) return this.vendor.rules.defTypeReservedType;
    this.defType = lo;
    return NO_RULE;
  }

  private writeFixed(offset: number, hi: number, lo: number): number {
    const kept = this.keepsDramBits ? DRAM_BITS : 0;
    if (this.vendor.fixedDramBits !== null && ((hi | lo) & DRAM_BITS & ~kept) !== 0) return this.vendor.fixedDramBits;
    if (!bytesAreIn(TYPES, lo & ~kept) || !bytesAreIn(TYPES, hi & ~kept)) return this.vendor.rules.fixedReservedType;
    storeHalf(this.fixed, offset, lo & ~kept);
    storeHalf(this.fixed, offset + 4, hi & ~kept);
    storeHalf(this.dram, offset, lo & kept);
    storeHalf(this.dram, offset + 4, hi & kept);
    return NO_RULE;
  }

  /** PHYSBASEn: type in 7:0, base from bit 12. Checked whether or not the pair is valid. */
  private writeBase(pair: number, hi: number, lo: number): number {
    if ((lo & 0xf00) !== 0) return this.vendor.rules.physBaseReservedBits;
    if (hi >>> this.upperWidth !== 0) return this.vendor.rules.physBaseBeyondWidth;
    if (!isMtrrType(lo & 0xff)) return this.vendor.rules.physBaseReservedType;
    this.baseHi[pair] = hi;
    this.baseLo[pair] = lo;
    return NO_RULE;
  }

  /** PHYSMASKn: V in bit 11, mask from bit 12. */
  private writeMask(pair: number, hi: number, lo: number): number {
    if ((lo & 0x7ff) !== 0) return this.vendor.rules.physMaskReservedBits;
    if (hi >>> this.upperWidth !== 0) return this.vendor.rules.physMaskBeyondWidth;
    this.maskHi[pair] = hi;
    this.maskLo[pair] = lo;
    return NO_RULE;
  }
}

/** TOP_MEM2 has bits 51:23. */
function topFrame({ hi, lo }: Value64): Gfn {
  return (hi & 0xfffff) * 2 ** 20 + ((lo & 0xff800000) >>> 12);
}

function isMtrrType(byte: number): boolean {
  return byte <= WB && ((TYPES >> byte) & 1) !== 0;
}

/**
 * Index in `fixed` of the lowest range of a fixed-range MSR.
 * @throws {ModelDefect} if the MSR is none of the eleven.
 */
function fixedOffset(msr: number): number {
  if (msr === FIX64K_00000) return 0;
  if (msr === FIX16K_80000) return 8;
  if (msr === FIX16K_A0000) return 16;
  if (msr >= FIX4K_C0000 && msr <= FIX4K_F8000) return 24 + 8 * (msr - FIX4K_C0000);
  throw new ModelDefect(`bare-metal: MSR 0x${msr.toString(16)} is no MTRR`);
}
