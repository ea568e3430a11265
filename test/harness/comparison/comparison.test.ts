import { Agreement } from '../../../harness/comparison/agreement.js';
import { compareModels, type ComparisonOptions } from '../../../harness/comparison.js';
import { pairOf } from '../../../harness/comparison/pair.js';
import { withEqualVcpus, withMappingsRenewed, withPaging } from '../../../harness/comparison/counterfactual.js';
import { Rerun } from '../../../harness/comparison/rerun.js';
import { Statements } from '../../../harness/comparison/statements.js';
import { LENSES } from '../../../harness/compare/lens.js';
import { SPACE_SIZE } from '../../../harness/decision-space/dimensions.js';
import { stepInWords } from '../../../harness/operations/registry.js';
import { encodeScenario } from '../../../harness/scenario/encoded.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';
import { WC, WT } from '../../../models/contract/memory-type.js';
import type { Model, Profile } from '../../../models/contract/model.js';
import { memtypeOf, OUTCOME_MASK, ruleOf, typed } from '../../../models/contract/observation.js';
import { PROFILES } from '../../../models/registry.js';

const profile = (name: string) => PROFILES.find((known) => known.name === name) as Profile;
const scenarioOf = (machine: object, steps: readonly object[]): Scenario =>
  parseScenario(JSON.stringify({ format: 'emtdiff-scenario/1', machine, steps }), 'a test');
const access = (vcpu: number, gfn = '0x10') => ({ op: 'access', vcpu, gfn, kind: 'read', pat: 0 });
const words = ({ steps }: Scenario) => steps.map(stepInWords);

/** A profile whose model is changed in one method. */
function planted(base: Profile, change: (model: Model) => Partial<Model>): Profile {
  const create = () => {
    const model = base.create();
    const changed = change(model);
    return new Proxy(model, {
      get: (target, key) => {
        const value = Reflect.get(key in changed ? changed : target, key, key in changed ? changed : target);
        return typeof value === 'function' ? value.bind(key in changed ? changed : target) : value;
      },
    });
  };
  return { ...base, name: `${base.name}-planted`, create };
}

const pair = (a: string, b: string) => pairOf({ a: profile(a), b: profile(b), seed: 'test', known: PROFILES, lenses: ['memtype'] });

const options = (a: Profile, b: Profile, cases: number): ComparisonOptions => ({
  seed: 'test',
  a,
  b,
  known: PROFILES,
  lenses: ['memtype', 'msr'],
  cases,
  shouldStop: () => false,
});

describe('A comparison', () => {
  test('finds no difference of a profile from itself, and says how far it looked', async () => {
    const result = await compareModels(options(profile('intel-ept/6.16'), profile('intel-ept/6.16'), 200));
    expect(result.differences).toEqual([]);
    expect(result).toMatchObject({ points: SPACE_SIZE, sequences: 200, modelFaults: [] });
    expect(result.agreement.alike).toBe(result.agreement.compared);
    const { a, b } = result.agreement.coverage().find(({ id }) => id === 'intel-ept.no-noncoherent-dma') ?? { a: 0, b: 1 };
    expect(a).toBe(b);
    expect(a).toBeGreaterThan(SPACE_SIZE / 4);
  });

  test('finds a wrong cell in the decision space alone, exactly where it is', async () => {
    const base = profile('intel-ept/6.16');
    const wrong = planted(base, (model) => ({
      access: (...args) => {
        const observation = model.access(...args);
        return memtypeOf(observation) === WC ? typed(WT, 1, 0, ruleOf(observation)) : observation;
      },
    }));
    const { differences } = await compareModels(options(base, wrong, 0));
    expect(differences).toHaveLength(1);
    const [{ symptoms }] = differences;
    expect(symptoms.every(({ sequences }) => sequences === 0)).toBe(true);
    for (const { finding } of symptoms) {
      expect(finding.answers.map(({ memtype }) => memtype)).toEqual(['WC', 'WT']);
      expect(finding.scenario.steps.length).toBeLessThanOrEqual(3);
    }
    // Where the guest's PAT counts and is WC: see the table of a WB leaf.
    const wcPoints = SPACE_SIZE / 6;
    expect(symptoms.reduce((sum, { points }) => sum + points, 0)).toBeLessThan(wcPoints);
  });

  test('finds a refused write in the sequences, which the decision space does not hold', async () => {
    const base = profile('intel-ept/6.16');
    const wrong = planted(base, (model) => ({ init: () => (model.init(0) & ~OUTCOME_MASK) | 1 }));
    const { differences } = await compareModels(options(base, wrong, 300));
    const inits = differences.flatMap(({ symptoms }) => symptoms).filter(({ finding }) => finding.bucket.op === 'init');
    expect(inits).toHaveLength(1);
    expect(inits[0].points).toBe(0);
    expect(inits[0].finding.scenario.steps).toHaveLength(1);
  });

  test('stops the sequences when asked, but not the decision space', async () => {
    const both = profile('bare-metal/intel');
    const result = await compareModels({ ...options(both, both, 1e9), shouldStop: (stage) => stage === 'sequences' });
    expect(result).toMatchObject({ points: SPACE_SIZE, sequences: 0 });
  });
});

