/** Interleaved timing: what runs round by round beside each other meets the same noise, so ratios inside a round hold. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { ContenderName } from './contender.js';

const WARM_UP_SECONDS = 2;
const ROUNDS = 25;
/** Short: a machine with other tenants changes its speed from one second to the next. */
const ROUND_SECONDS = 0.25;

/** Cases per second of each contender, by round; each was warmed up first, they run one at a time, and the order rotates. */
export async function interleaved(names: readonly ContenderName[]): Promise<number[][]> {
  const contenders = names.map((name) => fork(new URL('./contender.js', import.meta.url), [name]));
  try {
    for (const contender of contenders) await rateOf(contender, WARM_UP_SECONDS);
    const rounds: number[][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const rates: number[] = [];
      for (let place = 0; place < contenders.length; place++) {
        const index = (place + round) % contenders.length;
        rates[index] = await rateOf(contenders[index], ROUND_SECONDS);
      }
      rounds.push(rates);
    }
    return rounds;
  } finally {
    for (const contender of contenders) contender.kill();
  }
}

async function rateOf(contender: ChildProcess, seconds: number): Promise<number> {
  contender.send(seconds);
  const [rate] = (await once(contender, 'message')) as [number];
  return rate;
}

/** The upper one of the two middle values where there are two. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param share 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
