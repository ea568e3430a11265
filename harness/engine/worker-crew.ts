/** Worker threads that count the shards of a plan side by side. Only seeds and states cross between threads. */
import { Worker } from 'node:worker_threads';
import type { Progress } from '../campaign.js';
import type { Contribution } from './journal.js';
import type { CampaignState } from '../panel/campaign-state.js';
import type { CampaignPlan } from './campaign-plan.js';
import type { WorkerReport, WorkerTask } from './shard-worker.js';

/** Milliseconds between two looks at the clock. */
const LOOK_EVERY = 50;

export interface CrewOptions {
  shouldStop(): boolean;
  onProgress(progress: Progress): void;
  /** The states of all workers as they stand, and how far each has come. */
  onStates(states: readonly CampaignState[], contributions: readonly Contribution[]): void;
}

/** Runs the plan's cases; resolves to a state for each worker, of the cases that it counted now. Rejects if a worker fails. */
export async function runCrew(plan: CampaignPlan, module: URL, options: CrewOptions): Promise<CampaignState[]> {
  const states: (CampaignState | null)[] = plan.contributions.map(() => null);
  const workers = plan.contributions.map(({ index, of, done }) => {
    const task: WorkerTask = {
      seed: plan.seed,
      profiles: plan.profiles.map(({ name }) => name),
      lenses: plan.lenses,
      guestOses: plan.guestOses,
      cases: plan.cases,
      index,
      of,
      from: done,
    };
    return new Worker(module, { workerData: task });
  });
  const clock = setInterval(() => {
    if (options.shouldStop()) for (const worker of workers) worker.postMessage('stop');
  }, LOOK_EVERY);
  try {
    await Promise.all(
      workers.map((worker, number) =>
        finished(worker, (report) => {
          states[number] = report.state;
          const known = states.filter((state) => state !== null);
          options.onStates(
            known,
            plan.contributions.map((contribution, index) => ({
              ...contribution,
              done: contribution.done + (states[index]?.done ?? 0),
            })),
          );
          options.onProgress({
            stage: 'cases',
            done: known.reduce((sum, { done }) => sum + done, plan.before?.done ?? 0),
            buckets: bucketsOf(plan.before === undefined ? known : [plan.before, ...known]),
          });
        }),
      ),
    );
  } finally {
    clearInterval(clock);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return states.filter((state) => state !== null);
}

/** How many buckets the states have between them. */
function bucketsOf(states: readonly CampaignState[]): number {
  const ids = states.flatMap(({ buckets }) =>
    buckets.map(({ lens, op, expected, got }) => JSON.stringify([lens, op, expected, got])),
  );
  return new Set(ids).size;
}

function finished(worker: Worker, onReport: (report: WorkerReport) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('message', (report: WorkerReport) => {
      try {
        onReport(report);
        if (report.isFinal) resolve();
      } catch (error) {
        // A journal that cannot be written, say: an error of the campaign, not of the event loop.
        reject(error);
      }
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('a worker ended before it was done')));
  });
}
