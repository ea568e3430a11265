/**
 * What differs about private memory, as a class of hazard: by the invariant that is broken, or by two answers and whether a conversion was
 * under way. The classes are those in which the thread on "[PATCH RFC v8 02/56] KVM: x86: Add 'update_mem_attr' x86 op" (March 2023) argues.
 */
import {
  CIPHERTEXT,
  detailOf,
  HOST_FATAL,
  MEMORY_FAULT,
  MMIO,
  NOT_VALIDATED,
  type Observation,
  OK,
  outcomeOf,
  PAUSED,
  PRIVATE,
  RETRY,
  RMP_LOOP,
  SHARED,
  SLEEP_IN_ATOMIC,
  VM_DEAD,
} from '../../models/contract/observation.js';
import type { Severity } from './severity-scale.js';

/** Worst first. */
export const HAZARD_CLASSES = ['unsafe-host', 'unsafe-guest', 'livelock', 'transient-livelock', 'perf', 'timing', 'safe'] as const;
export type HazardClass = (typeof HAZARD_CLASSES)[number];

/** Where each class stands among the severities of memory types. */
export const CLASS_SEVERITY: Readonly<Record<HazardClass, Severity>> = {
  // The host crashes, deadlocks or is left with a page that crashes it: as bad as a machine check.
  'unsafe-host': 'machine-check',
  // The guest reads or writes another page than it should, or loses one: stale data.
  'unsafe-guest': 'coherence',
  // An access never ends: not what any processor does.
  livelock: 'architectural',
  // It ends when another actor goes on: slower.
  'transient-livelock': 'performance',
  perf: 'performance',
  // Another interleaving, the same end.
  timing: 'none',
  safe: 'none',
};

/** By the id of a broken invariant; what is not named here is unsafe for the guest. */
const INVARIANT_CLASSES: Readonly<Record<string, HazardClass>> = {
  I3: 'livelock',
  I4a: 'unsafe-host',
  I4b: 'unsafe-host',
  I5: 'livelock',
  I6: 'livelock',
  I7: 'unsafe-host',
  I8: 'livelock',
  I13: 'unsafe-host',
  I14: 'perf',
};

export function invariantClass(id: string): HazardClass {
  return INVARIANT_CLASSES[id] ?? 'unsafe-guest';
}

/**
 * Of two answers that differ on a machine with private memory; null: they differ in what has nothing to do with it.
 * @param isConverting a conversion is paused, or may be: some model may still go on with it
 */
export function divergenceClass(a: Observation, b: Observation, isConverting: boolean): HazardClass | null {
  const [outcomeA, outcomeB] = [outcomeOf(a), outcomeOf(b)];
  if (outcomeA === outcomeB) return samePage(a, b) ? null : otherPage(outcomeA, isConverting);
  const has = (outcome: number) => outcomeA === outcome || outcomeB === outcome;
  if (has(HOST_FATAL) || has(SLEEP_IN_ATOMIC)) return 'unsafe-host';
  // The guest touched what it had not accepted: its own mistake, which some subjects forgive.
  if (has(VM_DEAD)) return null;
  if (has(RMP_LOOP)) return isConverting ? 'transient-livelock' : 'livelock';
  if (has(NOT_VALIDATED) || has(RETRY) || has(PAUSED)) return 'timing';
  if (has(OK) && (has(CIPHERTEXT) || has(MEMORY_FAULT)))
    return outcomeA === OK ? servedAgainst(a, b, isConverting) : servedAgainst(b, a, isConverting);
  // Ciphertext against an exit is a don't-care; an exit against MMIO, a frame that has no memslot.
  return has(CIPHERTEXT) || (has(MEMORY_FAULT) && has(MMIO)) ? 'safe' : null;
}

/** Whether two answers with one outcome name the same page, or one of them none. */
function samePage(a: Observation, b: Observation): boolean {
  const outcome = outcomeOf(a);
  if (outcome !== OK && outcome !== MEMORY_FAULT) return true;
  return detailOf(a) === detailOf(b) || detailOf(a) === 0 || detailOf(b) === 0;
}

/** Exits of a subject whose accesses have no kind name that of the attribute. */
function otherPage(outcome: number, isConverting: boolean): HazardClass {
  return outcome === MEMORY_FAULT ? 'safe' : wrongPage(isConverting);
}

/** Of two pages that serve one access one is the old one. */
function wrongPage(isConverting: boolean): HazardClass {
  return isConverting ? 'timing' : 'unsafe-guest';
}

/**
 * An access that one subject serves and the other turns away, or answers by ciphertext: its kind is not that of the attribute. A subject
 * whose accesses have no kind serves it from the page of the attribute; one that serves it from the other page uses an old leaf.
 */
function servedAgainst(served: Observation, other: Observation, isConverting: boolean): HazardClass {
  const wanted = outcomeOf(other) === CIPHERTEXT ? SHARED : detailOf(other);
  const attribute = wanted === SHARED ? PRIVATE : SHARED;
  return detailOf(served) === attribute ? 'safe' : wrongPage(isConverting);
}
