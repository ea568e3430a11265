/** What a run saw of each of its buckets besides the finding: every pair of answers, from summary.json. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BUCKET_LENSES } from '../compare/lens.js';
import { readJsonFile } from '../files/reading.js';
import type { ObservationJson } from '../scenario/observation-json.js';
import { outcomeOfFields } from './sighting.js';

/** By bucket id; empty for a folder of findings without a summary. The summary's own reader has checked nothing yet: odd parts are left out. */
export function outcomesOfRun(folder: string): ReadonlyMap<string, readonly string[]> {
  const path = join(folder, 'summary.json');
  if (!existsSync(path)) return new Map();
  const { buckets } = readJsonFile(path, 'the summary of a run') as { buckets?: unknown };
  const found = (Array.isArray(buckets) ? buckets : []).flatMap((bucket) => {
    const { id, lens: name, step, pairs } = bucket as Record<string, unknown>;
    const lens = BUCKET_LENSES.find((known) => known === name);
    const { op } = (step ?? {}) as { op?: string };
    if (typeof id !== 'string' || lens === undefined || op === undefined || op === 'end' || !Array.isArray(pairs)) return [];
    const texts = (pairs as { expected: ObservationJson; got: ObservationJson }[]).map(({ expected, got }) =>
      outcomeOfFields(lens, op, expected, got),
    );
    return [[id, texts] as const];
  });
  return new Map(found);
}
