/**
 * What the hardware makes of guest PAT, nested ("host") PAT and host MTRR.
 * AMD APM vol. 2, "Combining Memory Types, MTRRs": two tables, one after the other.
 */
import { CD, type EffectiveType, type RegisterType, UC, UC_MINUS, WB, WC, WC_PLUS, WP, WT } from '../contract/memory-type.js';

/** Type names as the tables print them. */
export type PatName = 'UC' | 'UC-' | 'WC' | 'WP' | 'WT' | 'WB';
export type MtrrName = 'UC' | 'WC' | 'WP' | 'WT' | 'WB';
export type CombinedName = PatName | 'WC+';
export type EffectiveName = MtrrName | 'WC+' | 'CD';

/** Table "Combining Guest and Host PAT Types". Guest: { host: combined }. */
export const GUEST_AND_HOST_PAT: Readonly<Record<PatName, Readonly<Record<PatName, CombinedName>>>> = {
  UC: { UC: 'UC', 'UC-': 'UC', WC: 'UC', WP: 'UC', WT: 'UC', WB: 'UC' },
  'UC-': { UC: 'UC', 'UC-': 'UC-', WC: 'WC', WP: 'UC', WT: 'UC', WB: 'UC' },
  WC: { UC: 'WC', 'UC-': 'WC', WC: 'WC', WP: 'WC+', WT: 'WC+', WB: 'WC+' },
  WP: { UC: 'UC', 'UC-': 'UC', WC: 'UC', WP: 'WP', WT: 'UC', WB: 'WP' },
  WT: { UC: 'UC', 'UC-': 'UC', WC: 'UC', WP: 'UC', WT: 'WT', WB: 'WT' },
  WB: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WP: 'WP', WT: 'WT', WB: 'WB' },
};

/** Table "Combining PAT and MTRR Types". Combined PAT type: { host MTRR: effective }. CD is only ever a result. */
export const PAT_AND_MTRR: Readonly<Record<CombinedName, Readonly<Record<MtrrName, EffectiveName>>>> = {
  UC: { UC: 'UC', WC: 'CD', WP: 'CD', WT: 'CD', WB: 'CD' },
  'UC-': { UC: 'UC', WC: 'WC', WP: 'CD', WT: 'CD', WB: 'CD' },
  WC: { UC: 'WC', WC: 'WC', WP: 'WC', WT: 'WC', WB: 'WC' },
  'WC+': { UC: 'WC', WC: 'WC', WP: 'WC+', WT: 'WC+', WB: 'WC+' },
  WP: { UC: 'UC', WC: 'CD', WP: 'WP', WT: 'CD', WB: 'WP' },
  WT: { UC: 'UC', WC: 'CD', WP: 'CD', WT: 'WT', WB: 'WT' },
  WB: { UC: 'UC', WC: 'WC', WP: 'WP', WT: 'WT', WB: 'WB' },
};

export const PAT_NAMES = Object.keys(GUEST_AND_HOST_PAT) as PatName[];
export const MTRR_NAMES = Object.keys(PAT_AND_MTRR.UC) as MtrrName[];

const ENCODING: Readonly<Record<CombinedName | EffectiveName, number>> = {
  UC,
  'UC-': UC_MINUS,
  WC,
  'WC+': WC_PLUS,
  WP,
  WT,
  WB,
  CD,
};

/** Encoding of a type that a PAT or an MTRR can hold. */
export function encodingOf(name: PatName): RegisterType {
  return ENCODING[name] as RegisterType;
}

/** Both tables in one, by 64 * nested + 8 * guest + mtrr. */
const EFFECTIVE = new Uint8Array(512);
for (const guest of PAT_NAMES) {
  for (const host of PAT_NAMES) {
    for (const mtrr of MTRR_NAMES) {
      const combined = GUEST_AND_HOST_PAT[guest][host];
      EFFECTIVE[64 * ENCODING[host] + 8 * ENCODING[guest] + ENCODING[mtrr]] = ENCODING[PAT_AND_MTRR[combined][mtrr]];
    }
  }
}

/**
 * The effective type with caches enabled.
 * @param guest guest PAT type. @param nested host PAT type that the nested leaf selects. @param mtrr host MTRR type of the frame.
 */
export function effectiveType(guest: RegisterType, nested: RegisterType, mtrr: RegisterType): EffectiveType {
  return EFFECTIVE[64 * nested + 8 * guest + mtrr] as EffectiveType;
}

/**
 * The effective type while CR0.CD of guest or host is 1. The APM says only that either bit disables caching: a probing uncached access
 * (CD) is what it does on bare metal, and memory that the MTRR makes UC stays UC.
 */
export function cacheDisabledType(mtrr: RegisterType): EffectiveType {
  return mtrr === UC ? UC : CD;
}
