/**
 * The fixed-range look-up of Linux 4.2 and 4.3, whose segment test is inverted.
 * Linux v4.2.8 arch/x86/kvm/mtrr.c, fixed_mtrr_addr_to_seg(): the first segment with `start >= addr && addr < end` is taken instead of the
 * one that holds the address, and the index computed from it can lie before fixed_ranges[], in the last variable ranges of the struct.
 */
import type { GuestMtrrs } from './guest-mtrrs.js';
import { VARIABLE_PAIRS } from './mtrr-msr.js';

/** No segment was found: the look-up goes on with the variable ranges. */
export const NO_SEGMENT = -100;
/** What lies in the slot is not known: list pointers of the host kernel. */
export const HOST_MEMORY = -1;

/** Slot of fixed_ranges[] that is read for a frame below 1M; negative ones lie before the array. */
export function fixedSlot(gfn: number): number {
  if (gfn === 0) return 0;
  if (gfn <= 0x80) return 8 + ((gfn - 0x80) >> 2);
  if (gfn <= 0xc0) return 24 + (gfn - 0xc0);
  return NO_SEGMENT;
}

/** Whether the slot is the one of the frame: it is at the start of each segment, and nowhere else but by chance. */
export function isOwnSlot(gfn: number): boolean {
  return gfn === 0 || gfn === 0x80 || gfn === 0xc0;
}

/**
 * The byte in a slot, or HOST_MEMORY. struct kvm_mtrr_range has 32 bytes: base, mask, list node of two pointers; var_ranges[7] ends
 * where fixed_ranges[] begins.
 */
export function slotByte(mtrrs: GuestMtrrs, vcpu: number, slot: number): number {
  if (slot >= 0) return mtrrs.fixedType(vcpu, slot);
  const pair = slot < -32 ? 6 : 7;
  const offset = slot + 32 * (8 - pair);
  if (offset >= 16) return mtrrs.ranges.everLinked[vcpu * VARIABLE_PAIRS + pair] === 0 ? 0 : HOST_MEMORY;
  const register = 2 * pair + (offset >> 3);
  const half = (offset & 4) === 0 ? mtrrs.ranges.low(vcpu, register) : mtrrs.ranges.high(vcpu, register);
  return (half >>> (8 * (offset & 3))) & 0xff;
}
