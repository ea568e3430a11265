/** What the command line costs before it does anything, against Node doing nothing. */
import { spawnSync } from 'node:child_process';
import { atMost, type Figure } from './figure.js';
import { median } from './rounds.js';

const ROUNDS = 15;

/** @param cli path of the compiled command line */
export function startUp(cli: string): Figure {
  const seconds = (args: readonly string[]) => {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`node ${args.join(' ')}: exit ${status}`);
    return performance.now() - start;
  };
  const ratios = Array.from({ length: ROUNDS }, (_, round) => {
    if (round % 2 === 1) return seconds([cli, '--help']) / seconds(['-e', '0']);
    const empty = seconds(['-e', '0']);
    return seconds([cli, '--help']) / empty;
  });
  return atMost('`emtdiff --help` against `node -e 0`', median(ratios), 1.6, 'times');
}
