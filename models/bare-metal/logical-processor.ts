/** The registers of one logical processor that take part in memory typing. Hardware does not check that processors agree. */
import type { Machine } from '../contract/machine.js';
import { UC, UC_MINUS, WB, WC, WP, WT } from '../contract/memory-type.js';
import { DEF_TYPE, MTRRCAP, PAT, PAT_RESET_HI, PAT_RESET_LO, PHYSBASE0 } from '../contract/msr.js';
import { type Observation, OK, openBetween, plain } from '../contract/observation.js';
import { NO_RULE } from '../contract/rule.js';
import { bytesAreIn, loadHalf, storeHalf } from './byte-register.js';
import { MtrrRegisters } from './mtrr-registers.js';
import { FORMAT_RULE } from './rules.js';
import type { Vendor } from './vendor.js';

const PAT_TYPES = (1 << UC) | (1 << WC) | (1 << WT) | (1 << WP) | (1 << WB) | (1 << UC_MINUS);

/** The numbers from PHYSBASE0 to MTRRdefType. */
const NUMBERS = DEF_TYPE - PHYSBASE0 + 1;

/** Does every byte hold a type that PAT encodes? */
export function isLegalPat(hi: number, lo: number): boolean {
  return bytesAreIn(PAT_TYPES, lo) && bytesAreIn(PAT_TYPES, hi);
}

export class LogicalProcessor {
  readonly mtrrs: MtrrRegisters;
  /** PA0 to PA7. */
  readonly pat = new Uint8Array(8);
  /** By which rule each register has its value, at msr - PHYSBASE0. */
  private readonly setBy = new Uint16Array(NUMBERS);
  /** Whether L2 wrote it is open, by `patOpenRule`. */
  isPatOpen = false;
  patOpenRule = NO_RULE;
  pg = true;
  cd = false;
  nw = false;
  /** The guest runs 64-bit code while CR0.PG=1. */
  longMode = false;

  constructor(private readonly vendor: Vendor) {
    this.mtrrs = new MtrrRegisters(vendor);
  }

  reset(machine: Machine): void {
    this.mtrrs.reset(machine);
    this.longMode = machine.longMode;
    storeHalf(this.pat, 0, PAT_RESET_LO);
    storeHalf(this.pat, 4, PAT_RESET_HI);
    this.setBy.fill(FORMAT_RULE.registerAtStart);
    this.isPatOpen = false;
    this.pg = machine.cr0.pg;
    this.cd = machine.cr0.cd;
    this.nw = machine.cr0.nw;
  }

  /** WRMSR. The rule of its #GP, or NO_RULE if the value was stored. */
  writeMsr(msr: number, hi: number, lo: number): number {
    const fault = msr === PAT ? this.writePat(hi, lo) : this.mtrrs.write(msr, hi, lo);
    if (fault === NO_RULE) this.setBy[msr - PHYSBASE0] = msr === PAT ? this.vendor.rules.patWritten : this.vendor.rules.mtrrWritten;
    return fault;
  }

  private writePat(hi: number, lo: number): number {
    if (!isLegalPat(hi, lo)) return this.vendor.rules.patReservedType;
    storeHalf(this.pat, 0, lo);
    storeHalf(this.pat, 4, hi);
    this.isPatOpen = false;
    return NO_RULE;
  }

  /** The processor itself loads PAT, at an entry to or an exit from L2; the value is legal. */
  loadPat(hi: number, lo: number, rule: number): void {
    storeHalf(this.pat, 0, lo);
    storeHalf(this.pat, 4, hi);
    this.setBy[PAT - PHYSBASE0] = rule;
  }

  /** The value stays over an entry or exit: it is what it is by this rule. */
  keepPat(rule: number): void {
    this.setBy[PAT - PHYSBASE0] = rule;
  }

  /** Whether L2 wrote the register is open. */
  openPat(rule: number): void {
    this.isPatOpen = true;
    this.patOpenRule = rule;
  }

  get patRule(): number {
    return this.setBy[PAT - PHYSBASE0];
  }

  /** RDMSR of PAT; the value is in its halves. */
  readPat(): Observation {
    return this.isPatOpen ? openBetween(0, this.patOpenRule) : plain(OK, this.ruleOf(PAT));
  }

  /** The rule by which a register that can be read has its value. */
  ruleOf(msr: number): number {
    return msr === MTRRCAP ? this.vendor.rules.registerRead : this.vendor.readRules[this.setBy[msr - PHYSBASE0]];
  }

  /** The rule of the #GP that RDMSR raises, or NO_RULE. */
  readFault(msr: number): number {
    return msr === PAT ? NO_RULE : this.mtrrs.absence(msr);
  }

  /** One half of an MSR that can be read. */
  half(msr: number, upper: boolean): number {
    return msr === PAT ? loadHalf(this.pat, upper ? 4 : 0) : this.mtrrs.half(msr, upper);
  }
}
