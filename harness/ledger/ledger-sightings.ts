/** What the scenario of each entry of a ledger shows today, on the panel of a run. */
import type { Profile } from '../../models/contract/model.js';
import { PROFILES } from '../../models/registry.js';
import type { LensName } from '../compare/lens.js';
import { externalSeat, type Panel, panelOf, seatOf } from '../compare/panel.js';
import type { KnownEntry } from './known-entry.js';
import type { Sighting } from './ledger-review.js';
import { causesOf } from './sighting.js';
import { CounterComparison } from '../panel/counter-comparison.js';
import { type DivergentScenario, divergencesOf, eyesOf } from '../finding/divergence.js';
import { ForeignRules } from '../panel/foreign-rules.js';
import type { OutsideModel } from '../panel/external-model.js';
import { Seats } from '../panel/seats.js';
import { encodeScenario } from '../scenario/encoded.js';

/** Who answers: profiles first, then outside models that still run. */
export interface Answering {
  readonly profiles: readonly Profile[];
  readonly outsiders: readonly OutsideModel[];
  readonly lenses: readonly LensName[];
}

export async function sightingsOf(
  entries: readonly KnownEntry[],
  { profiles, outsiders, lenses }: Answering,
): Promise<ReadonlyMap<KnownEntry, readonly Sighting[]>> {
  const foreign = outsiders.map(({ name }) => new ForeignRules(name));
  const panel = panelOf([
    ...profiles.map(seatOf),
    ...outsiders.map(({ name, claims }, index) => externalSeat(name, claims, PROFILES, foreign[index].rules)),
  ]);
  const seats = new Seats(profiles, outsiders, () => undefined, foreign);
  const eyes = eyesOf(panel, lenses);
  const shown = new Map<KnownEntry, readonly Sighting[]>();
  for (const entry of entries) {
    const divergent = await divergencesOf(entry.scenario, panel, seats, lenses, eyes);
    const counted = entry.scope.lens === 'cost' ? costSightings(entry, panel, seats, divergent) : [];
    shown.set(entry, [...stepSightings(divergent), ...counted]);
  }
  return shown;
}

function stepSightings({ divergences, table, observations }: DivergentScenario): Sighting[] {
  return divergences.flatMap(({ step, buckets }) =>
    buckets.map(({ id, expected, got }): Sighting => {
      const outcome = (name: string) => observations[name][step].outcome;
      return { ...causesOf(table.knownById(id)), sides: [expected, got], outcomes: [[outcome(expected), outcome(got)]] };
    }),
  );
}

/** Counters are compared once, after the last step of a scenario that every seat has just run. */
function costSightings({ scenario }: KnownEntry, panel: Panel, seats: Seats, { table }: DivergentScenario): Sighting[] {
  const counters = new CounterComparison(panel, table);
  const encoded = encodeScenario(scenario);
  return panel.edges.flatMap(({ reference, seat }, edge) => {
    const bucket = counters.shown(edge, encoded, seats);
    const name = (index: number) => panel.seats[index].name;
    return bucket === null
      ? []
      : [{ ...causesOf(bucket), sides: [name(reference), name(seat)] as const, outcomes: [['ok', 'ok']] as const }];
  });
}
