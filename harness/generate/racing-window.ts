/** Conversions that race with faults: the few frames a case with private memory converts, and what stands open among them as it is drawn. */
import { type Machine, RAM, type Region } from '../../models/contract/machine.js';
import { PRIVATE } from '../../models/contract/observation.js';
import { framesAt } from '../operations/draw.js';
import type { Random } from '../operations/random.js';
import { codeOf, SPECS } from '../operations/registry.js';

const ACCESS = codeOf('access');
const SET_ATTRIBUTES = codeOf('set-attributes');
const RESUME_ATTRIBUTES = codeOf('resume-attributes');
const RESUME_ACCESS = codeOf('resume-access');
const PUNCH_HOLE = codeOf('punch-hole');
const ZAP = codeOf('zap');
/** By operation: a vCPU does it, named in its first word. */
const BY_GUEST = SPECS.map(({ fields }) => 'vcpu' in fields);
/** By operation: it runs while a conversion is paused and does not complete it. */
const RUNS_MEANWHILE = SPECS.map(({ op }) => ['punch-hole', 'zap', 'host-access', 'host-pin'].includes(op));
/** The step is none of a race: any operation of the case. */
export const OTHER = -1;

/** The operation of the next step in sixteenths, by what stands open. */
const NOTHING_OPEN = sixteenths([ACCESS, 6], [SET_ATTRIBUTES, 5], [PUNCH_HOLE, 1], [OTHER, 4]);
const ACCESS_PAUSED = sixteenths([SET_ATTRIBUTES, 6], [RESUME_ACCESS, 4], [ACCESS, 3], [PUNCH_HOLE, 1], [ZAP, 1], [OTHER, 1]);
const CONVERSION_OPEN = sixteenths([ACCESS, 8], [RESUME_ATTRIBUTES, 2], [PUNCH_HOLE, 2], [SET_ATTRIBUTES, 1], [ZAP, 1], [OTHER, 2]);

/** Frames of a 2 MiB block. */
const BLOCK = 512;
const FRAMES = 5;

export class RacingWindow {
  /** Whether the case has races at all; what follows is stale otherwise. */
  races = false;
  /** The vCPU whose access is paused, or -1. */
  pausedVcpu = -1;
  /** What `range` drew. */
  gfn = 0;
  pages = 1;
  /** Its first and last frame, neighbours inside a block, and a frame of the next block. */
  private readonly frames = new Float64Array(FRAMES);
  /** The one or two blocks, as far as they lie in one region: a memory slot. */
  private first = 0;
  private end = 1;
  private conversionOpen = false;
  private lastGfn = 0;
  private lastPages = 1;
  private lastToPrivate = false;

  /** Chooses the frames of a case. Only RAM has private pages: without any there are no races. */
  fill(random: Random, machine: Machine): void {
    this.races = false;
    if (!machine.privateMemory || random.chance(32)) return;
    const { regions } = machine;
    const from = random.below(regions.length);
    for (let tried = 0; tried < regions.length && !this.races; tried++) {
      const region = regions[(from + tried) % regions.length];
      if (region.backing === RAM) this.fillFrom(random, region);
    }
  }

  /** The operation of the next step by its code, or OTHER. */
  operation(random: Random): number {
    const choices = this.conversionOpen ? CONVERSION_OPEN : this.pausedVcpu >= 0 ? ACCESS_PAUSED : NOTHING_OPEN;
    return choices[random.below(16)];
  }

  frame(random: Random): number {
    return this.frames[random.below(FRAMES)];
  }

  /** The kind of an access: more often than not the one that the last conversion left or would leave the frame with. */
  isPrivate(random: Random, gfn: number): boolean {
    const converted = gfn >= this.lastGfn && gfn < this.lastGfn + this.lastPages;
    return random.chance(converted === this.lastToPrivate ? 184 : 72);
  }

  /** One frame, the range of the last conversion again, blocks, and ranges that begin or end inside a block. */
  range(random: Random): void {
    const shape = random.below(8);
    const frame = this.frame(random);
    if (shape < 2) this.put(frame, frame + 1);
    else if (shape < 4) this.put(this.lastGfn, this.lastGfn + this.lastPages);
    else if (shape === 4) this.put(this.first, Math.min(this.end, blockEnd(this.first)));
    else if (shape === 5) this.put(frame, Math.min(this.end, frame + 1 + random.below(BLOCK)));
    else if (shape === 6) this.put(this.first, frame + 1);
    else this.put(this.first, this.end);
  }

  /** Takes note of the step at `words[at]`, whoever drew it: what it opens and what it completes. */
  note(words: Int32Array, at: number): void {
    const code = words[at];
    if (code === ACCESS) this.noteAccess(words[at + 1], words[at + 9] !== 0);
    else if (code === SET_ATTRIBUTES) this.noteConversion(words, at);
    else if (RUNS_MEANWHILE[code]) return;
    else if (BY_GUEST[code]) this.noteAccess(words[at + 1], false);
    else this.conversionOpen = false;
  }

  private fillFrom(random: Random, region: Region): void {
    const end = region.gfn + region.pages;
    const blocks = Math.ceil(region.pages / BLOCK);
    this.first = Math.max(region.gfn, blockStart(region.gfn) + BLOCK * random.below(Math.min(blocks, 4)));
    if (this.first >= end) return;
    this.end = Math.min(end, blockEnd(this.first) + BLOCK);
    const last = Math.min(end, blockEnd(this.first)) - 1;
    const inside = this.first + random.below(last - this.first + 1);
    this.frames[0] = this.first;
    this.frames[1] = inside;
    this.frames[2] = Math.min(inside + 1, last);
    this.frames[3] = last;
    this.frames[4] = this.end - 1;
    this.lastGfn = inside;
    this.lastPages = 1;
    this.lastToPrivate = false;
    this.conversionOpen = false;
    this.pausedVcpu = -1;
    this.races = true;
  }

  private put(gfn: number, end: number): void {
    this.gfn = gfn;
    this.pages = end - gfn;
  }

  /** A guest operation of a vCPU first completes what that vCPU has paused. */
  private noteAccess(vcpu: number, pauses: boolean): void {
    if (pauses) this.pausedVcpu = vcpu;
    else if (this.pausedVcpu === vcpu) this.pausedVcpu = -1;
  }

  private noteConversion(words: Int32Array, at: number): void {
    this.conversionOpen = words[at + 6] !== 0;
    this.lastGfn = framesAt(words, at + 1);
    this.lastPages = framesAt(words, at + 3);
    this.lastToPrivate = words[at + 5] === PRIVATE;
  }
}

function blockStart(gfn: number): number {
  return Math.floor(gfn / BLOCK) * BLOCK;
}

function blockEnd(gfn: number): number {
  return blockStart(gfn) + BLOCK;
}

/** Sixteen operation codes, each as often as its share. */
function sixteenths(...shares: readonly (readonly [code: number, share: number])[]): Int32Array {
  return Int32Array.from(shares.flatMap(([code, share]) => Array<number>(share).fill(code)));
}