describe('Counterfactuals', () => {
  test('every mapping is renewed just before the access, and nothing else happens', () => {
    const scenario = scenarioOf({ maxPhysAddr: 36 }, [{ op: 'attach-device', coherent: true }, access(0), access(0, '0xffffff')]);
    expect(words(withMappingsRenewed(scenario, 1))).toEqual([
      'attach a coherent device',
      expect.stringContaining('0x0 + 0x1000000'),
      expect.stringContaining('0xffffff'),
      expect.stringContaining('invlpg'),
      'vcpu0 read gfn 0x10 PAT0',
    ]);
    // The pin that makes Xen recalculate must not be on the frame itself.
    expect(words(withMappingsRenewed(scenario, 2))[3]).toContain('0xfffffe');
  });

  test('every vCPU gets the registers of the one that accesses', () => {
    const scenario = scenarioOf({ vcpus: 2 }, [
      { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x800' },
      { op: 'write-cr0', vcpu: 1, pg: true, cd: true, nw: false },
      access(0),
      access(1),
    ]);
    expect(words(withEqualVcpus(scenario))).toEqual([
      'vcpu0 mov CR0: PG=1 CD=1 NW=0',
      'vcpu1 mov CR0: PG=1 CD=1 NW=0',
      'vcpu0 read gfn 0x10 PAT0',
      'vcpu1 read gfn 0x10 PAT0',
    ]);
  });

  test('paging is on from the start and stays on', () => {
    const scenario = scenarioOf({ cr0: { pg: false } }, [{ op: 'write-cr0', vcpu: 0, pg: false, cd: true, nw: false }, access(0)]);
    const { machine, steps } = withPaging(scenario);
    expect(machine.cr0.pg).toBe(true);
    expect(steps[0]).toMatchObject({ pg: true, cd: true });
  });
});

describe('A rerun', () => {
  const rerun = new Rerun(pair('intel-ept/6.6', 'intel-ept/6.7'));
  const start = { noncoherentDevices: 0, quirks: ['ignore-guest-pat'], cr0: { cd: true } };

  test('says who answers what: 6.6 keeps a leaf that 6.7 zaps when a non-coherent device comes', async () => {
    const scenario = scenarioOf(start, [access(0), { op: 'attach-device', coherent: false }, access(0)]);
    const said = await rerun.last(scenario, LENSES.memtype);
    expect(said.differ).toBe(true);
    expect(rerun.rulesOf(said)).toEqual({ a: 'intel-ept.no-noncoherent-dma', b: 'intel-ept.cd-uncached-ipat' });
    expect((await rerun.last(withMappingsRenewed(scenario, 2), LENSES.memtype)).differ).toBe(false);
    expect((await rerun.ahead({ ...scenario, steps: scenario.steps.slice(0, 2) })).zaps).toBe(-1);
  });

  test('a side that abstains does not differ', async () => {
    const mixed = new Rerun(pair('intel-ept/4.4', 'intel-ept/6.6'));
    const scenario = scenarioOf({ noncoherentDevices: 1 }, [{ op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0xc00' }, access(0)]);
    expect((await mixed.last(scenario, LENSES.memtype)).differ).toBe(false);
  });
});

describe('Statements', () => {
  const all = (names: readonly string[]) => new Set(names);
  const fixed = 'intel-ept.single-range';
  const fallback = 'intel-ept.default-type';
  const cd = 'intel-ept.cd-write-back';
  const none = 'intel-ept.no-noncoherent-dma';
  const family = pair('intel-ept/6.6', 'intel-ept/6.7');

  test('join the outcomes of one look-up, of one family only', () => {
    const reached = { a: all([fixed]), b: all([fallback]) };
    const statements = new Statements(family, reached);
    expect(statements.of(fixed)).toBe(statements.of(fallback));
    expect(statements.of(fixed)).not.toBe(statements.of(none));
    const strangers = new Statements(pair('intel-ept/6.6', 'xen-hvm/ept-4.21'), reached);
    expect(strangers.of(fixed)).not.toBe(strangers.of(fallback));
  });

  test('know the side that alone reached one: what is new in B comes before what is gone from A', () => {
    const statements = new Statements(family, { a: all([none, fixed]), b: all([none, cd]) });
    expect(statements.onlySide({ a: fixed, b: cd })).toBe('b');
    expect(statements.onlySide({ a: fixed, b: none })).toBe('a');
    expect(statements.onlySide({ a: none, b: none })).toBeNull();
  });

  test('favour the side with fewer of them, of those that both reached', () => {
    const statements = new Statements(family, { a: all([none, fixed, cd]), b: all([none, fixed, cd]) });
    expect(
      statements.favouredSide([
        { a: none, b: cd },
        { a: fixed, b: cd },
      ]),
    ).toBe('b');
    expect(
      statements.favouredSide([
        { a: cd, b: none },
        { a: cd, b: fixed },
      ]),
    ).toBe('a');
  });
});

describe('Agreement', () => {
  test('counts what other rules answer alike, what differs and what is left open', () => {
    const two = pair('intel-ept/6.11.0', 'intel-ept/6.12');
    const agreement = new Agreement(two);
    const uncached = { ...access(0), pat: 3 };
    const encoded = encodeScenario(scenarioOf({}, [access(0), { op: 'zap', gfn: '0x0', pages: '0x10' }, uncached]));
    two.work.seats.run(encoded);
    agreement.add(encoded);
    expect(agreement).toMatchObject({ steps: 3, compared: 2, alike: 1, abstained: 0 });
    expect(agreement.silentChanges()).toEqual([
      { a: 'intel-ept.self-snoop-honours-pat', b: 'intel-ept.no-noncoherent-dma', steps: 1 },
    ]);
    expect(agreement.coverage().find(({ id }) => id === 'intel-ept.self-snoop-honours-pat')).toMatchObject({ a: 2, b: 0 });
    expect(agreement.reachedSides().b.has('intel-ept.no-noncoherent-dma')).toBe(true);
  });
});
