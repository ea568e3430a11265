/** `--baseline`: the findings of an earlier run, and which of their buckets stand as they stood then. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../../models/contract/model.js';
import { LENS_NAMES } from '../compare/lens.js';
import { type StoredFinding, storedFinding } from '../finding/finding-file.js';
import { jsonFiles, readJsonFile } from '../files/reading.js';
import { divergencesOf } from '../finding/divergence.js';
import { WorkingPanel } from '../panel/working-panel.js';

type Partition = readonly (readonly string[])[];

export class Baseline {
  private constructor(private readonly findings: ReadonlyMap<string, StoredFinding>) {}

  /** @param folder a run folder or a folder of findings. @throws {UsageError} */
  static read(folder: string): Baseline {
    const findings = join(folder, 'findings');
    const stored = jsonFiles(existsSync(findings) ? findings : folder).map((file) =>
      storedFinding(readJsonFile(file, 'a finding'), file),
    );
    return new Baseline(new Map(stored.map((finding) => [finding.id, finding])));
  }

  has(id: string): boolean {
    return this.findings.has(id);
  }

  /**
   * Does the stored scenario show the bucket as it did: at the same step, between the same groups of profiles, by the same two rules? On the
   * panel of its time, as far as `known` still has the profiles. Nobody asks external models, and counters have no step: there it is enough
   * that the bucket is stored.
   */
  async standsAsStored(id: string, known: readonly Profile[]): Promise<boolean> {
    const stored = this.findings.get(id);
    if (stored === undefined) return false;
    const profiles = stored.profiles.flatMap((name) => known.filter((profile) => profile.name === name));
    const names = profiles.map(({ name }) => name);
    if (stored.op === 'end' || !stored.sides.every((side) => names.includes(side))) return true;
    // Invariants are judged whatever the lenses; the first of their two "rules" is the invariant itself.
    const isInvariant = stored.lens === 'invariant';
    const lenses = LENS_NAMES.filter((name) => name === stored.lens);
    const work = new WorkingPanel({ profiles, lenses, onDefect: () => undefined });
    const now = await divergencesOf(stored.scenario, work);
    const divergence = now.divergences.find(
      ({ step, buckets }) => step === stored.step && buckets.some((bucket) => bucket.id === id),
    );
    return (
      divergence !== undefined &&
      samePartition(divergence.partition, partitionAmong(names, stored.partition)) &&
      stored.sides.every((side, index) => {
        const rule = isInvariant && index === 0 ? undefined : now.observations[side][stored.step].rule;
        return rule === undefined || rule === stored.rules[index];
      })
    );
  }
}

/** Who stood together, among those who are there today. */
function partitionAmong(names: readonly string[], partition: Partition): Partition {
  return partition.map((group) => group.filter((name) => names.includes(name))).filter((group) => group.length > 0);
}

function samePartition(one: Partition, other: Partition): boolean {
  const text = (partition: Partition) => JSON.stringify(partition.map((group) => [...group].sort().join(' ')).sort());
  return text(one) === text(other);
}
