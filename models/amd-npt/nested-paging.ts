/** Accesses through the nested tables: the fault handler that builds leaves, and what the hardware makes of a leaf. */
import type { Gfn, Level } from '../contract/address.js';
import { type RegisterType, UC } from '../contract/memory-type.js';
import { leafWord, MMIO, NO_LEAF, type Observation, openBetween, plain, typed } from '../contract/observation.js';
import type { AssignedDevices } from './assigned-devices.js';
import type { ControlRegister } from './control-register.js';
import { cacheDisabledType, effectiveType } from './effective-type.js';
import type { GuestMtrrs } from './guest-mtrrs.js';
import { type GuestPat, WITHOUT_PAGING } from './guest-pat.js';
import type { Kernel } from './switches.js';
import { HOST_CRASHES, mappingLevel } from './mapping-level.js';
import { type Memslots, NO_SLOT } from './memslots.js';
import { nestedLeafType, PLAIN_LEAF, ruleOfLeaf, typeOfLeaf } from './nested-leaf.js';
import { NOT_MAPPED, type NptLeaves, OPEN_TYPE } from './npt-leaves.js';
import { ANY_TYPE, anyNestedType } from './open-type.js';
import { CELL_RULE, RULE, UNPAGED_RULE } from './rules.js';

export class NestedPaging {
  /** Nested page faults, those that exit as MMIO included. */
  faults = 0;

  constructor(
    private readonly kernel: Kernel,
    private readonly mtrrs: GuestMtrrs,
    private readonly pat: GuestPat,
    private readonly cr0: ControlRegister,
    private readonly devices: AssignedDevices,
    private readonly memslots: Memslots,
    private readonly leaves: NptLeaves,
  ) {}

  /** @param pat index 0 to 7 that the guest's leaf entry selects. */
  access(vcpu: number, gfn: Gfn, pat: number): Observation {
    const mapped = this.leaves.find(gfn);
    if (mapped !== NOT_MAPPED) return this.typeOf(vcpu, pat, mapped);
    this.faults++;
    const slot = this.memslots.find(gfn);
    if (slot === NO_SLOT) return plain(MMIO, RULE.noBacking);
    const leaf = this.map(vcpu, gfn, slot);
    return leaf === NOT_MAPPED ? openBetween(ANY_TYPE, RULE.staleListPointer) : this.typeOf(vcpu, pat, leaf);
  }

  /** tdp_page_fault(): level, then the leaf, typed for the first frame of the mapping. NOT_MAPPED: the host crashes. */
  private map(vcpu: number, gfn: Gfn, slot: number): number {
    let level: Level | 0 = this.memslots.hostLevel(slot, gfn);
    if (this.kernel.levelLimitedByMtrr) {
      level = mappingLevel(this.mtrrs, vcpu, gfn, level, this.kernel.staleListPointer);
      if (level === HOST_CRASHES) return NOT_MAPPED;
    }
    const first = this.memslots.blockStart(gfn, level);
    const decided = this.kernel.nestedTypeFromGuestMtrr
      ? nestedLeafType(this.mtrrs, vcpu, first, this.memslots.isMmio(slot), this.devices.hasAny())
      : PLAIN_LEAF;
    return this.leaves.map(first, level, typeOfLeaf(decided), this.memslots.hostMtrr(slot), ruleOfLeaf(decided));
  }

  /** What the hardware makes of CR0, gPAT, nested leaf and host MTRR. */
  private typeOf(vcpu: number, pat: number, leaf: number): Observation {
    const type = this.leaves.type(leaf);
    const mtrr = this.leaves.hostMtrr(leaf);
    const level = this.leaves.level(leaf);
    const word = type === OPEN_TYPE ? NO_LEAF : leafWord(type as RegisterType, false);
    if (this.cr0.hardwareCd(vcpu)) {
      const rule = mtrr === UC ? RULE.cacheDisabledMtrrUc : RULE.cacheDisabled;
      return typed(cacheDisabledType(mtrr), level, word, rule);
    }
    const paging = this.cr0.pg(vcpu);
    const guest = paging ? this.pat.type(vcpu, pat) : WITHOUT_PAGING;
    if (type === OPEN_TYPE) return openBetween(anyNestedType(guest, mtrr), this.leaves.rule(leaf));
    const rule = this.leaves.rule(leaf) || CELL_RULE[8 * guest + mtrr];
    return typed(effectiveType(guest, type as RegisterType, mtrr), level, word, paging ? rule : UNPAGED_RULE[rule]);
  }
}
