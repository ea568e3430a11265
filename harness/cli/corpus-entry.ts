/** A regression made from a scenario or a finding: its bucket found, its answers taken from today's models. */
import { DEFAULT_LENSES } from '../compare/lens.js';
import type { Regression } from '../regressions/regression.js';
import { expectedOf } from '../regressions/replay.js';
import { UsageError } from '../operations/usage-error.js';
import { worstOf } from '../panel/probe.js';
import { raise, WorkingPanel } from '../panel/working-panel.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Profile } from '../../models/contract/model.js';

/** @throws {UsageError} if the scenario does not show the bucket that it is said to show */
export async function regressionOf(
  scenario: Scenario,
  profiles: readonly Profile[],
  named: { readonly name: string; readonly note?: string; readonly bucket?: string },
): Promise<Regression> {
  const worst = worstOf(await panelOf(profiles).shown(scenario), named.bucket);
  if (named.bucket !== undefined && worst === null)
    throw new UsageError(`${named.name}: found no divergence in bucket ${named.bucket}, expected the scenario to show it`);
  return {
    name: named.name,
    ...(named.note === undefined ? {} : { note: named.note }),
    ...(worst === null ? {} : { bucket: worst.bucket.id }),
    scenario,
    expected: expectedOf(scenario, profiles),
  };
}

/** The smallest scenario that shows the regression's bucket; itself where it has none. */
export async function minimalOf(regression: Regression, profiles: readonly Profile[]): Promise<Scenario> {
  const { scenario, bucket: id } = regression;
  if (id === undefined) return scenario;
  const work = panelOf(profiles);
  const target = worstOf(await work.shown(scenario), id);
  if (target === null) throw new UsageError(`${regression.name}: found no divergence in bucket ${id} (see emtdiff regress)`);
  const minimal = await work.minimise(target, scenario);
  return { ...minimal.scenario, ...(scenario.origin === undefined ? {} : { origin: scenario.origin }) };
}

function panelOf(profiles: readonly Profile[]): WorkingPanel {
  return new WorkingPanel({ profiles, lenses: DEFAULT_LENSES, onDefect: raise });
}
