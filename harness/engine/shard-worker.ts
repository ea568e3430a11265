/** One worker thread: counts the cases of one shard and hands its state over; minimising is not its business. */
import { parentPort } from 'node:worker_threads';
import type { LensName } from '../compare/lens.js';
import type { CampaignState } from '../panel/campaign-state.js';
import type { GuestOsName } from '../../models/contract/guest-os.js';
import type { Profile } from '../../models/contract/model.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import { runGuarded } from './guarded-campaign.js';

export interface WorkerTask {
  readonly seed: string;
  readonly profiles: readonly string[];
  readonly lenses: readonly LensName[];
  readonly guestOses: readonly GuestOsName[];
  readonly cases: number;
  readonly index: number;
  readonly of: number;
  readonly from: number;
}

/** What a worker says: its state now and then, and at the end. */
export interface WorkerReport {
  readonly state: CampaignState;
  readonly isFinal: boolean;
}

/** Milliseconds from one report to the next: soon at first, then each time twice as long, to at most 1 s. */
const LONGEST_DISTANCE = 1000;

/** All that a worker thread does. @param profiles those of the task, by its names */
export async function countShard(
  task: WorkerTask,
  profiles: readonly Profile[],
  setups: readonly EncodedScenario[],
): Promise<void> {
  let isStopped = false;
  let reported = performance.now();
  let distance = 50;
  parentPort?.on('message', () => {
    isStopped = true;
  });
  const report = (state: CampaignState, isFinal: boolean) => parentPort?.postMessage({ state, isFinal } satisfies WorkerReport);
  const { state } = await runGuarded({
    seed: task.seed,
    profiles,
    lenses: task.lenses,
    guestOses: task.guestOses,
    setups,
    cases: task.cases,
    shard: { index: task.index, of: task.of },
    from: task.from,
    countsOnly: true,
    shouldStop: () => isStopped,
    onChunk(stateNow) {
      if (performance.now() - reported < distance) return;
      reported = performance.now();
      distance = Math.min(LONGEST_DISTANCE, 2 * distance);
      report(stateNow(), false);
    },
  });
  report(state, true);
  parentPort?.close();
}
