import { type Gfn, LEVEL_PAGES } from '../contract/address.js';
import { variantNumbers } from '../contract/define-rules.js';
import { type RegisterType, WB } from '../contract/memory-type.js';
import {
  CANDIDATE_UC,
  CANDIDATE_WB,
  CANDIDATE_WC,
  CANDIDATE_WP,
  CANDIDATE_WT,
  leafWord,
  MMIO,
  type Observation,
  openBetween,
  plain,
  typed,
} from '../contract/observation.js';
import { type BackedRegions, NO_REGION } from './backed-regions.js';
import { effectiveType } from './effective-type.js';
import { type EptLeaves, NOT_MAPPED } from './ept-leaves.js';
import type { GuestCr0 } from './guest-cr0.js';
import type { GuestPat } from './guest-pat.js';
import type { LeafMemoryType } from './leaf-memory-type.js';
import { HONOURS_PAT, hasIpat, type LeafWord, leafWordOf, ruleNumberOf, typeOf } from './leaf-word.js';
import { type MappingLevel, NO_LEVEL_CRASH } from './mapping-level.js';
import { isMtrrType } from './mtrr-validity.js';
import { RULE, UNPAGED_RULE } from './rules.js';

const ANY_TYPE = CANDIDATE_UC | CANDIDATE_WC | CANDIDATE_WT | CANDIDATE_WP | CANDIDATE_WB;
/** From the rule of a leaf to the same with the clause that CR0.PG=0 adds. */
const UNPAGED = variantNumbers(RULE, UNPAGED_RULE);

/**
 * An access of the guest: the EPT leaf that serves it, built at first touch, and what hardware makes of leaf and PAT.
 * Linux v6.6 arch/x86/kvm/mmu/mmu.c, kvm_tdp_page_fault(); Intel SDM vol. 3, "Memory Type Used for Translated Guest-Physical Addresses".
 */
export class GuestAccess {
  /** Leaves built. */
  faults = 0;

  constructor(
    private readonly regions: BackedRegions,
    private readonly leaves: EptLeaves,
    private readonly mappingLevel: MappingLevel,
    private readonly leafMemoryType: LeafMemoryType,
    private readonly cr0: GuestCr0,
    private readonly pat: GuestPat,
  ) {}

  /** `pat` is 4*PAT + 2*PCD + PWT of the guest's leaf entry. */
  access(vcpu: number, gfn: Gfn, pat: number): Observation {
    let leaf = this.leaves.find(gfn);
    const region = leaf === NOT_MAPPED ? this.regions.find(gfn) : NO_REGION;
    if (leaf === NOT_MAPPED && region === NO_REGION) return plain(MMIO, RULE.frameWithoutBacking);
    if (this.pat.failsVmEntry(vcpu)) return openBetween(ANY_TYPE, RULE.patFailsVmEntry);
    if (leaf === NOT_MAPPED) leaf = this.fault(vcpu, gfn, region);
    return leaf === NOT_MAPPED ? openBetween(ANY_TYPE, RULE.consistencyCheckCrashes) : this.through(leaf, vcpu, pat);
  }

  /** EPT violation: builds the leaf and returns it, or NOT_MAPPED if the host crashed instead. */
  private fault(vcpu: number, gfn: Gfn, region: number): number {
    const level = this.mappingLevel.of(vcpu, gfn, this.regions.hostLevel(region, gfn));
    if (level === NO_LEVEL_CRASH) return NOT_MAPPED;
    const pages = LEVEL_PAGES[level];
    const base = Math.floor(gfn / pages) * pages;
    this.faults++;
    return this.leaves.add(
      base,
      level,
      knownOrOpen(this.leafMemoryType.of(vcpu, base, this.regions.backing(region), this.regions.hostPat(region))),
    );
  }

  private through(leaf: number, vcpu: number, pat: number): Observation {
    const word = this.leaves.word(leaf);
    const level = this.leaves.level(leaf);
    const rule = ruleNumberOf(word);
    const type = typeOf(word);
    if (!isMtrrType(type)) return openBetween(ANY_TYPE, rule);
    const eptType = type as Exclude<RegisterType, 7>;
    if (hasIpat(word)) return typed(eptType, level, leafWord(eptType, true), rule);
    if (!this.cr0.isPaging(vcpu)) return typed(effectiveType(eptType, WB), level, leafWord(eptType, false), UNPAGED[rule]);
    return typed(effectiveType(eptType, this.pat.type(vcpu, pat)), level, leafWord(eptType, false), rule);
  }
}

/** A byte that is no memory type keeps its own rule only if that says why it is not known. */
function knownOrOpen(word: LeafWord): LeafWord {
  if (isMtrrType(typeOf(word)) || ruleNumberOf(word) === RULE.fixedSlotInListNode) return word;
  return leafWordOf(typeOf(word), HONOURS_PAT, RULE.typeIsNoMemoryType);
}
