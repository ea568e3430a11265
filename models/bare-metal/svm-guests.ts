/** L2 under SVM. AMD APM vol. 2, "VMRUN Instruction", "VMCB Clean Bits" and the nested paging sections. */
import { type Gfn, LEVEL_4K, type Level, NO_LEVEL } from '../contract/address.js';
import { type EffectiveType, type RegisterType, WB } from '../contract/memory-type.js';
import { PAT } from '../contract/msr.js';
import {
  CANDIDATE_UC,
  CANDIDATE_WB,
  CANDIDATE_WC,
  CANDIDATE_WP,
  CANDIDATE_WT,
  entryFailed,
  GP,
  INVALID,
  l1Exit,
  NO_LEAF,
  NPF,
  type Observation,
  OK,
  openBetween,
  plain,
  typed,
} from '../contract/observation.js';
import type { FlagOrKeep, VmcbPage } from '../contract/operation.js';
import { AmdNestedTypes } from './amd-nested-type.js';
import { candidatesOf } from './answer-table.js';
import { loadHalf, storeHalf } from './byte-register.js';
import type { L1Leaf } from './l1-leaves.js';
import { typesThroughPage } from './large-page.js';
import { type LevelTwo, NOTHING, stored } from './level-two.js';
import { isLegalPat, type LogicalProcessor } from './logical-processor.js';
import { lookUp, typesOf } from './mtrr-lookup.js';
import { AMD_L2_RULE as RULE, AMD_L2_TYPE_RULE, AMD_L2_UNPAGED_RULE } from './rules.js';
import { hex64 } from './state.js';
import { anyType, hasOneType } from './type-set.js';
import { isStale, load, SvmGuest, type Vmcb } from './vmcb.js';

/** All five memory types. */
export const ANY_TYPE = CANDIDATE_UC | CANDIDATE_WC | CANDIDATE_WT | CANDIDATE_WP | CANDIDATE_WB;
const NESTED_TYPES = new AmdNestedTypes(AMD_L2_TYPE_RULE, AMD_L2_UNPAGED_RULE);

export class SvmGuests implements LevelTwo {
  private guests: SvmGuest[] = [];

  constructor(private readonly processors: readonly LogicalProcessor[]) {}

  reset(): void {
    this.guests = this.processors.map(() => new SvmGuest());
  }

  isIn(vcpu: number): boolean {
    return this.guests[vcpu].isIn;
  }

  write(vcpu: number, page: VmcbPage, np: FlagOrKeep, setsPat: boolean, hi: number, lo: number, npClean: FlagOrKeep): void {
    const vmcb = this.guests[vcpu].pages[page];
    vmcb.np = stored(vmcb.np, np);
    vmcb.npClean = stored(vmcb.npClean, npClean);
    if (!setsPat) return;
    vmcb.patHi = hi;
    vmcb.patLo = lo;
    vmcb.isPatOpen = false;
  }

  /** VMRUN */
  enter(vcpu: number, page: VmcbPage): Observation {
    const guest = this.guests[vcpu];
    const vmcb = guest.pages[page];
    guest.page = page;
    if (guest.last !== null && vmcb.npClean === 1 && isStale(guest, vmcb)) return this.enterOnCache(guest, vmcb);
    guest.last = vmcb;
    guest.isCacheKnown = false;
    if (vmcb.np === 1 && !vmcb.isPatOpen && !isLegalPat(vmcb.patHi, vmcb.patLo)) return entryFailed(INVALID, RULE.gPatIllegal);
    load(guest, vmcb.np === 1, vmcb.patHi, vmcb.patLo, vmcb.np === 1 ? RULE.vmrun : RULE.vmrunSharesPat);
    guest.isPatOpen = vmcb.np === 1 && vmcb.isPatOpen;
    return plain(OK, guest.gPatRule);
  }

  /** The processor may use what it cached or what the VMCB holds: the model goes on with the old value, and enters. */
  private enterOnCache(guest: SvmGuest, vmcb: Vmcb): Observation {
    const np = guest.isCacheKnown ? guest.cachedNp : vmcb.np === 1;
    const isNewIllegal = vmcb.np === 1 && !isLegalPat(vmcb.patHi, vmcb.patLo);
    guest.isNpOpen = !guest.isCacheKnown || guest.cachedNp !== (vmcb.np === 1);
    load(guest, np, guest.cachedHi, guest.cachedLo, RULE.gPatStale);
    guest.isPatOpen = true;
    guest.last = vmcb;
    guest.isCacheKnown = false;
    return isNewIllegal ? openBetween(0, RULE.gPatStale) : plain(OK, RULE.gPatStale);
  }

  /** #VMEXIT */
  leave(vcpu: number): void {
    const guest = this.guests[vcpu];
    const vmcb = guest.pages[guest.page];
    guest.isIn = false;
    if (guest.isNpOpen && guest.mayHaveWrittenHostPat) this.processors[vcpu].openPat(RULE.gPatStale);
    if (guest.np || guest.isNpOpen) {
      vmcb.isPatOpen = guest.isPatOpen || guest.isNpOpen;
      vmcb.patHi = loadHalf(guest.gPat, 4);
      vmcb.patLo = loadHalf(guest.gPat, 0);
    }
    guest.isCacheKnown = !guest.isPatOpen && !guest.isNpOpen;
    guest.cachedNp = guest.np;
    guest.cachedHi = vmcb.patHi;
    guest.cachedLo = vmcb.patLo;
    guest.isNpOpen = false;
    guest.mayHaveWrittenHostPat = false;
  }

