/** Which vCPUs a case has sent into L2, and what the format refuses there, turned into what it accepts. */
import { type Machine, NO_NESTED } from '../../models/contract/machine.js';
import { PAT } from '../../models/contract/msr.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { codeOf, SPECS } from '../operations/registry.js';

const ENTER = codeOf('enter-l2');
const EXIT = codeOf('exit-l2');
const WRITE_CR0 = codeOf('write-cr0');
const INIT = codeOf('init');
const INVLPG = codeOf('invlpg');
const WRITE_MSR = codeOf('write-msr');
/** By operation: the first two words are a vCPU and an MSR. */
const NAMES_MSR = SPECS.map(({ fields }) => 'vcpu' in fields && 'msr' in fields);
const BY_GUEST = SPECS.map(({ fields }) => 'vcpu' in fields);
/** Halves of PAT values that L2 writes: reset, all WB, all UC, Linux, an illegal one. */
const PATS_HI = [0x00070406, 0x06060606, 0, 0x04070506, 0x08080808];
const PATS_LO = [0x00070406, 0x06060606, 0, 0x00070106, 0x08080808];

export class LevelTwo {
  /** Whether the machine of the case has nested guests at all. */
  isUsed = false;
  /** The vCPU that entered last and has not left, or -1. */
  lastIn = -1;
  /** Bit n: vCPU n is in L2, as the format counts. */
  private inside = 0;

  start({ nested }: Machine): void {
    this.isUsed = nested !== NO_NESTED;
    this.lastIn = -1;
    this.inside = 0;
  }

  /** Makes a step just drawn one that the format accepts, and notes who enters and leaves. */
  settle(words: Int32Array, at: number): void {
    const code = words[at];
    if (code >= BY_GUEST.length || !BY_GUEST[code]) return;
    const vcpu = words[at + 1];
    const bit = 1 << vcpu;
    if (code === ENTER) this.enter(vcpu, bit);
    else if (code === EXIT) this.leave(vcpu, bit);
    else if ((this.inside & bit) !== 0) this.confine(code, vcpu, bit, words, at);
  }

  private enter(vcpu: number, bit: number): void {
    this.inside |= bit;
    this.lastIn = vcpu;
  }

  private leave(vcpu: number, bit: number): void {
    this.inside &= ~bit;
    if (this.lastIn === vcpu) this.lastIn = this.inside === 0 ? -1 : 31 - Math.clz32(this.inside);
  }

  private confine(code: number, vcpu: number, bit: number, words: Int32Array, at: number): void {
    if (code === INIT || code === INVLPG) {
      for (let word = at + 2; word < at + STEP_WORDS; word++) words[word] = 0;
      words[at] = EXIT;
      this.leave(vcpu, bit);
    } else if (code === WRITE_CR0) {
      words[at + 3] = 0;
      words[at + 4] = 0;
    } else if (NAMES_MSR[code] && words[at + 2] !== PAT) {
      const known = (words[at + 2] ^ words[at + 4]) & 3;
      words[at + 2] = PAT;
      const value = code === WRITE_MSR ? at + 3 : at + 4;
      if (code !== WRITE_MSR && words[at + 3] === 0) return;
      if (!SPECS[code].op.startsWith('read')) {
        words[value] = PATS_HI[known];
        words[value + 1] = PATS_LO[known];
      }
    }
  }
}
