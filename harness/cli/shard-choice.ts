/** Which cases are this machine's: `--shard i/n`, else what the engine that started it says. i counts from 0. */
import { UsageError } from '../operations/usage-error.js';
import { type Shard, WHOLE } from '../pipeline/campaign-state.js';

interface Engine {
  readonly index: string;
  readonly of: string;
  /** What its first index is; some name the first in a variable. */
  readonly first: number | string;
}

/** Job arrays: Kubernetes indexed jobs give no count of their own, so it comes in as EMTDIFF_SHARDS. */
const ENGINES: readonly Engine[] = [
  { index: 'CI_NODE_INDEX', of: 'CI_NODE_TOTAL', first: 1 },
  { index: 'CIRCLE_NODE_INDEX', of: 'CIRCLE_NODE_TOTAL', first: 0 },
  { index: 'BUILDKITE_PARALLEL_JOB', of: 'BUILDKITE_PARALLEL_JOB_COUNT', first: 0 },
  { index: 'SLURM_ARRAY_TASK_ID', of: 'SLURM_ARRAY_TASK_COUNT', first: 'SLURM_ARRAY_TASK_MIN' },
  { index: 'JOB_COMPLETION_INDEX', of: 'EMTDIFF_SHARDS', first: 0 },
];

/** @throws {UsageError} */
export function chosenShard(option: string | undefined, environment: Readonly<Record<string, string | undefined>>): Shard {
  if (option !== undefined) return shardOf('--shard', option);
  for (const { index, of, first } of ENGINES) {
    if (environment[index] === undefined || environment[of] === undefined) continue;
    const from = typeof first === 'number' ? first : Number(environment[first] ?? 0);
    return shardOf(`${index}, ${of}`, `${Number(environment[index]) - from}/${environment[of]}`);
  }
  return WHOLE;
}

function shardOf(source: string, text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, of] = match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
  if (index >= of) throw new UsageError(`${source}: found ${JSON.stringify(text)}, expected i/n with i from 0 to n - 1`);
  return { index, of };
}
