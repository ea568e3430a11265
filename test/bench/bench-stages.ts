/** The stages of `emtdiff fuzz` on the default panel, with cases of a fixed length. */
import { DEFAULT_LENSES } from '../../harness/compare/lens.js';
import { Stages } from '../../harness/panel/stages.js';
import type { Profile } from '../../models/contract/model.js';

export function stagesOf(profiles: readonly Profile[], seed: string, steps: number): Stages {
  return new Stages({ seed, profiles, lenses: DEFAULT_LENSES, steps });
}

/** A model that throws is out for the case, and would be fast. @throws if one did */
export function checkModels(stages: Stages): void {
  const [fault] = stages.faults.all([]);
  if (fault !== undefined) throw new Error(JSON.stringify(fault));
}
