/** The kind of an access by its error code. */
import { type AccessKind, EXECUTE, READ, WRITE } from '../../models/contract/operation.js';

/** Exit qualification of an EPT violation has bit 7 or 8; a paging error code has neither. */
const QUALIFICATION = 0x180;
/** SDM vol. 3, "Exit Qualification for EPT Violations": write, instruction fetch. */
const EPT_BITS = { write: 2, fetch: 4 };
/** The error code of a page fault, which EXITINFO1 of a nested page fault has in its low bits. */
const PAGING_BITS = { write: 2, fetch: 0x10 };

/** @param code as kvm_page_fault prints it; null: no fault is known, taken for a read */
export function accessKindOf(code: number | null): AccessKind {
  if (code === null) return READ;
  const low = code % 2 ** 32;
  const bits = code < 2 ** 32 && (low & QUALIFICATION) !== 0 ? EPT_BITS : PAGING_BITS;
  return (low & bits.write) !== 0 ? WRITE : (low & bits.fetch) !== 0 ? EXECUTE : READ;
}
