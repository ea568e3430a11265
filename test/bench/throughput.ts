/** Complete cases per second on one core, against the plain harness and against generation alone. */
import { SEVERITIES } from '../../harness/classify/severity.js';
import { decodeScenario } from '../../harness/scenario/encoded.js';
import type { Profile } from '../../models/contract/model.js';
import { BenchStages } from './bench-stages.js';
import { STEPS } from './contender.js';
import { atLeast, atMost, type Figure, note } from './figure.js';
import { commandOf } from './naive/command-of.js';
import { NaiveHarness } from './naive/naive-harness.js';
import { interleaved, median } from './rounds.js';

const CHECKED_CASES = 200;

export async function throughput(profiles: readonly Profile[]): Promise<Figure[]> {
  const rates = await interleaved(['campaign', 'plain harness', 'generation']);
  const ratios = (of: (round: readonly number[]) => number) => median(rates.map(of));
  return [
    note('cases of 64 steps, nine models', Math.round(ratios(([ours]) => ours)), 'per second of one core'),
    note(
      'the same by the plain harness',
      ratios(([, plain]) => plain),
      'per second',
    ),
    atLeast(
      'speed against the plain harness',
      ratios(([ours, plain]) => ours / plain),
      15,
      'times',
    ),
    atMost('share of generation in a case', 100 * ratios(([ours, , generation]) => ours / generation), 33.3, '%'),
    sameWork(profiles),
  ];
}

/** Both harnesses on the same cases: the plain one does the campaign's job, or the ratio means nothing. */
function sameWork(profiles: readonly Profile[]): Figure {
  const stages = new BenchStages(profiles, 'same work', STEPS);
  const naive = new NaiveHarness(profiles);
  for (let index = 0; index < CHECKED_CASES; index++) {
    if (stages.cases.encoded(index).machine.privateMemory) continue;
    const { machine, steps } = decodeScenario(stages.runCase(index));
    naive.runCase(machine, steps.map(commandOf));
  }
  stages.check();
  const ours = stages.work.table
    .buckets()
    .map((bucket) => `${bucket.id} ${bucket.count} ${SEVERITIES[bucket.rank]} ${bucket.sides.size}`);
  const theirs = [...naive.report.buckets]
    .map(([id, { cases, severity, sides }]) => `${id} ${cases} ${severity} ${sides.size}`)
    .sort();
  const same = ours.sort().filter((line, index) => line === theirs[index]).length;
  return {
    name: 'buckets in which the plain harness finds the same',
    value: `${same} of ${theirs.length}`,
    goal: `all ${ours.length}`,
    pass: same === ours.length && same === theirs.length && same > 0,
  };
}
