/** Scenarios of 200 steps made of the recorded ones, one after the other on one machine: long, and as real as those are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fits } from '../../../harness/scenario/fits.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';
import type { Operation } from '../../../models/contract/operation.js';
import { type Json, scenario } from './short-scenario.js';

const FILES = ['bare-mtrr', 'kvm-ept', 'kvm-msr', 'kvm-npt', 'xen-ept', 'xen-mtrr'];

/** The recorded scenarios of a file, each once, whatever the number of profiles that answered it. */
function recorded(file: string): Scenario[] {
  const lines = readFileSync(join(__dirname, '../../../corpora/conformance/recorded', `${file}.jsonl`), 'utf8').split('\n');
  const texts = new Set(lines.filter((line) => line !== '').map((line) => JSON.stringify(JSON.parse(line).scenario)));
  return [...texts].map((text) => {
    const { steps, machine } = JSON.parse(text) as { steps: Json[]; machine?: Json };
    return scenario(steps, machine);
  });
}

/** Starts at every fifth recorded scenario of each file and goes on until there are 200 steps that fit the first one's machine. */
export function marathons(): Scenario[] {
  return FILES.flatMap((file) => {
    const all = recorded(file);
    const starts = all.filter((_, index) => index % 5 === 0);
    return starts.map((start) => {
      const machine = { ...start.machine, vcpus: Math.max(2, start.machine.vcpus) };
      const from = all.indexOf(start);
      const following = [...all.slice(from), ...all.slice(0, from)].flatMap(({ steps }) => steps as Operation[]);
      const steps = following.filter((step) => fits({ machine, steps: [step] })).slice(0, 200);
      return { machine, steps };
    });
  });
}
