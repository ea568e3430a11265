/**
 * Interleaved timing: what runs round by round beside each other meets the same noise, so ratios inside a round hold. Time is processor
 * time of this process: on a machine with other work to do, the clock on the wall measures that.
 */

/** Does some work and says how many units that was: a few milliseconds of it, at most. */
export type Contender = () => number;

const WARM_UP_SECONDS = 2;
const ROUNDS = 9;
const ROUND_SECONDS = 0.7;

/** Units per second of each contender, by round; each was warmed up first, and the order rotates. */
export function interleaved(contenders: readonly Contender[]): number[][] {
  for (const contender of contenders) rateOf(contender, WARM_UP_SECONDS);
  return Array.from({ length: ROUNDS }, (_, round) => {
    const rates: number[] = [];
    for (let place = 0; place < contenders.length; place++) {
      const index = (place + round) % contenders.length;
      rates[index] = rateOf(contenders[index], ROUND_SECONDS);
    }
    return rates;
  });
}

/** Units per second over at least `seconds`. */
function rateOf(contender: Contender, seconds: number): number {
  const start = processorSeconds();
  let units = 0;
  let elapsed = 0;
  while (elapsed < seconds) {
    units += contender();
    elapsed = processorSeconds() - start;
  }
  return units / elapsed;
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
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
