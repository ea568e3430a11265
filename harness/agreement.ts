/** Agreement of models on one scenario, as an assertion: for fast-check properties and unit tests of users. */
import type { Profile } from '../models/contract/model.js';
import { DEFAULT_LENSES, type LensName } from './compare/lens.js';
import { panelOf, seatOf } from './compare/panel.js';
import { partitionText } from './compare/partition.js';
import { divergencesOf } from './finding/divergence.js';
import { Seats } from './panel/seats.js';
import { stepInWords } from './operations/registry.js';
import type { Scenario } from './scenario/scenario.js';

export interface AgreementOptions {
  /** Default: memtype and msr. */
  readonly lenses?: readonly LensName[];
  /** Ids of buckets that are no disagreement. */
  readonly except?: readonly string[];
}

/**
 * Resolves if the profiles agree on every step in every lens and keep the invariants that they state, except in the buckets named.
 * @throws {Error} naming the first divergent step, who sided with whom, and the buckets.
 */
export async function assertAgreement(
  scenario: Scenario,
  profiles: readonly Profile[],
  options: AgreementOptions = {},
): Promise<void> {
  const panel = panelOf(profiles.map(seatOf));
  const seats = new Seats(profiles, [], (_, error) => {
    throw error;
  });
  const { divergences } = await divergencesOf(scenario, panel, seats, options.lenses ?? DEFAULT_LENSES);
  const except = new Set(options.except);
  for (const { step, partition, buckets } of divergences) {
    const ids = buckets.map(({ id }) => id).filter((id) => !except.has(id));
    if (ids.length === 0) continue;
    throw new Error(`step ${step}, ${stepInWords(scenario.steps[step])}: ${partitionText(partition)}\n${ids.join('\n')}`);
  }
}
