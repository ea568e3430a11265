/** The guest's MTRRs, which KVM stores as written: struct kvm_mtrr of every vCPU. */
import { DEF_TYPE, PHYSBASE0 } from '../contract/msr.js';
import { FIXED_WORDS, fixedWord, isVariable, VARIABLE_PAIRS } from './mtrr-msr.js';
import { VariableRanges } from './variable-ranges.js';

const VCPUS = 8;
/** E and FE of MTRRdefType. */
const ENABLED = 0x800;
const FIXED_ENABLED = 0x400;
/** Both and the type byte. */
const PARTS = 0xcff;

export class GuestMtrrs {
  readonly defType = new Uint32Array(VCPUS);
  readonly defTypeHi = new Uint32Array(VCPUS);
  /** Two words an MSR, low half first. */
  private readonly fixed = new Uint32Array(VCPUS * FIXED_WORDS);
  readonly ranges: VariableRanges;

  /** @param followsRanges false where nothing ever asks for the ranges: the variable MTRRs are storage only. */
  constructor(
    private readonly followsRanges: boolean,
    private readonly keepsDefTypeInParts: boolean,
  ) {
    this.ranges = new VariableRanges();
  }

  /** @param maskWidth physical address bits by which masks are extended. @param extendsUnwritten see VariableRanges. */
  reset(maskWidth: number, extendsUnwritten: boolean): void {
    this.defType.fill(0);
    this.defTypeHi.fill(0);
    this.fixed.fill(0);
    this.ranges.reset(maskWidth, extendsUnwritten);
  }

  isEnabled(vcpu: number): boolean {
    return (this.defType[vcpu] & ENABLED) !== 0;
  }
  fixedIsEnabled(vcpu: number): boolean {
    return (this.defType[vcpu] & FIXED_ENABLED) !== 0;
  }
  defaultType(vcpu: number): number {
    return this.defType[vcpu] & 0xff;
  }

  /** Type of fixed range i, 0 to 87. */
  fixedType(vcpu: number, i: number): number {
    return (this.fixed[vcpu * FIXED_WORDS + (i >> 2)] >>> ((i & 3) * 8)) & 0xff;
  }

  /** Stores an accepted value. */
  store(vcpu: number, msr: number, hi: number, lo: number): void {
    const word = fixedWord(msr);
    if (msr === DEF_TYPE) this.storeDefType(vcpu, hi, lo);
    else if (word >= 0) {
      this.fixed[vcpu * FIXED_WORDS + word] = lo;
      this.fixed[vcpu * FIXED_WORDS + word + 1] = hi;
    } else this.ranges.store(vcpu, msr - PHYSBASE0, hi, lo, this.followsRanges);
  }

  private storeDefType(vcpu: number, hi: number, lo: number): void {
    this.defType[vcpu] = this.keepsDefTypeInParts ? lo & PARTS : lo;
    this.defTypeHi[vcpu] = this.keepsDefTypeInParts ? 0 : hi;
  }

  /** Whether the number is one of the MTRRs that KVM stores; MTRRCAP is none of them. */
  has(msr: number): boolean {
    return msr === DEF_TYPE || isVariable(msr) || fixedWord(msr) >= 0;
  }

  /** High half of an MTRR MSR as it reads back. */
  high(vcpu: number, msr: number): number {
    const word = fixedWord(msr);
    if (msr === DEF_TYPE) return this.defTypeHi[vcpu];
    return word >= 0 ? this.fixed[vcpu * FIXED_WORDS + word + 1] : this.ranges.high(vcpu, msr - PHYSBASE0);
  }

  /** Low half of an MTRR MSR as it reads back. */
  low(vcpu: number, msr: number): number {
    const word = fixedWord(msr);
    if (msr === DEF_TYPE) return this.defType[vcpu];
    return word >= 0 ? this.fixed[vcpu * FIXED_WORDS + word] : this.ranges.low(vcpu, msr - PHYSBASE0);
  }

  /** KVM_SET_MSRS into a new vCPU with what was read from the old one: fixed ranges, variable pairs in order, default type. */
  reload(vcpu: number): void {
    if (!this.followsRanges) return;
    this.ranges.forgetOrder(vcpu);
    for (let i = 0; i < 2 * VARIABLE_PAIRS; i++) {
      this.ranges.store(vcpu, i, this.ranges.high(vcpu, i), this.ranges.low(vcpu, i), true);
    }
  }
}
