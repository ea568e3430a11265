/** Who is compared with whom: the profiles of a campaign and the reference of each. */
import type { Invariant } from '../../models/contract/invariant.js';
import type { Profile } from '../../models/contract/model.js';
import type { Rule } from '../../models/contract/rule.js';

/** One seat of the panel: a profile, or an external model under its own name. */
export interface Seat {
  readonly name: string;
  /** Family: its members may share a misreading, and compare `leaf`. */
  readonly lineage: string;
  readonly vendor: 'intel' | 'amd';
  readonly hasLeaf: boolean;
  readonly rules: readonly (Rule | null)[];
  readonly invariants?: readonly (Invariant | null)[];
  /** Of an external: the profile that it claims to be, null if none. */
  readonly claims?: string | null;
}

export function seatOf(profile: Profile): Seat {
  const { name, lineage, vendor, hasLeaf, rules, invariants } = profile;
  return { name, lineage, vendor, hasLeaf, rules, ...(invariants === undefined ? {} : { invariants }) };
}

/** An external model: it takes family, vendor and fields of what it claims to be, and has the rules that it names, if any. */
export function externalSeat(
  name: string,
  claims: string | undefined,
  known: readonly Profile[],
  rules: readonly (Rule | null)[] = [],
): Seat {
  const claimed = known.find((profile) => profile.name === claims);
  return {
    name,
    lineage: claimed?.lineage ?? name,
    vendor: claimed?.vendor ?? 'intel',
    hasLeaf: claimed?.hasLeaf ?? true,
    rules,
    claims: claims ?? null,
  };
}

/** A profile and what its answers are expected to be; indices into the panel. Both the same: a seat that is judged by its own invariants. */
export interface Edge {
  readonly reference: number;
  readonly seat: number;
}

export interface Panel {
  readonly seats: readonly Seat[];
  /** Pairs that are compared, then the seats that are judged. */
  readonly edges: readonly Edge[];
}

/**
 * Each profile stands against the bare metal of its vendor where that is in the panel (an external model against the profile it claims
 * to be), else against the panel's first. A bare metal stands against the panel's first, too, unless it is the first.
 */
export function panelOf(seats: readonly Seat[]): Panel {
  const edges = seats.flatMap((seat, index) => {
    const reference = referenceOf(seat, seats);
    return reference === index ? [] : [{ reference, seat: index }];
  });
  const judged = seats.flatMap(({ invariants }, seat) => (invariants === undefined ? [] : [{ reference: seat, seat }]));
  return { seats, edges: [...edges, ...judged] };
}

function referenceOf(seat: Seat, seats: readonly Seat[]): number {
  const expected = seat.claims === undefined ? `bare-metal/${seat.vendor}` : seat.claims;
  const found = seats.findIndex((other) => other.name === expected && other !== seat);
  return Math.max(0, found);
}
