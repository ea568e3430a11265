/**
 * Answers about private memory that are different words for one thing. Hardware differs here legitimately: SEV-SNP checks a shared access
 * against the RMP only when it writes (AMD64 APM vol. 2, "RMP and VMPL Access Checks"), a software-protected VM asks its guest for no
 * acknowledgement.
 */
import {
  CIPHERTEXT,
  DETAIL_MASK,
  detailOf,
  memoryFault,
  NOT_VALIDATED,
  type Observation,
  OK,
  OUTCOME_MASK,
  PRIVATE,
  SHARED,
} from '../../models/contract/observation.js';

/**
 * Flags above the fields of a mask. A shared read of a private page gives ciphertext if a leaf is there and exits to userspace if not:
 * nobody cares which.
 */
export const CIPHERTEXT_IS_EXIT = 1 << 29;
/** Between subjects that acknowledge private pages differently, or not at all: served, or to be acknowledged and then served. */
export const ACK_IS_SERVICE = 1 << 30;
export const EQUIVALENCES = CIPHERTEXT_IS_EXIT | ACK_IS_SERVICE;

const EXIT_FIELDS = OUTCOME_MASK | DETAIL_MASK;
const SHARED_EXIT = memoryFault(SHARED, 0) & EXIT_FIELDS;

/** Whether two answers that differ are one by the equivalences that `flags` has. */
export function isEquivalent(a: Observation, b: Observation, flags: number): boolean {
  return (
    ((flags & CIPHERTEXT_IS_EXIT) !== 0 && (isCiphertextAndExit(a, b) || isCiphertextAndExit(b, a))) ||
    ((flags & ACK_IS_SERVICE) !== 0 && (isAckAndService(a, b) || isAckAndService(b, a)))
  );
}

function isCiphertextAndExit(a: Observation, b: Observation): boolean {
  return (a & OUTCOME_MASK) === CIPHERTEXT && (b & EXIT_FIELDS) === SHARED_EXIT;
}

function isAckAndService(a: Observation, b: Observation): boolean {
  return (a & OUTCOME_MASK) === NOT_VALIDATED && (b & OUTCOME_MASK) === OK && detailOf(b) === PRIVATE;
}
