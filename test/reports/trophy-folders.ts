/** The folders of reports/trophies, as their test reads them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnswerLens } from '../../harness/compare/lens.js';
import { parseScenario } from '../../harness/scenario/parse.js';
import type { Scenario } from '../../harness/scenario/scenario.js';

export const TROPHIES = join(__dirname, '../../reports/trophies');

/** `expected.json`. */
export interface Expected {
  readonly format: string;
  /** The campaign; `bucket` is the one whose minimal scenario `scenario.json` is. */
  readonly found: {
    readonly seed: string;
    readonly cases: number;
    readonly models: readonly string[];
    readonly lens: AnswerLens;
    readonly bucket: string;
  };
  /** The two profiles of the edge in that bucket. */
  readonly diverge: readonly [string, string];
  readonly runs: readonly {
    /** File name within the folder. */
    readonly scenario: string;
    /** Index of the decisive step. */
    readonly step: number;
    /** By profile: the observation of that step without its rule. */
    readonly observations: Readonly<Record<string, object>>;
  }[];
}

export interface Trophy {
  readonly name: string;
  readonly files: readonly string[];
  readonly readme: string;
  readonly expected: Expected;
}

/** Every folder, by name. */
export const TROPHY_FOLDERS: readonly Trophy[] = readdirSync(TROPHIES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()
  .map((name) => ({
    name,
    files: readdirSync(join(TROPHIES, name)).sort(),
    readme: readFileSync(join(TROPHIES, name, 'README.md'), 'utf8'),
    expected: JSON.parse(readFileSync(join(TROPHIES, name, 'expected.json'), 'utf8')) as Expected,
  }));

/** A scenario of a folder, as text and as parsed. */
export function trophyScenario(name: string, file: string): { readonly text: string; readonly scenario: Scenario } {
  const text = readFileSync(join(TROPHIES, name, file), 'utf8');
  return { text, scenario: parseScenario(text, `${name}/${file}`) };
}
