/** The two sides of a comparison: A, what is there, and B, what is to take its place. A profile or an outside model each. */
import type { Profile } from '../../models/contract/model.js';
import { externalSeat, type Panel, type Seat, seatOf } from '../compare/panel.js';
import { FaultLog } from '../panel/faults.js';
import type { OutsideModel } from '../panel/external-model.js';
import { Seats } from '../panel/seats.js';

export type Contestant = Profile | OutsideModel;

export interface Pair {
  readonly panel: Panel;
  readonly seats: Seats;
  readonly faults: FaultLog;
  readonly outsiders: readonly OutsideModel[];
  /** Seats of A and B. */
  readonly a: number;
  readonly b: number;
}

const isProfile = (contestant: Contestant): contestant is Profile => 'create' in contestant;

/** Seats both with one edge, from A to B. @param known profiles that an outside model may claim to be */
export function pairOf(a: Contestant, b: Contestant, seed: string, known: readonly Profile[]): Pair {
  const contestants = [a, b];
  const profiles = contestants.filter(isProfile);
  const outsiders = contestants.filter((contestant): contestant is OutsideModel => !isProfile(contestant));
  // Seats hold profiles first.
  const seated: readonly Contestant[] = [...profiles, ...outsiders];
  const edge = { reference: seated.indexOf(a), seat: a === b ? 1 : seated.indexOf(b) };
  const panel: Panel = { seats: seated.map((contestant) => seatFor(contestant, known)), edges: [edge] };
  const faults = new FaultLog(seed, panel);
  return { panel, seats: new Seats(profiles, outsiders, faults.onDefect), faults, outsiders, a: edge.reference, b: edge.seat };
}

function seatFor(contestant: Contestant, known: readonly Profile[]): Seat {
  return isProfile(contestant) ? seatOf(contestant) : externalSeat(contestant.name, contestant.claims, known);
}
