/** Guest frame numbers, page sizes and levels: the words of docs/scenario-format.md, as small integers. */

/** A guest frame number: gpa = gfn * 4096. Below 2 ** 40. */
export type Gfn = number;

/** Level of a host mapping or size of a guest page. 0 is "no level" in an observation. */
export type Level = 1 | 2 | 3;
export const NO_LEVEL = 0;
export const LEVEL_4K = 1;
export const LEVEL_2M = 2;
export const LEVEL_1G = 3;

/** Names by level; index 0 is unused. */
export const LEVEL_NAMES = ['', '4K', '2M', '1G'] as const;

/** 4 KiB pages in a mapping, by level; index 0 is unused. */
export const LEVEL_PAGES = [0, 1, 512, 262144] as const;

/** Frame numbers are below this in every machine. */
export const GFN_LIMIT = 2 ** 40;
