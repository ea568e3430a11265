/** A regression made from a scenario or a finding: its bucket found, its answers taken from today's models. */
import { rankOf } from '../classify/severity.js';
import { DEFAULT_LENSES } from '../compare/lens.js';
import { panelOf, seatOf } from '../compare/panel.js';
import type { Regression } from '../regressions/regression.js';
import { expectedOf } from '../regressions/replay.js';
import { minimisation } from '../minimise/minimise.js';
import { UsageError } from '../operations/usage-error.js';
import { type Divergence, type DivergentScenario, divergencesOf } from '../finding/divergence.js';
import { EdgeProbe } from '../panel/probe.js';
import { Seats } from '../panel/seats.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Profile } from '../../models/contract/model.js';

type Shown = Divergence['buckets'][number];

/** @throws {UsageError} if the scenario does not show the bucket that it is said to show */
export async function regressionOf(
  scenario: Scenario,
  profiles: readonly Profile[],
  named: { readonly name: string; readonly note?: string; readonly bucket?: string },
): Promise<Regression> {
  const { divergences } = await divergent(scenario, profiles);
  const worst = shownIn(divergences, named.bucket);
  if (named.bucket !== undefined && worst === null)
    throw new UsageError(`${named.name}: found no divergence in bucket ${named.bucket}, expected the scenario to show it`);
  return {
    name: named.name,
    ...(named.note === undefined ? {} : { note: named.note }),
    ...(worst === null ? {} : { bucket: worst.id }),
    scenario,
    expected: expectedOf(scenario, profiles),
  };
}

/** The smallest scenario that shows the regression's bucket; itself where it has none. */
export async function minimalOf(regression: Regression, profiles: readonly Profile[]): Promise<Scenario> {
  const { scenario, bucket: id } = regression;
  if (id === undefined) return scenario;
  const { divergences, table, comparator, panel, seats } = await divergent(scenario, profiles);
  const shown = shownIn(divergences, id);
  if (shown === null) throw new UsageError(`${regression.name}: found no divergence in bucket ${id} (see emtdiff regress)`);
  const bucket = table.knownById(id);
  bucket.rank = rankOf(shown.severity);
  const probe = new EdgeProbe(panel, seats, comparator, table, null);
  const work = minimisation(scenario);
  let next = work.next();
  while (!next.done) next = work.next(await probe.show(bucket, shown.edge, next.value));
  return { ...next.value.scenario, ...(scenario.origin === undefined ? {} : { origin: scenario.origin }) };
}

async function divergent(scenario: Scenario, profiles: readonly Profile[]) {
  const panel = panelOf(profiles.map(seatOf));
  const seats = new Seats(profiles, [], (_, error) => {
    throw error;
  });
  const found: DivergentScenario = await divergencesOf(scenario, panel, seats, DEFAULT_LENSES);
  return { ...found, panel, seats };
}

/** The bucket asked for, else the worst; of equals the first. */
function shownIn(divergences: readonly Divergence[], id: string | undefined): Shown | null {
  const all = divergences.flatMap(({ buckets }) => buckets).filter((bucket) => id === undefined || bucket.id === id);
  return all.reduce<Shown | null>(
    (worst, next) => (worst === null || rankOf(next.severity) < rankOf(worst.severity) ? next : worst),
    null,
  );
}
