/** A bucket's or a cause's id as a short name that lasts: the same in every run, in the page, in issues, in the names of files. */
import { createHash } from 'node:crypto';

/** 12 hex digits of the sha256. */
export function anchorOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 12);
}
