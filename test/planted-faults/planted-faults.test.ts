import { type CampaignResult, runCampaign } from '../../harness/campaign.js';
import { encodeScenario } from '../../harness/scenario/encoded.js';
import { scenarioJson } from '../../harness/scenario/print.js';
import { runModel } from '../../harness/run/run.js';
import { Trace } from '../../harness/run/trace.js';
import type { Profile } from '../../models/contract/model.js';
import { FAULTS, lensesFor, type PlantedFault } from './faults.js';
import { planted, profileNamed } from './faulty.js';

// Campaigns on a loaded machine take their time.
jest.setTimeout(60_000);

const SEED = 'planted';

function campaign(profiles: readonly Profile[], fault: PlantedFault, cases = fault.within): Promise<CampaignResult> {
  return runCampaign({ seed: fault.seed ?? SEED, profiles, lenses: lensesFor(fault), cases, shouldStop: () => false });
}

const faulty = (fault: PlantedFault) => planted(profileNamed(fault.profile), fault.id, fault.fault);
const pairOf = (fault: PlantedFault) => [profileNamed(fault.profile), faulty(fault)];

describe.each(FAULTS)('The planted fault $id in $profile', (fault) => {
  let result: CampaignResult;
  beforeAll(async () => {
    result = await campaign(pairOf(fault), fault);
  });
  const finding = () => result.findings.find(({ bucket }) => bucket.id === fault.bucket);

  test(`is found within ${fault.within} cases`, () => {
    expect(result.modelFaults).toEqual([]);
    expect(result.findings.map(({ bucket }) => bucket.id)).toContain(fault.bucket);
    expect(result.findings.some(({ bucket }) => bucket.count > 0)).toBe(true);
  });

  test('comes down to the scenario that says what is wrong', () => {
    expect(scenarioJson(finding()!.scenario)).toEqual({
      format: 'emtdiff-scenario/1',
      origin: expect.stringMatching(/^seed planted(-\d)? case \d+$/),
      ...(Object.keys(fault.machine).length === 0 ? {} : { machine: fault.machine }),
      steps: fault.steps,
    });
  });

  test('is a partition of the sound and the faulty model, at the last step of the scenario', () => {
    const { partition, abstaining, step, expected, got } = finding()!;
    const [sound, wrong] = [fault.profile, faulty(fault).name];
    expect([expected, got, abstaining]).toEqual([sound, wrong, []]);
    // Counters are compared after the last step, and who agrees in answers is no matter there.
    if (fault.lens === 'cost') return;
    expect(partition).toEqual([[sound], [wrong]]);
    expect(step).toBe(fault.steps.length - 1);
  });

  test('shows in every finding, replayed by fresh models', () => {
    const silent = result.findings.filter(({ bucket, scenario }) => bucket.lens.name !== 'cost' && sameAnswers(fault, scenario));
    expect(silent.map(({ bucket }) => bucket.id)).toEqual([]);
  });
});

/** Whether the sound and the faulty model say the same of the whole scenario. */
function sameAnswers(fault: PlantedFault, scenario: CampaignResult['findings'][number]['scenario']): boolean {
  const [sound, wrong] = pairOf(fault).map((profile) => {
    const trace = new Trace(scenario.steps.length);
    runModel(profile.create(), encodeScenario(scenario), trace);
    return `${trace.observations} ${trace.values}`;
  });
  return sound === wrong;
}

test.each([...new Set(FAULTS.map(({ profile }) => profile))])('Nothing is found in a copy of %s without a fault', async (name) => {
  const original = profileNamed(name);
  const fault: PlantedFault = { ...FAULTS[FAULTS.length - 1], profile: name, fault: () => ({}) };
  const { findings, modelFaults, cases } = await campaign([original, planted(original, 'sound', fault.fault)], fault, 200);
  expect({ findings, modelFaults, cases }).toEqual({ findings: [], modelFaults: [], cases: 200 });
});

test('Two faults in one panel are told apart: each has buckets in which it stands alone', async () => {
  const [cell, edge] = ['wrong-cell', 'reserved-bit-accepted'].map((id) => FAULTS.find((fault) => fault.id === id)!);
  const { findings } = await campaign([profileNamed(cell.profile), faulty(cell), faulty(edge)], edge);
  const outliers = (bucket: string) => findings.find((finding) => finding.bucket.id === bucket)?.partition;
  expect(outliers(cell.bucket)).toEqual([[cell.profile, faulty(edge).name], [faulty(cell).name]]);
  expect(outliers(edge.bucket)).toEqual([[edge.profile, faulty(cell).name], [faulty(edge).name]]);
});

test('A campaign says the same every time it is run', async () => {
  const fault = FAULTS.find(({ id }) => id === 'stale-leaf-of-old-backing')!;
  const told = async () => {
    const { findings } = await campaign(pairOf(fault), fault);
    return findings.map(({ bucket, scenario, evaluations, certifying }) => [
      bucket.id,
      bucket.count,
      bucket.firstCase,
      JSON.stringify(scenarioJson(scenario)),
      evaluations,
      certifying,
    ]);
  };
  const first = await told();
  expect(first.length).toBeGreaterThan(3);
  expect(await told()).toEqual(first);
});

test('A model that throws at one operation is at fault for its cases, and the others are compared all the same', async () => {
  const original = profileNamed('intel-ept/6.16');
  const throwing = planted(original, 'throwing', () => ({
    invlpg: () => {
      throw new Error('a planted defect');
    },
  }));
  const fault = FAULTS.find(({ id }) => id === 'device-dropped')!;
  const { findings, modelFaults, cases } = await campaign([original, throwing, faulty(fault)], fault);
  expect(cases).toBe(fault.within);
  expect(new Set(modelFaults.map(({ profile }) => profile))).toEqual(new Set(['intel-ept/throwing']));
  expect(modelFaults[0]).toMatchObject({ seed: fault.seed ?? SEED, message: expect.stringContaining('a planted defect') });
  expect(modelFaults[0].case).toBeGreaterThanOrEqual(0);
  expect(findings.map(({ bucket }) => bucket.id)).toContain(fault.bucket);
  expect(findings.filter(({ got }) => got === 'intel-ept/throwing')).toEqual([]);
});
