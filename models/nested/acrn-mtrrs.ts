/** The virtual MTRRs of ACRN: fixed ranges of each vCPU, and what a new default type makes of the VM's first megabyte. guest/vmtrr.c */
import type { Gfn } from '../contract/address.js';
import { UC, WB, WC, WP, WT } from '../contract/memory-type.js';
import { DEF_TYPE, MTRRCAP } from '../contract/msr.js';
import { areSame, type PatValue, typeAt } from './pat-value.js';
import { FIXED_MSRS } from './state.js';

/** FIX, without WC and without variable pairs. */
const CAP = { hi: 0, lo: 0x100 };
/** E and FE; UC. */
const DEF_AT_START = { hi: 0, lo: 0xc00 };
const ALL_WB = { hi: 0x06060606, lo: 0x06060606 };
const ENABLES = 0xc00;
/** Frames below 1 MiB. */
const LOW = 0x100;

/** As an EPT type: what is none becomes UC. */
function mapped(type: number): number {
  return [WC, WT, WP, WB].includes(type as typeof WB) ? type : UC;
}

/** Of one vCPU. */
export class AcrnMtrrs {
  private readonly values = new Map<number, PatValue>(FIXED_MSRS.map((msr) => [msr, ALL_WB]));
  private defType: PatValue = DEF_AT_START;

  read(msr: number): PatValue | undefined {
    if (msr === MTRRCAP) return CAP;
    return msr === DEF_TYPE ? this.defType : this.values.get(msr);
  }

  writeFixed(msr: number, value: PatValue): void {
    this.values.set(msr, value);
  }

  /** write_vmtrr() of the default type: a value that is there already types nothing. */
  writeDefType(value: PatValue, low: LowMemory): void {
    if (areSame(value, this.defType)) return;
    this.defType = value;
    for (let gfn = 0; gfn < LOW; gfn++)
      low.types[gfn] = mapped((value.lo & ENABLES) === ENABLES ? this.fixedType(gfn) : value.lo & 0xff);
  }

  private fixedType(gfn: Gfn): number {
    const [msr, byte] =
      gfn < 0x80
        ? [0, gfn >> 4]
        : gfn < 0xc0
          ? [1 + ((gfn - 0x80) >> 5), ((gfn - 0x80) >> 2) & 7]
          : [3 + ((gfn - 0xc0) >> 3), gfn & 7];
    return typeAt(this.values.get(FIXED_MSRS[msr])!, byte);
  }
}

/** Types of the VM's frames below 1 MiB, as the last default type left them; -1: as they were mapped. */
export class LowMemory {
  readonly types = new Int8Array(LOW).fill(-1);

  typeOf(gfn: Gfn): number {
    return gfn < LOW ? this.types[gfn] : -1;
  }

  /** Frames are mapped anew. */
  forget(start: Gfn, end: Gfn): void {
    for (let gfn = start; gfn < Math.min(end, LOW); gfn++) this.types[gfn] = -1;
  }
}
