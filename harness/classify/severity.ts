/** How bad a difference is, from what was expected, what was got and what backs the frame. */
import { type EffectiveType, MEMORY_TYPE_NAMES } from '../../models/contract/memory-type.js';
import { DETAIL_MASK, LEVEL_MASK, type Observation, memtypeOf, OUTCOME_MASK } from '../../models/contract/observation.js';
import type { BucketLens } from '../compare/lens.js';
import { type Circumstances, type FrameClass, frameOf, hasPrivateMemory, isConverting } from './circumstances.js';
import { SEVERITIES, type Severity } from './severity-scale.js';
import { CLASS_SEVERITY, divergenceClass, HAZARD_CLASSES, type HazardClass, invariantClass } from './hazard-class.js';

export { SEVERITIES, type Severity };

/** `--fail-on correctness`: this and worse. */
export const WORST_TOLERABLE: Severity = 'performance';

/**
 * Expected -> actual on R, N and D. X machine check or device side effects, C coherence, O ordering, S semantics of writes,
 * P performance only, = equivalent; lower case: conditional, one class down.
 * Source: SDM vol. 3, "Programming the PAT" and "MTRR Considerations in MP Systems", remapping rules; APM vol. 2, "Memory Types".
 */
const TABLE: Readonly<Record<string, readonly [string, string, string]>> = {
  'UC WC': ['o', 'OC', 'OX'],
  'UC WT': ['=', 'C', 'XC'],
  'UC WP': ['=', 'C', 'XC'],
  'UC WB': ['=o', 'C', 'XC'],
  'WC UC': ['P', 'P', 'P'],
  'WC WT': ['=', 'C', 'XC'],
  'WC WP': ['=', 'C', 'XC'],
  'WC WB': ['=', 'C', 'XC'],
  'WT UC': ['P', 'P', 'P'],
  'WT WC': ['O', 'OC', 'O'],
  'WT WP': ['P', 'P', 's'],
  'WT WB': ['=', 'C', 'C'],
  'WP UC': ['P', 'P', 'P'],
  'WP WC': ['O', 'O', 'OS'],
  'WP WT': ['s', 'c', 'S'],
  'WP WB': ['s', 'C', 'SC'],
  'WB UC': ['P', 'P', 'P'],
  'WB WC': ['OC', 'OC', 'O'],
  'WB WT': ['P', 'P', 'P'],
  'WB WP': ['P', 'P', 'P'],
};

const CLASSES: Readonly<Record<string, Severity>> = {
  X: 'machine-check',
  C: 'coherence',
  O: 'ordering',
  S: 'write-semantics',
  P: 'performance',
  '=': 'none',
};

export function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

export function worse(a: Severity, b: Severity): Severity {
  return rankOf(a) <= rankOf(b) ? a : b;
}

/** Of one memory type where another was expected. CD counts as UC, WC+ as WC: equal for the accessor. */
export function memtypeSeverity(expected: EffectiveType, got: EffectiveType, frame: FrameClass): Severity {
  const from = MEMORY_TYPE_NAMES[expected & 7];
  const to = MEMORY_TYPE_NAMES[got & 7];
  if (from === to) return 'none';
  return [...TABLE[`${from} ${to}`][frame]].map(classOf).reduce(worse, 'none');
}

function classOf(letter: string): Severity {
  const upper = CLASSES[letter.toUpperCase()];
  return letter === letter.toUpperCase() ? upper : SEVERITIES[rankOf(upper) + 1];
}

/** Compiled once: 16 expected x 16 got x 3 frame classes to a rank. */
const RANKS = new Uint8Array(16 * 16 * 3);
for (const expected of [0, 1, 4, 5, 6, 8, 9] as const) {
  for (const got of [0, 1, 4, 5, 6, 8, 9] as const) {
    for (const frame of [0, 1, 2] as const)
      RANKS[(expected * 16 + got) * 3 + frame] = rankOf(memtypeSeverity(expected, got, frame));
  }
}

/** Rank in SEVERITIES by the class of hazard. */
const HAZARD_RANKS = Object.fromEntries(HAZARD_CLASSES.map((hazard) => [hazard, rankOf(CLASS_SEVERITY[hazard])])) as Readonly<
  Record<HazardClass, number>
>;

/** Rank of a broken invariant in SEVERITIES. @param id that of the invariant */
export function invariantRank(id: string): number {
  return HAZARD_RANKS[invariantClass(id)];
}

/** The class of hazard of a divergence; null where private memory has no part in it. */
export function hazardOf(
  lens: BucketLens,
  expected: Observation,
  got: Observation,
  circumstances: Circumstances,
): HazardClass | null {
  if (lens === 'msr' || lens === 'level' || !hasPrivateMemory(circumstances)) return null;
  return lens === 'cost' ? 'perf' : divergenceClass(expected, got, isConverting(circumstances));
}

/** Rank of a divergence in SEVERITIES. */
export function divergenceRank(lens: BucketLens, expected: Observation, got: Observation, circumstances: Circumstances): number {
  if (lens === 'msr') return ARCHITECTURAL;
  if (lens === 'level' || lens === 'cost') return PERFORMANCE;
  const hazard = hazardOf(lens, expected, got, circumstances);
  if (hazard !== null) return HAZARD_RANKS[hazard];
  const from = memtypeOf(expected);
  const to = memtypeOf(got);
  if (from !== null && to !== null && (from & 7) !== (to & 7)) return RANKS[(from * 16 + to) * 3 + frameOf(circumstances)];
  if (((expected ^ got) & (OUTCOME_MASK | DETAIL_MASK)) !== 0) return ARCHITECTURAL;
  if (from === null || lens === 'private') return ARCHITECTURAL;
  return ((expected ^ got) & LEVEL_MASK) !== 0 ? PERFORMANCE : NONE;
}

const ARCHITECTURAL = rankOf('architectural');
const PERFORMANCE = rankOf('performance');
const NONE = rankOf('none');
