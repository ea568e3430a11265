/** One worker thread: counts the cases of one shard and hands its state over; minimising is not its business. */
import { parentPort, workerData } from 'node:worker_threads';
import { runCampaign } from '../campaign.js';
import type { LensName } from '../compare/lens.js';
import type { CampaignState } from '../panel/campaign-state.js';
import { bootSetups } from '../cli/boot-corpus.js';
import { profilesOf } from '../cli/panel-choice.js';

export interface WorkerTask {
  readonly seed: string;
  readonly profiles: readonly string[];
  readonly lenses: readonly LensName[];
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
let distance = 50;

const task = workerData as WorkerTask;
let isStopped = false;
let reported = performance.now();

parentPort?.on('message', () => {
  isStopped = true;
});

const report = (state: CampaignState, isFinal: boolean) => parentPort?.postMessage({ state, isFinal } satisfies WorkerReport);

const { state } = await runCampaign({
  seed: task.seed,
  profiles: profilesOf(task.profiles),
  lenses: task.lenses,
  setups: bootSetups(),
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
