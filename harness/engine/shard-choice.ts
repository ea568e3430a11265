/** Which cases are this machine's: `--shard i/n` with i from 1 to n, else what the engine that started it says, as it counts. */
import { shown, UsageError } from '../operations/usage-error.js';
import { type Shard, WHOLE } from '../panel/campaign-state.js';

const MOST_SHARDS = 1_000_000;

interface Engine {
  readonly index: string;
  readonly of: string;
  /** What its first index is; some name the first in a variable. */
  readonly first: number | string;
  /** The variable that names the distance of two indices, where it need not be 1. */
  readonly step?: string;
}

/** Job arrays: Kubernetes indexed jobs give no count of their own, so it comes in as EMTDIFF_SHARDS. */
const ENGINES: readonly Engine[] = [
  { index: 'CI_NODE_INDEX', of: 'CI_NODE_TOTAL', first: 1 },
  { index: 'CIRCLE_NODE_INDEX', of: 'CIRCLE_NODE_TOTAL', first: 0 },
  { index: 'BUILDKITE_PARALLEL_JOB', of: 'BUILDKITE_PARALLEL_JOB_COUNT', first: 0 },
  { index: 'SLURM_ARRAY_TASK_ID', of: 'SLURM_ARRAY_TASK_COUNT', first: 'SLURM_ARRAY_TASK_MIN', step: 'SLURM_ARRAY_TASK_STEP' },
  { index: 'JOB_COMPLETION_INDEX', of: 'EMTDIFF_SHARDS', first: 0 },
];

/** @throws {UsageError} */
export function chosenShard(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  source = '--shard',
): Shard {
  if (option !== undefined) return shardOf(source, option);
  const engine = engineOf(environment);
  if (engine === undefined) return refuseUncounted(environment) ?? WHOLE;
  const { index, of, first, step } = engine;
  const from = typeof first === 'number' ? first : Number(environment[first] ?? 0);
  const distance = step === undefined ? 1 : Number(environment[step] ?? 1);
  return shardOf(`${index}, ${of}`, `${(Number(environment[index]) - from) / distance + 1}/${environment[of]}`);
}

/** A pod of an indexed job that does not know of how many would run the whole campaign, as all the others. @throws {UsageError} */
function refuseUncounted(environment: Readonly<Record<string, string | undefined>>): undefined {
  const index = environment.JOB_COMPLETION_INDEX;
  if (index !== undefined)
    throw new UsageError(
      `JOB_COMPLETION_INDEX: found ${JSON.stringify(index)} without EMTDIFF_SHARDS, expected the job's number of completions there (or --shard i/n)`,
    );
}

/** The variables of the engine that started this machine; null without one. */
export function shardSource(environment: Readonly<Record<string, string | undefined>>): string | null {
  const engine = engineOf(environment);
  return engine === undefined ? null : `${engine.index}, ${engine.of}`;
}

function engineOf(environment: Readonly<Record<string, string | undefined>>): Engine | undefined {
  return ENGINES.find(({ index, of }) => environment[index] !== undefined && environment[of] !== undefined);
}

function shardOf(source: string, text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [number, of] = match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
  if (number < 1 || number > of || of > MOST_SHARDS)
    throw new UsageError(`${source}: found ${shown(text)}, expected i/n with i from 1 to n: the first shard is 1/n, the last n/n`);
  return { index: number - 1, of };
}
