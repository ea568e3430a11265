/**
 * Memory types in the encodings of MTRRs and PAT (SDM vol. 3, "Memory Types That Can Be Encoded in MTRRs" and "Memory Types
 * That Can Be Encoded With PAT"), and the two effective types that only AMD nested paging and CR0.CD know.
 */
export const UC = 0;
export const WC = 1;
export const WT = 4;
export const WP = 5;
export const WB = 6;
/** UC-: a PAT value, never an effective type. */
export const UC_MINUS = 7;
/** AMD CD: uncacheable and probing. UC with the variant bit of an observation. */
export const CD = 8;
/** AMD WC+: write combining and probing. WC with the variant bit of an observation. */
export const WC_PLUS = 9;

/** A type that a register can hold. */
export type RegisterType = typeof UC | typeof WC | typeof WT | typeof WP | typeof WB | typeof UC_MINUS;
/** A type that an access can have. */
export type EffectiveType = typeof UC | typeof WC | typeof WT | typeof WP | typeof WB | typeof CD | typeof WC_PLUS;
export type MemoryTypeName = 'UC' | 'WC' | 'WT' | 'WP' | 'WB' | 'UC-' | 'CD' | 'WC+';

/** Names by encoding; 2 and 3 are reserved encodings. */
export const MEMORY_TYPE_NAMES: readonly string[] = ['UC', 'WC', '?2', '?3', 'WT', 'WP', 'WB', 'UC-', 'CD', 'WC+'];
