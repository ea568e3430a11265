/** What an access gets through a leaf: a kernel shows the leaf, what hardware makes of it the models know. */
import type { Profile } from '../../models/contract/model.js';
import { answerOf } from '../run/readable.js';
import type { Scenario } from '../scenario/scenario.js';

export interface LeafEffect {
  readonly step: number;
  /** Whose leaves: `ept`, `npt`, `shadow`. */
  readonly mode: string;
  readonly leaf: string;
  readonly memtype: string;
}

const MODES: Readonly<Record<string, string>> = { 'intel-ept': 'ept', 'amd-npt': 'npt', 'shadow-paging': 'shadow' };

/** Of every leaf that some profile of KVM has at a step. */
export function leafEffects(scenario: Scenario, profiles: readonly Profile[]): LeafEffect[] {
  const found = new Map<string, LeafEffect>();
  for (const profile of profiles) {
    const mode = MODES[profile.lineage];
    if (mode === undefined) continue;
    answerOf(profile, scenario, false).observations.forEach(({ leaf, memtype }, step) => {
      if (leaf !== undefined && memtype !== undefined && !found.has(`${step} ${mode} ${leaf}`))
        found.set(`${step} ${mode} ${leaf}`, { step, mode, leaf, memtype });
    });
  }
  return [...found.values()].sort((a, b) => a.step - b.step);
}
