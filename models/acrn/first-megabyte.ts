/** Types of the EPT leaves below 1 MiB since MTRRdefType was changed last. vmtrr.c, which keeps the registers by vCPU and the EPT by VM. */
import type { Gfn } from '../contract/address.js';
import { type EffectiveType, UC, WB, WC, WP, WT } from '../contract/memory-type.js';
import { DEF_SLOT, type GuestMsrs } from './guest-msrs.js';
import { RULE } from './rules.js';

const FRAMES = 256;
const AS_MAPPED = 0xff;
const ENABLE = 0x800;
const FIXED_ENABLE = 0x400;
/** First frame of the 16K ranges and of the 4K ranges. */
const FIRST_16K = 0x80;
const FIRST_4K = 0xc0;

export class FirstMegabyte {
  /** By frame: the type of its leaf, AS_MAPPED where it is that of the region. */
  private readonly types = new Uint8Array(FRAMES).fill(AS_MAPPED);
  private rule: number = RULE.lowDefaultType;
  /** A large page that begins at 0 was split, the 2M one or the 1G one. */
  isSplit2M = false;
  isSplit1G = false;

  reset(): void {
    this.types.fill(AS_MAPPED);
    this.isSplit2M = false;
    this.isSplit1G = false;
  }

  /** After a write that changed MTRRdefType of this vCPU. */
  retype(msrs: GuestMsrs, vcpu: number): void {
    const defType = msrs.half(vcpu, DEF_SLOT, false);
    const usesFixed = (defType & (ENABLE | FIXED_ENABLE)) === (ENABLE | FIXED_ENABLE);
    for (let gfn = 0; gfn < FRAMES; gfn++) this.types[gfn] = mapped(usesFixed ? fixedByte(msrs, vcpu, gfn) : defType & 0xff);
    this.rule = usesFixed ? RULE.lowFixedRange : RULE.lowDefaultType;
    this.isSplit2M = true;
    this.isSplit1G = true;
  }

  /** The range was mapped anew. */
  remapped(start: Gfn, end: Gfn): void {
    this.types.fill(AS_MAPPED, Math.min(start, FRAMES), Math.min(end, FRAMES));
    if (start === 0 && end >= 512) this.isSplit2M = false;
    if (start === 0 && end >= 512 * 512) this.isSplit1G = false;
  }

  isTyped(gfn: Gfn): boolean {
    return gfn < FRAMES && this.types[gfn] !== AS_MAPPED;
  }

  typeOf(gfn: Gfn): Exclude<EffectiveType, 8 | 9> {
    return this.types[gfn] as Exclude<EffectiveType, 8 | 9>;
  }

  /** By what it has its type. */
  ruleOfTypes(): number {
    return this.rule;
  }
}

/** Eight ranges of 64K, sixteen of 16K, sixty-four of 4K. */
function fixedByte(msrs: GuestMsrs, vcpu: number, gfn: Gfn): number {
  if (gfn < FIRST_16K) return msrs.byte(vcpu, 0, gfn >> 4);
  if (gfn < FIRST_4K) return msrs.byte(vcpu, 1 + ((gfn - FIRST_16K) >> 5), ((gfn - FIRST_16K) >> 2) & 7);
  return msrs.byte(vcpu, 3 + ((gfn - FIRST_4K) >> 3), gfn & 7);
}

/** The EPT type of an MTRR type; what is none is UC. */
function mapped(type: number): number {
  return type === WC || type === WT || type === WP || type === WB ? type : UC;
}
