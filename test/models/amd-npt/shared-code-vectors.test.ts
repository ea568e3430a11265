/**
 * Level limit, zaps, MSRs, CR0 and the guest's MTRR type are code that KVM shares between EPT and NPT: what was recorded of it on EPT holds
 * here too. The leaf is compared where EPT took it from the guest's MTRRs: NPT has the host's PAT type for it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Place } from '../../../harness/operations/usage-error.js';
import { answerOf } from '../../../harness/run/readable.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import { profileNamed } from './guest.js';

interface Recorded {
  outcome: string;
  value?: string;
  level?: string;
  leaf?: string;
}
interface Vector {
  profile: string;
  scenario: { name: string; machine?: { noncoherentDevices?: number; quirks?: string[] }; steps: { op: string; cd?: boolean }[] };
  observations: Recorded[];
  counters: { zaps: number };
}

const VECTORS = readFileSync(join(__dirname, '../../../corpora/conformance/recorded', 'kvm-ept.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Vector);

const NESTED_BY_MTRR: Record<string, string> = { UC: 'UC', WC: 'WC', WT: 'WT', WP: 'UC-', WB: 'WB' };

/** Steps whose answer differs in what is shared, as text; and how many were compared. */
function replay(version: string, vector: Vector, comparesLeaf: boolean): { compared: number; wrong: string[] } {
  const scenario = scenarioFrom(vector.scenario, new Place(vector.scenario.name, '$'));
  const answer = answerOf(profileNamed(version), scenario);
  let compared = 0;
  const wrong = vector.observations.flatMap((recorded, step) => {
    const got = answer.observations[step];
    if (got.outcome === 'undefined' || recorded.outcome === 'undefined') return [];
    compared++;
    const leaf =
      comparesLeaf && recorded.leaf !== undefined && !recorded.leaf.includes('ipat') ? NESTED_BY_MTRR[recorded.leaf] : got.leaf;
    const expected = [recorded.outcome, recorded.value, recorded.level, leaf];
    return JSON.stringify(expected) === JSON.stringify([got.outcome, got.value, got.level, got.leaf])
      ? []
      : [`${vector.scenario.name} step ${step}: ${JSON.stringify(recorded)} got ${JSON.stringify(got)}`];
  });
  if (answer.counters.zaps !== vector.counters.zaps)
    wrong.push(`${vector.scenario.name} zaps ${vector.counters.zaps} got ${answer.counters.zaps}`);
  return { compared, wrong };
}

describe.each([
  ['4.1', 'intel-ept/4.1', false],
  ['4.2-npt-pat', 'intel-ept/4.2-full-mtrr', true],
  ['4.12', 'intel-ept/4.4', false],
])('amd-npt/%s shares with %s what KVM does for both', (version, recorded, comparesLeaf) => {
  const own = VECTORS.filter((vector) => vector.profile === recorded);
  test('level, zaps, faults of MSRs and CR0, and the leaf where the MTRRs of the guest give it', () => {
    const results = own.map((vector) => replay(version, vector, comparesLeaf));
    expect(results.flatMap((result) => result.wrong).slice(0, 10)).toEqual([]);
    expect(results.reduce((sum, result) => sum + result.compared, 0)).toBeGreaterThan(200);
  });
});
