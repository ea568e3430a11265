/** Which seats are held to each other's every word: profiles of one family on one vendor's processors, an external and what it claims to be. */
import type { Seat } from './panel.js';

export function areKin(a: Seat, b: Seat): boolean {
  return claims(a, b) || claims(b, a) || (a.lineage === b.lineage && a.vendor === b.vendor && !isStranger(a) && !isStranger(b));
}

/** Whether `a` is an external model that claims to be the profile `b`. */
export function claims(a: Seat, b: Seat): boolean {
  return typeof a.claims === 'string' && a.claims === b.name;
}

/** An external model is nobody's kin but that of the profile that it claims to be. */
function isStranger({ claims: claimed }: Seat): boolean {
  return claimed !== undefined;
}
