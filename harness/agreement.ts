/** Agreement of models on one scenario, as an assertion: for fast-check properties and unit tests of users. */
import type { Profile } from '../models/contract/model.js';
import { DEFAULT_LENSES, type LensName } from './compare/lens.js';
import { partitionText } from './compare/partition.js';
import { divergencesOf } from './finding/divergence.js';
import { stepInWords } from './operations/registry.js';
import { raise, WorkingPanel } from './panel/working-panel.js';
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
  const work = new WorkingPanel({ profiles, lenses: options.lenses ?? DEFAULT_LENSES, onDefect: raise });
  const { divergences } = await divergencesOf(scenario, work);
  const except = new Set(options.except);
  for (const { step, partition, buckets } of divergences) {
    const ids = buckets.map(({ id }) => id).filter((id) => !except.has(id));
    if (ids.length === 0) continue;
    const where = step < scenario.steps.length ? `step ${step}, ${stepInWords(scenario.steps[step])}` : 'counters at the end';
    throw new Error(`${where}: ${partitionText(partition)}\n${ids.join('\n')}`);
  }
}
