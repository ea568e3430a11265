/** The mutants of a run: so many of each folder of models, drawn by a seed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import seedrandom from 'seedrandom';
import { type Mutant, mutantsOf } from './sites.js';

/** Files that state what is not behaviour: sentences and sources, and the state that people read. */
const TEXTS = /^(rules|[a-z-]*-rules|state|readable-state)\.ts$/;

/** Every mutant of a folder's behaviour, in the order of files and their text. */
export function mutantsIn(root: string, folder: string): Mutant[] {
  const path = join('models', folder);
  return readdirSync(join(root, path))
    .filter((name) => name.endsWith('.ts') && !TEXTS.test(name))
    .sort()
    .flatMap((name) => mutantsOf(join(path, name), readFileSync(join(root, path, name), 'utf8')));
}

/** `count` of them without repetition, or all where there are fewer. */
export function sampled(mutants: readonly Mutant[], count: number, seed: string): Mutant[] {
  const random = seedrandom(`emtdiff-mutants|${seed}`);
  const rest = [...mutants];
  const chosen: Mutant[] = [];
  while (chosen.length < count && rest.length > 0) chosen.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return chosen.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.start - b.start));
}
