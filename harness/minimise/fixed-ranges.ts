/** Pass: the frame under a fixed range moved to where the first fixed range is. Which register and byte are about a frame. */
import { FIX16K_80000, FIX16K_A0000, FIX4K_C0000, FIX64K_00000 } from '../../models/contract/msr.js';
import type { Operation } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Search, Trial } from './search.js';
import { swapBytes } from './value-bits.js';

/** Frames below this have a fixed range. */
const FIXED_END = 0x100;

/** Byte of a fixed-range register (SDM vol. 3, "Address Mapping for Fixed-Range MTRRs"). */
export interface FixedByte {
  readonly msr: number;
  /** 0 to 7. */
  readonly byte: number;
}

/** @param gfn below 0x100 */
function fixedByteOf(gfn: number): FixedByte {
  if (gfn < 0x80) return { msr: FIX64K_00000, byte: gfn >> 4 };
  if (gfn < 0xc0) return { msr: gfn < 0xa0 ? FIX16K_80000 : FIX16K_A0000, byte: (gfn >> 2) % 8 };
  return { msr: FIX4K_C0000 + ((gfn - 0xc0) >> 3), byte: gfn % 8 };
}

/** Byte of the fixed-range register `msr` that is about the frame, or null. */
export function byteAbout(msr: number, gfn: number): number | null {
  if (gfn >= FIXED_END) return null;
  const fixed = fixedByteOf(gfn);
  return fixed.msr === msr ? fixed.byte : null;
}

export function* firstFixedRange(search: Search): Trial<boolean> {
  return yield* search.adopt(withFirstRange(search.scenario));
}

/** The last step's frame becomes frame 0, and the byte about it byte 0 of FIX64K_00000: the two registers change places. */
function withFirstRange(scenario: Scenario): Scenario {
  const target = scenario.steps[scenario.steps.length - 1];
  if (!('gfn' in target) || target.gfn >= FIXED_END) return scenario;
  const from = fixedByteOf(target.gfn);
  return { ...scenario, steps: scenario.steps.map((step) => moved(step, target.gfn, from)) };
}

function moved(step: Operation, gfn: number, from: FixedByte): Operation {
  if ('gfn' in step) return step.gfn === gfn ? { ...step, gfn: 0 } : step;
  if (!('msr' in step) || (step.msr !== from.msr && step.msr !== FIX64K_00000)) return step;
  const msr = step.msr === from.msr ? FIX64K_00000 : from.msr;
  return step.op === 'write-msr' ? { ...step, msr, value: swapBytes(step.value, 0, from.byte) } : { ...step, msr };
}
