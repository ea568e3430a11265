/** What a worker thread of `fuzz` runs: the shard of its task, with this package's profiles and set-ups. */
import { workerData } from 'node:worker_threads';
import { countShard, type WorkerTask } from '../engine/shard-worker.js';
import { bootSetups } from './boot-corpus.js';
import { profilesOf } from './panel-choice.js';

const task = workerData as WorkerTask;
await countShard(task, profilesOf(task.profiles), bootSetups());
