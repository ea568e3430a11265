/** Resident memory of a whole `emtdiff fuzz` in a process of its own, looked at from outside. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, type Figure, note } from './figure.js';
import { median } from './rounds.js';

const MOST_MEGABYTES = 300;
const SAMPLE_MILLISECONDS = 500;

/** @param cli path of the compiled command line */
export async function memory(cli: string, cases: number): Promise<Figure[]> {
  const args = [cli, 'fuzz', '--seed', 'memory', '--cases', `${cases}`, '--fail-on', 'none', '--format', 'json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  const samples: number[] = [];
  const closed = once(child, 'close');
  while (child.exitCode === null && child.signalCode === null) {
    const now = residentMegabytes(child.pid as number);
    if (now > 0) samples.push(now);
    await Promise.race([sleep(SAMPLE_MILLISECONDS), closed]);
  }
  if (child.exitCode !== 0) throw new Error(`node ${args.join(' ')}: exit ${child.exitCode ?? child.signalCode}`);
  const fifth = Math.floor(samples.length / 5);
  return [
    atMost(`RSS at most, ${cases} cases`, Math.max(...samples), MOST_MEGABYTES, 'MB'),
    note(
      'RSS, last fifth of the time against the second',
      median(samples.slice(-fifth)) / median(samples.slice(fifth, 2 * fifth)),
      'times',
    ),
  ];
}

/** 0 when the process is gone. */
function residentMegabytes(pid: number): number {
  try {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', `${pid}`], { encoding: 'utf8' })) / 1024;
  } catch {
    return 0;
  }
}
