/** A process of its own for one contender, so that neither V8's feedback nor its flags are shared: run by rounds.ts, told `seconds`, says its rate. */
import { chosenProfiles, DEFAULT_PANEL } from '../../harness/cli/panel-choice.js';
import { raiseInliningBudget } from '../../harness/engine/inlining-budget.js';
import { BenchStages } from './bench-stages.js';
import { NaiveHarness } from './naive/naive-harness.js';

export type ContenderName = 'campaign' | 'plain harness' | 'generation';

export const STEPS = 64;
/** Cases between two looks at the clock. */
const BATCH = 8;

/** Does some work and says how many cases of STEPS steps that was: a few milliseconds of it, at most. */
type Work = () => number;

const profiles = chosenProfiles(undefined, DEFAULT_PANEL);

const CONTENDERS: Readonly<Record<ContenderName, () => Work>> = {
  campaign() {
    // As `emtdiff fuzz` does.
    raiseInliningBudget();
    const stages = new BenchStages(profiles, 'bench', STEPS);
    const run = batches((index) => stages.runCase(index));
    return () => {
      const cases = run();
      stages.check();
      return cases;
    };
  },
  'plain harness'() {
    const naive = new NaiveHarness(profiles);
    return () => naive.run(BATCH, STEPS) / STEPS;
  },
  generation() {
    raiseInliningBudget();
    const stages = new BenchStages(profiles, 'bench', STEPS);
    return batches((index) => stages.cases.encoded(index));
  },
};

function batches(run: (index: number) => unknown): Work {
  let next = 0;
  return () => {
    for (const end = next + BATCH; next < end; next++) run(next);
    return BATCH;
  };
}

/** Time is processor time of this process: on a machine with other work to do, the clock on the wall measures that. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Cases per second over at least `seconds`. */
function rateOf(work: Work, seconds: number): number {
  const start = processorSeconds();
  let cases = 0;
  let elapsed = 0;
  while (elapsed < seconds) {
    cases += work();
    elapsed = processorSeconds() - start;
  }
  return cases / elapsed;
}

const name = process.argv[2] as ContenderName | undefined;
if (process.send !== undefined && name !== undefined) {
  const work = CONTENDERS[name]();
  process.on('message', (seconds: number) => process.send?.(rateOf(work, seconds)));
}
