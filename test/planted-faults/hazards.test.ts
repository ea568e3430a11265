import { type CampaignResult, runCampaign } from '../../harness/campaign.js';
import { divergencesOf } from '../../harness/finding/divergence.js';
import { raise, WorkingPanel } from '../../harness/panel/working-panel.js';
import { scenarioJson } from '../../harness/scenario/print.js';
import { type Hazard, HAZARDS } from './hazards.js';
import { profileNamed } from './faulty.js';

// Campaigns on a loaded machine take their time.
jest.setTimeout(60_000);

const campaigns = new Map<string, Promise<CampaignResult>>();

/** One campaign for all hazards of the same profiles, seed and length. */
function campaignFor({ profiles, seed, within }: Hazard): Promise<CampaignResult> {
  const key = `${profiles.join()} ${seed} ${within}`;
  const known = campaigns.get(key);
  if (known !== undefined) return known;
  const run = runCampaign({
    seed,
    profiles: profiles.map(profileNamed),
    lenses: ['private'],
    cases: within,
    shouldStop: () => false,
  });
  campaigns.set(key, run);
  return run;
}

describe.each(HAZARDS)('$name', (hazard) => {
  const { bucket, profiles, seed, within } = hazard;

  test(`is found within ${within} cases of seed ${seed} and comes down to its few steps`, async () => {
    const { findings, modelFaults } = await campaignFor(hazard);
    expect(modelFaults).toEqual([]);
    const finding = findings.find(({ bucket: { id } }) => id === bucket);
    expect(finding?.hazard).toBe(hazard.hazard);
    expect(finding?.bucket.count).toBeGreaterThan(0);
    const { machine, steps } = scenarioJson(finding!.scenario) as { machine: object; steps: object[] };
    expect({ machine, steps: steps.map(withVcpusRenamed(steps)) }).toEqual({
      machine: { ...hazard.machine, privateMemory: true },
      steps: hazard.steps,
    });
    expect(finding!.got).toBe(profiles.at(-1));
    expect(finding!.step).toBe(steps.length - 1);
  });
});

/** Which of two vCPUs does what is no matter: the first that does anything is called 0. */
function withVcpusRenamed(steps: readonly object[]): (step: object) => object {
  const order = [...new Set(steps.flatMap((step) => ('vcpu' in step ? [step.vcpu] : [])))];
  return (step) => ('vcpu' in step ? { ...step, vcpu: order.indexOf(step.vcpu) } : step);
}

describe('In thousands of cases without a variant', () => {
  const CASES = 2500;
  const clean = (name: string) =>
    runCampaign({ seed: 'clean', profiles: [profileNamed(name)], lenses: ['private'], cases: CASES, shouldStop: () => false });

  test.each(['tdx/6.16', 'sev-snp/6.11+head-tail', 'sw-protected/6.8+head-tail', 'sev-snp/deferred'])(
    '%s breaks no invariant',
    async (name) => {
      const { findings, modelFaults, cases } = await clean(name);
      expect({ findings: findings.map(({ bucket }) => bucket.id), modelFaults, cases }).toEqual({
        findings: [],
        modelFaults: [],
        cases: CASES,
      });
    },
  );

  test.each(['sev-snp/6.11', 'sw-protected/6.8'])(
    '%s breaks none but by H14: with head and tail added no finding is left',
    async (name) => {
      const { findings, modelFaults } = await clean(name);
      expect(modelFaults).toEqual([]);
      expect(findings.length).toBeGreaterThan(1);
      const profile = profileNamed(`${name}+head-tail`);
      const work = new WorkingPanel({ profiles: [profile], lenses: ['private'], onDefect: raise });
      for (const { scenario } of findings) expect((await divergencesOf(scenario, work)).divergences).toEqual([]);
    },
  );

  test('the merged designs differ from each other in no way that is unsafe or a livelock', async () => {
    const profiles = ['sev-snp/6.11+head-tail', 'tdx/6.16', 'sw-protected/6.8+head-tail'].map(profileNamed);
    const { findings } = await runCampaign({ seed: 'clean', profiles, lenses: ['private'], cases: 1000, shouldStop: () => false });
    const classes = new Set(findings.map(({ hazard }) => hazard));
    expect([...classes].sort()).toEqual(['safe', 'timing', null].sort());
    const open = findings.filter(({ hazard }) => hazard === null).map(({ bucket }) => bucket.gotSide);
    expect(new Set(open)).toEqual(new Set(['tdx.pending-without-accept']));
  });
});