  leaveRule(vcpu: number): number {
    return this.guests[vcpu].np ? RULE.vmexit : RULE.vmexitSharesPat;
  }

  translates(vcpu: number): boolean {
    return this.guests[vcpu].np;
  }

  isPaged(vcpu: number): boolean {
    const guest = this.guests[vcpu];
    return guest.pages[guest.page].isPaged;
  }

  /** Without nested paging CR0 of the VMCB is the only one, and its CD is 0. */
  isCacheDisabled(): boolean {
    return false;
  }

  writeCr0(vcpu: number, pg: boolean): void {
    const guest = this.guests[vcpu];
    guest.pages[guest.page].isPaged = pg;
  }

  writePat(vcpu: number, hi: number, lo: number): Observation {
    const guest = this.guests[vcpu];
    if (!isLegalPat(hi, lo)) return plain(GP, RULE.gPatReserved);
    if (!guest.np && !guest.isNpOpen) {
      this.processors[vcpu].writeMsr(PAT, hi, lo);
      return plain(OK, this.processors[vcpu].patRule);
    }
    guest.mayHaveWrittenHostPat = guest.isNpOpen;
    guest.isPatOpen = false;
    storeHalf(guest.gPat, 0, lo);
    storeHalf(guest.gPat, 4, hi);
    guest.gPatRule = RULE.gPatWritten;
    return plain(OK, RULE.gPatWritten);
  }

  readPat(vcpu: number): Observation {
    const guest = this.guests[vcpu];
    if (guest.isPatOpen) return openBetween(0, RULE.gPatStale);
    return guest.np || guest.isNpOpen ? plain(OK, guest.gPatRule) : this.processors[vcpu].readPat();
  }

  patHalf(vcpu: number, upper: boolean): number {
    const guest = this.guests[vcpu];
    return guest.np || guest.isNpOpen ? loadHalf(guest.gPat, upper ? 4 : 0) : this.processors[vcpu].half(PAT, upper);
  }

  openAccess(vcpu: number): Observation {
    const guest = this.guests[vcpu];
    const isOpen = guest.isNpOpen || this.processors[vcpu].isPatOpen || (guest.isPatOpen && !guest.np);
    return isOpen ? openBetween(ANY_TYPE, RULE.gPatStale) : NOTHING;
  }

  exitOnAccess(leaf: L1Leaf | null): Observation {
    return leaf === null ? l1Exit(NPF, RULE.nestedPageFault) : NOTHING;
  }

  access(vcpu: number, gfn: Gfn, leaf: L1Leaf, pat: number, size: Level): Observation {
    const guest = this.guests[vcpu];
    const cpu = this.processors[vcpu];
    if (guest.isPatOpen) return openBetween(ANY_TYPE, RULE.gPatStale);
    const isPaged = this.isPaged(vcpu);
    const own = isPaged ? (guest.gPat[pat] as RegisterType) : WB;
    const nested = cpu.pat[leaf.index];
    const types = size === LEVEL_4K ? typesOf(lookUp(cpu.mtrrs, gfn)) : typesThroughPage(cpu.mtrrs, gfn, size, false);
    if (!hasOneType(types) || cpu.cd) {
      const candidates = nestedCandidates(own, nested, types) | (cpu.cd ? CANDIDATE_UC : 0);
      return openBetween(candidates, cpu.cd ? RULE.hostCacheDisable : RULE.l2LargePageMixed);
    }
    const mtrr = anyType(types);
    return typed(NESTED_TYPES.type(own, nested, mtrr), NO_LEVEL, NO_LEAF, NESTED_TYPES.rule(own, nested, mtrr, isPaged));
  }

  readL2Pat(vcpu: number, page: VmcbPage): Observation {
    return this.guests[vcpu].pages[page].isPatOpen ? openBetween(0, RULE.gPatStale) : plain(OK, RULE.gPatRead);
  }

  l2PatHalf(vcpu: number, page: VmcbPage, upper: boolean): number {
    const { patHi, patLo } = this.guests[vcpu].pages[page];
    return upper ? patHi : patLo;
  }

  addState(state: Record<string, unknown>, vcpu: number): void {
    const guest = this.guests[vcpu];
    guest.pages.forEach(({ np, npClean, patHi, patLo, isPatOpen, isPaged }, page) => {
      const gpat = isPatOpen ? 'open' : hex64(patHi, patLo);
      state[`vcpu${vcpu} VMCB${page}`] = { np: np === 1, gpat, npClean: npClean === 1, pg: isPaged };
    });
    const { cachedNp, cachedHi, cachedLo } = guest;
    const cached = guest.isCacheKnown
      ? { page: guest.pages.indexOf(guest.last!), np: cachedNp, gpat: hex64(cachedHi, cachedLo) }
      : null;
    state[`vcpu${vcpu} last VMCB`] = guest.last === null ? 'none' : (cached ?? 'open');
    if (!guest.isIn) return;
    const gPat = guest.isPatOpen ? 'open' : hex64(this.patHalf(vcpu, true), this.patHalf(vcpu, false));
    state[`vcpu${vcpu} L2`] = { page: guest.page, np: guest.isNpOpen ? 'open' : guest.np, pat: gPat };
  }
}

function nestedCandidates(own: number, nested: number, types: number): number {
  let bits = 0;
  for (let type = 0; types >> type !== 0; type++) {
    if (((types >> type) & 1) !== 0) bits |= candidatesOf(NESTED_TYPES.type(own, nested, type) as EffectiveType);
  }
  return bits;
}
