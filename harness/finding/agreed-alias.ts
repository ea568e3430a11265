/** For the reader of one scenario: hazards that no model is alone with, so that nothing diverges. */
import { type AliasHazard, aliasHazard, isHazard } from '../classify/alias.js';
import { agreedType } from '../classify/alias-tally.js';
import { backingAt, UNBACKED } from '../classify/frame-history.js';
import type { WorkingPanel } from '../panel/working-panel.js';
import { encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';

export interface AgreedAlias extends AliasHazard {
  readonly step: number;
  /** On whose processors. */
  readonly vendor: 'intel' | 'amd';
}

/** Of every access of a scenario that every seat has just run. */
export function agreedAliases(scenario: Scenario, { panel, seats }: WorkingPanel): AgreedAlias[] {
  const encoded = encodeScenario(scenario);
  const vendors = [...new Set(panel.seats.map(({ vendor }) => vendor))];
  return scenario.steps.flatMap((operation, step) => {
    if (operation.op !== 'access') return [];
    const type = agreedType(seats.traces, step);
    const backing = backingAt(encoded, step, operation.gfn);
    if (type === null || backing === UNBACKED) return [];
    return vendors.map((vendor) => ({ step, vendor, ...aliasHazard(type, backing, vendor) })).filter(isHazard);
  });
}
