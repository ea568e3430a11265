/** What an access observes, by MTRR type and PAT type: a vendor's table compiled for one state of CR0. */
import { NO_LEVEL } from '../contract/address.js';
import { CD, type EffectiveType, type RegisterType, UC, WC, WP, WT } from '../contract/memory-type.js';
import {
  CANDIDATE_UC,
  CANDIDATE_WB,
  CANDIDATE_WC,
  CANDIDATE_WP,
  CANDIDATE_WT,
  NO_LEAF,
  type Observation,
  openBetween,
  typed,
} from '../contract/observation.js';
import type { TypeSet } from './type-set.js';

export class AnswerTable {
  private readonly observations = new Int32Array(64);
  private readonly candidates = new Uint8Array(64);

  /** The pair has an effective type. */
  settle(mtrr: RegisterType, pat: RegisterType, effective: EffectiveType, rule: number): void {
    this.observations[index(mtrr, pat)] = typed(effective, NO_LEVEL, NO_LEAF, rule);
    this.candidates[index(mtrr, pat)] = candidatesOf(effective);
  }

  /** The manual leaves the pair open between the types whose CANDIDATE_ bits are set. */
  leaveOpen(mtrr: RegisterType, pat: RegisterType, candidates: number, rule: number): void {
    this.observations[index(mtrr, pat)] = openBetween(candidates, rule);
    this.candidates[index(mtrr, pat)] = candidates;
  }

  observation(mtrr: RegisterType, pat: RegisterType): Observation {
    return this.observations[index(mtrr, pat)];
  }

  /** CANDIDATE_ bits of all effective types that the MTRR types can give with this PAT type. */
  candidatesOf(mtrrs: TypeSet, pat: RegisterType): number {
    let bits = 0;
    for (let type = 0; mtrrs >> type !== 0; type++) {
      if (((mtrrs >> type) & 1) !== 0) bits |= this.candidates[index(type, pat)];
    }
    return bits;
  }
}

/** Both encodings fit three bits. */
function index(mtrr: number, pat: number): number {
  return 8 * mtrr + pat;
}

/** The format names candidates as the `memtype` lens compares them: CD as UC. */
export function candidatesOf(effective: EffectiveType): number {
  if (effective === UC || effective === CD) return CANDIDATE_UC;
  if (effective === WC) return CANDIDATE_WC;
  if (effective === WT) return CANDIDATE_WT;
  return effective === WP ? CANDIDATE_WP : CANDIDATE_WB;
}
