/** "Close to it": for commands, flags, profiles, keys and variables alike. */
import { closeNames } from '../../operations/close-name.js';
import { shown } from '../../operations/usage-error.js';

/** Longer than any name of ours: what else it holds makes no name closer. */
const LONGEST = 64;

/** `found the profile "intel-ept/6.17", expected one that emtdiff models lists; close to it: intel-ept/6.16` */
export function unknownName(what: string, name: string, expected: string, names: readonly string[]): string {
  return `found the ${what} ${shown(name)}, expected ${expected}; close to it: ${closeNames(name.slice(0, LONGEST), names).join(' ')}`;
}
