/** Evaluations that minimising takes: a count, the same on every machine. */
import { decodeScenario } from '../../harness/scenario/encoded.js';
import type { Profile } from '../../models/contract/model.js';
import { BenchStages } from './bench-stages.js';
import { atMost, type Figure, note } from './figure.js';
import { median, quantile } from './rounds.js';

const STEPS = 200;
const CASES = 150;

/**
 * 200-step cases of the generator; of each the bucket that shows last, minimised as a campaign does: divergences that need no history
 * show early and would flatter the count.
 */
export async function minimising(profiles: readonly Profile[]): Promise<Figure[]> {
  const evaluations: number[] = [];
  const certifying: number[] = [];
  const sizes: number[] = [];
  for (let index = 0; evaluations.length < CASES; index++) {
    const stages = new BenchStages(profiles, 'minimising', STEPS);
    const { machine, steps } = decodeScenario(stages.runCase(index));
    stages.check();
    const buckets = stages.work.table.buckets().sort((a, b) => b.witness.step - a.witness.step);
    if (buckets.length === 0) continue;
    const minimal = await stages.work.minimise(stages.work.targetOf(buckets[0]), { machine, steps });
    evaluations.push(minimal.evaluations);
    certifying.push(minimal.certifying);
    sizes.push(minimal.scenario.steps.length);
  }
  return [
    atMost('evaluations to minimise 200 steps, median', median(evaluations), 80, 'scenarios'),
    note('the same, 9 of 10 cases', quantile(evaluations, 0.9), 'scenarios'),
    note('certifying that it is one-minimal, median', median(certifying), 'scenarios'),
    note('steps of the minimal scenario, median', median(sizes), 'steps'),
    note('the same, 9 of 10 cases', quantile(sizes, 0.9), 'steps'),
  ];
}
