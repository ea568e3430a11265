/** What the scenario of each entry of a ledger shows today, on the panel of a run. */
import type { Profile } from '../../models/contract/model.js';
import { OUTCOME_NAMES, outcomeOf } from '../../models/contract/observation.js';
import { PROFILES } from '../../models/registry.js';
import type { LensName } from '../compare/lens.js';
import type { KnownEntry, Pair } from './known-entry.js';
import type { Sighting } from './ledger-review.js';
import { causesOf } from './sighting.js';
import type { OutsideModel } from '../panel/external-model.js';
import type { Shown } from '../panel/probe.js';
import { WorkingPanel } from '../panel/working-panel.js';

/** Who answers: profiles first, then external models that still run. */
export interface Answering {
  readonly profiles: readonly Profile[];
  readonly outsiders: readonly OutsideModel[];
  readonly lenses: readonly LensName[];
}

export async function sightingsOf(
  entries: readonly KnownEntry[],
  { profiles, outsiders, lenses }: Answering,
): Promise<ReadonlyMap<KnownEntry, readonly Sighting[]>> {
  const work = new WorkingPanel({ profiles, externals: outsiders, known: PROFILES, lenses, onDefect: () => undefined });
  const shown = new Map<KnownEntry, readonly Sighting[]>();
  for (const entry of entries)
    shown.set(
      entry,
      (await work.shown(entry.scenario)).map((one) => sighting(one, work)),
    );
  return shown;
}

function sighting({ bucket, edge, step }: Shown, { panel, seats }: WorkingPanel): Sighting {
  const { reference, seat } = panel.edges[edge];
  const name = (index: number) => panel.seats[index].name;
  const outcome = (index: number) => OUTCOME_NAMES[outcomeOf(seats.traces[index].observations[step])];
  const outcomes: Pair = bucket.op === 'end' ? ['ok', 'ok'] : [outcome(reference), outcome(seat)];
  return { ...causesOf(bucket), sides: [name(reference), name(seat)], outcomes: [outcomes] };
}
