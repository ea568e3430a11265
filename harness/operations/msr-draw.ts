/** Random MSR numbers and values, biased to where the answers of hypervisors differ. */
import { DEF_TYPE, MTRRCAP, PAT } from '../../models/contract/msr.js';
import { type Draw, lastWrite, putFrames } from './draw.js';
import type { Random } from './random.js';

const FIXED = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];
const MTRR_TYPES = [0, 1, 4, 5, 6, 0, 6, 6];
const PAT_TYPES = [0, 1, 4, 5, 6, 7, 0, 6];
const ILLEGAL_TYPES = [2, 3, 7, 8, 0x0e, 0x16, 0x1e, 0xff];
/** PAT as operating systems write it: Linux, Linux 4.2, Linux 4.1 and Windows, Xen, reset, FreeBSD, all UC, all WC (halves). */
const PATS_HI = [0x04070506, 0x04070106, 0x00070106, 0x00000501, 0x00070406, 0x00010506, 0, 0x01010101].map((half) => half | 0);
const PATS_LO = [0x00070106, 0x00070106, 0x00070106, 0x00070406, 0x00070406, 0x00070406, 0, 0x01010101].map((half) => half | 0);

/** The other half of a variable pair just begun, else any vCPU. Left in `partnerMsr` whether it is one. */
export function drawWriter(draw: Draw): number {
  if (draw.partnerMsr !== 0 && draw.random.chance(208)) return draw.partnerVcpu;
  draw.partnerMsr = 0;
  return draw.vcpu();
}

/** The MSR of a write by `vcpu`: the partner if there is one, and then its partner in turn. */
export function drawWrittenMsr(draw: Draw, vcpu: number): number {
  if (draw.partnerMsr !== 0) {
    const msr = draw.partnerMsr;
    draw.partnerMsr = 0;
    return msr;
  }
  const msr = drawMsr(draw);
  if (msr < 0x210 && msr >= 0x200) {
    draw.partnerMsr = msr ^ 1;
    draw.partnerVcpu = vcpu;
  }
  return msr;
}

/** Few pairs, so that ranges overlap; the default type, which makes the rest count, often. */
export function drawMsr(draw: Draw): number {
  const { random } = draw;
  const choice = random.below(64);
  if (choice < 28) return 0x200 + random.below(random.chance(192) ? 6 : 16);
  if (choice < 42) return DEF_TYPE;
  if (choice < 51) return FIXED[random.below(11)];
  if (choice < 62 || !draw.illegal) return PAT;
  return choice === 62 ? MTRRCAP : 0x210 + random.below(16);
}

/** Puts the value for a write of `msr` by `vcpu` into two words, and remembers it. */
export function drawMsrValue(draw: Draw, vcpu: number, msr: number, words: Int32Array, at: number): void {
  const { random } = draw;
  const last = lastWrite(vcpu, msr);
  if (random.chance(24)) {
    // A redundant write, or what another vCPU wrote: subjects treat both specially.
    const from = random.chance(128) ? last : lastWrite(draw.vcpu(), msr);
    words[at] = draw.lastHi[from];
    words[at + 1] = draw.lastLo[from];
  } else if (msr === PAT) drawPat(random, words, at);
  else if (msr === DEF_TYPE) drawDefType(random, words, at);
  else if (msr >= 0x250 && msr < PAT) drawFixed(random, words, at);
  else drawVariable(draw, msr, vcpu, words, at);
  if (draw.illegal && random.chance(20)) spoil(draw, msr, words, at);
  draw.lastHi[last] = words[at];
  draw.lastLo[last] = words[at + 1];
}

function drawPat(random: Random, words: Int32Array, at: number): void {
  if (random.chance(128)) {
    const known = random.below(8);
    words[at] = PATS_HI[known];
    words[at + 1] = PATS_LO[known];
    return;
  }
  words[at] = drawBytes(random, PAT_TYPES);
  words[at + 1] = drawBytes(random, PAT_TYPES);
}

/** Enabled with fixed ranges (c06 and the like) more often than not. */
function drawDefType(random: Random, words: Int32Array, at: number): void {
  const enable = random.below(8);
  const bits = enable < 4 ? 0xc00 : enable < 6 ? 0x800 : enable === 6 ? 0x400 : 0;
  words[at] = 0;
  words[at + 1] = bits | MTRR_TYPES[random.below(8)];
}

function drawFixed(random: Random, words: Int32Array, at: number): void {
  if (random.chance(160)) {
    const all = Math.imul(MTRR_TYPES[random.below(8)], 0x01010101);
    words[at] = all;
    words[at + 1] = all;
    return;
  }
  words[at] = drawBytes(random, MTRR_TYPES);
  words[at + 1] = drawBytes(random, MTRR_TYPES);
}

function drawBytes(random: Random, types: readonly number[]): number {
  return types[random.below(8)] | (types[random.below(8)] << 8) | (types[random.below(8)] << 16) | (types[random.below(8)] << 24);
}

/** A base or a mask around the frames of the case; pairs that fit each other come from `aligned()` remembering its range. */
function drawVariable(draw: Draw, msr: number, vcpu: number, words: Int32Array, at: number): void {
  const { random } = draw;
  draw.aligned();
  const { alignedGfn, alignedPages } = draw;
  if (msr % 2 === 0) {
    // A base that its mask does not cover is legal, and parsers by length get it wrong.
    const gfn = random.chance(16) ? draw.gfn() : alignedGfn;
    putFrames(words, at, gfn);
    words[at + 1] = (words[at + 1] << 12) | MTRR_TYPES[random.below(8)];
    return;
  }
  if (random.chance(20)) {
    // V cleared: the mask kept, or all of it gone.
    const keep = random.chance(128);
    words[at] = keep ? draw.lastHi[lastWrite(vcpu, msr)] : 0;
    words[at + 1] = keep ? draw.lastLo[lastWrite(vcpu, msr)] & ~0x800 : 0;
    return;
  }
  const limit = 2 ** (draw.machine.maxPhysAddr - 12);
  const mask = random.chance(8) ? 0 : limit - alignedPages;
  putFrames(words, at, mask);
  words[at + 1] = (words[at + 1] << 12) | 0x800;
  // A mask with a hole repeats its range.
  if (random.chance(16)) words[at + 1] &= ~(1 << (13 + random.below(18)));
}

/** One thing wrong with a legal value. */
function spoil(draw: Draw, msr: number, words: Int32Array, at: number): void {
  const { random } = draw;
  const how = random.below(4);
  if (how === 0) {
    const byte = msr === PAT || (msr >= 0x250 && msr < PAT) ? 8 * random.below(4) : 0;
    words[at + 1] = (words[at + 1] & ~(0xff << byte)) | (ILLEGAL_TYPES[random.below(8)] << byte);
  } else if (how === 1) words[at + 1] ^= 1 << random.below(12);
  else if (how === 2) words[at] |= 1 << Math.min(31, draw.machine.maxPhysAddr - 32 + random.below(4));
  else words[at] ^= 1 << random.below(32);
}
