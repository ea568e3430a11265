/** Candidates where the source leaves the type open. */
import type { RegisterType } from '../contract/memory-type.js';
import { CD, UC, WC, WC_PLUS, WP, WT } from '../contract/memory-type.js';
import { CANDIDATE_UC, CANDIDATE_WB, CANDIDATE_WC, CANDIDATE_WP, CANDIDATE_WT } from '../contract/observation.js';
import { effectiveType } from './effective-type.js';
import { HOST_PAT } from './nested-pat.js';

export const ANY_TYPE = CANDIDATE_UC | CANDIDATE_WC | CANDIDATE_WT | CANDIDATE_WP | CANDIDATE_WB;

function candidate(type: number): number {
  if (type === UC || type === CD) return CANDIDATE_UC;
  if (type === WC || type === WC_PLUS) return CANDIDATE_WC;
  if (type === WT) return CANDIDATE_WT;
  return type === WP ? CANDIDATE_WP : CANDIDATE_WB;
}

/** The types that an access can have when the nested leaf may select any entry of the host's PAT. */
export function anyNestedType(guest: RegisterType, mtrr: RegisterType): number {
  let candidates = 0;
  for (const nested of HOST_PAT) candidates |= candidate(effectiveType(guest, nested, mtrr));
  return candidates;
}
