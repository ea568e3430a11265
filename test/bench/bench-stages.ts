/** The panel of `emtdiff fuzz` at work, with cases of a fixed length. */
import { DEFAULT_LENSES } from '../../harness/compare/lens.js';
import { RandomCases } from '../../harness/generate/random-cases.js';
import { WorkingPanel } from '../../harness/panel/working-panel.js';
import { Health } from '../../harness/run/health.js';
import type { EncodedScenario } from '../../harness/scenario/encoded.js';
import type { Profile } from '../../models/contract/model.js';

export class BenchStages {
  readonly work: WorkingPanel;
  readonly cases: RandomCases;
  private readonly health: Health;

  constructor(profiles: readonly Profile[], seed: string, steps: number) {
    this.work = new WorkingPanel({ seed, profiles, lenses: DEFAULT_LENSES });
    this.cases = new RandomCases(seed, { steps });
    this.health = new Health(this.work.panel.seats.map(({ rules }) => rules.length));
  }

  /** One case as a campaign does it. Its words are the generator's own: valid until the next case. */
  runCase(index: number): EncodedScenario {
    const scenario = this.cases.encoded(index);
    this.work.runCase(index, scenario, null);
    this.health.add(scenario, this.work.seats.traces);
    return scenario;
  }

  /** A model that throws is out for the case, and would be fast. @throws if one did */
  check(): void {
    const [fault] = this.work.faults.all();
    if (fault !== undefined) throw new Error(JSON.stringify(fault));
  }
}
