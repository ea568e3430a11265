/** The two sides of a comparison: A, what is there, and B, what is to take its place. A profile or an external model each. */
import type { LensName } from '../compare/lens.js';
import type { External } from '../panel/external.js';
import { WorkingPanel } from '../panel/working-panel.js';
import type { Guard } from '../run/guard.js';
import type { Profile } from '../../models/contract/model.js';

export type Participant = Profile | External;

export interface Pair {
  readonly work: WorkingPanel;
  /** Seats of A and B. */
  readonly a: number;
  readonly b: number;
}

const isProfile = (participant: Participant): participant is Profile => 'create' in participant;

export interface PairOptions {
  readonly seed: string;
  readonly a: Participant;
  readonly b: Participant;
  /** All profiles that exist: what an external model may claim to be. */
  readonly known: readonly Profile[];
  readonly lenses: readonly LensName[];
  /** Ends a model of ours that loops. */
  readonly guard?: Guard;
}

/** The two as members of a panel. */
export function membersOf({ a, b }: Pick<PairOptions, 'a' | 'b'>): { profiles: Profile[]; externals: External[] } {
  return {
    profiles: [a, b].filter(isProfile),
    externals: [a, b].filter((participant): participant is External => !isProfile(participant)),
  };
}

/** Seats both with one edge, from A to B. An external model is known by its answers alone. */
export function pairOf({ a, b, ...options }: PairOptions): Pair {
  const { profiles, externals } = membersOf({ a, b });
  // A panel seats profiles first.
  const seated: readonly Participant[] = [...profiles, ...externals];
  const edge = { reference: seated.indexOf(a), seat: a === b ? 1 : seated.indexOf(b) };
  return {
    work: new WorkingPanel({ ...options, profiles, externals, edges: [edge], namesRules: false }),
    a: edge.reference,
    b: edge.seat,
  };
}
