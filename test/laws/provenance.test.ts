import { stepsBehind } from '../../harness/explain/provenance.js';
import { RandomCases } from '../../harness/generate/random-cases.js';
import { runModel } from '../../harness/run/run.js';
import { Trace } from '../../harness/run/trace.js';
import { encodeScenario } from '../../harness/scenario/encoded.js';
import { parseScenario } from '../../harness/scenario/parse.js';
import type { Scenario } from '../../harness/scenario/scenario.js';
import type { Profile } from '../../models/contract/model.js';
import { PROFILES } from '../../models/registry.js';

const NAMES = [
  'bare-metal/intel',
  'intel-ept/6.6',
  'intel-ept/6.16',
  'amd-npt/gpat',
  'xen-hvm/ept-4.21',
  'sev-snp/6.11',
  'tdx/6.16',
];
const profiles = PROFILES.filter(({ name }) => NAMES.includes(name));

/** Said a second time, from the definition: runs the steps of these indices and tells the last answer. */
function answer(profile: Profile, { machine, steps }: Scenario, indices: readonly number[]): string {
  const trace = new Trace(indices.length);
  runModel(profile.create(), encodeScenario({ machine, steps: indices.map((index) => steps[index]) }), trace);
  return `${trace.observations[indices.length - 1]} ${trace.values.slice(2 * indices.length - 2, 2 * indices.length).join()}`;
}

describe('The steps that an answer goes back to', () => {
  test('in 1,000 random answers suffice, cannot be spared, and no step put back changes the answer', () => {
    const cases = new RandomCases('provenance', { steps: 9 });
    let named = 0;
    for (let index = 0; index < 1000; index++) {
      const profile = profiles[index % profiles.length];
      const scenario = cases.scenario(index);
      const step = Math.max(
        scenario.steps.findLastIndex(({ op }) => op === 'access'),
        0,
      );
      const all = [...scenario.steps.keys()].slice(0, step);
      const behind = stepsBehind(profile.create(), scenario, step);
      named += behind.length > 0 ? 1 : 0;
      const wanted = answer(profile, scenario, [...all, step]);
      const explains = (kept: readonly number[]) =>
        [kept, ...all.filter((other) => !kept.includes(other)).map((other) => [...kept, other].sort((a, b) => a - b))].every(
          (indices) => answer(profile, scenario, [...indices, step]) === wanted,
        );
      expect([index, explains(behind)]).toEqual([index, true]);
      for (const spared of behind) expect([index, explains(behind.filter((other) => other !== spared))]).toEqual([index, false]);
    }
    expect(named).toBeGreaterThan(50);
  });

  test('include the access of another vCPU whose leaf is inherited', () => {
    const scenario = parseScenario(
      JSON.stringify({
        format: 'emtdiff-scenario/1',
        machine: { vcpus: 2, noncoherentDevices: 1 },
        steps: [
          { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0xc06' },
          { op: 'access', vcpu: 1, gfn: '0x1000', kind: 'write', pat: 0 },
          { op: 'access', vcpu: 0, gfn: '0x1000', kind: 'write', pat: 0 },
        ],
      }),
      'a test',
    );
    const profile = PROFILES.find(({ name }) => name === 'intel-ept/6.6') as Profile;
    expect(stepsBehind(profile.create(), scenario, 2)).toEqual([1]);
  });
});
