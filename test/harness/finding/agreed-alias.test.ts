import { join } from 'node:path';
import { runCampaign } from '../../../harness/campaign.js';
import { AliasTally, aliasCounts } from '../../../harness/classify/alias-tally.js';
import { readScenario } from '../../../harness/cli/scenario-input.js';
import { agreedAliases } from '../../../harness/finding/agreed-alias.js';
import { divergencesOf } from '../../../harness/finding/divergence.js';
import { unitedState } from '../../../harness/panel/united-state.js';
import { raise, WorkingPanel } from '../../../harness/panel/working-panel.js';
import { encodeScenario } from '../../../harness/scenario/encoded.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import type { Profile } from '../../../models/contract/model.js';
import { PROFILES } from '../../../models/registry.js';

const fixture = (name: string) => readScenario(join(__dirname, '../../fixtures/cases', `${name}.json`)).scenario;
const named = (...names: string[]) => names.map((name) => PROFILES.find((profile) => profile.name === name) as Profile);

describe('Where all models agree on a type that the host mapping contradicts', () => {
  test('a scenario without a divergence tells the hazard, by vendor', async () => {
    const profiles = named('bare-metal/intel', 'bare-metal/amd', 'intel-ept/6.16', 'amd-npt/gpat');
    const work = new WorkingPanel({ profiles, lenses: ['memtype', 'msr'], onDefect: raise });
    const scenario = fixture('small-alias-without-divergence');
    expect((await divergencesOf(scenario, work)).divergences).toEqual([]);
    expect(agreedAliases(scenario, work)).toEqual([
      {
        step: 1,
        vendor: 'intel',
        guest: 'WB',
        host: 'WC',
        withSelfSnoop: expect.stringMatching(/^coherent/),
        withoutSelfSnoop: 'incoherent: WC does not check the caches',
      },
      expect.objectContaining({ step: 1, vendor: 'amd', withSelfSnoop: 'incoherent: WC does not probe' }),
    ]);
  });

  test('is told no hazard of where models differ, or where the types are the same', async () => {
    const work = new WorkingPanel({ profiles: named('intel-ept/6.7', 'intel-ept/6.11.0'), lenses: ['memtype'], onDefect: raise });
    const framebuffer = fixture('kvm-6.11-bochs-framebuffer');
    expect((await divergencesOf(framebuffer, work)).divergences.map(({ step }) => step)).toEqual([4]);
    expect(agreedAliases(framebuffer, work)).toEqual([]);
  });

  test('counts accesses by what backs the frame at their step', async () => {
    const work = new WorkingPanel({ profiles: named('bare-metal/intel', 'intel-ept/6.16'), lenses: ['memtype'], onDefect: raise });
    const backed = (gfn: string, backing: string) => ({ op: 'set-backing', gfn, pages: '0x1', backing });
    const access = (gfn: string) => ({ op: 'access', vcpu: 0, gfn, kind: 'read', pat: 0 });
    const steps = [
      access('0x10'),
      backed('0x10', 'ram-wc'),
      access('0x10'),
      backed('0x20', 'ram-wc'),
      access('0x10'),
      access('0x20'),
      backed('0x10', 'ram'),
      access('0x10'),
    ];
    const registers = { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x806' };
    const document = { format: 'emtdiff-scenario/1', steps: [registers, ...steps] };
    const scenario = parseScenario(JSON.stringify(document), 'a test');
    await work.shown(scenario);
    const tally = new AliasTally(work.panel.seats);
    tally.add(encodeScenario(scenario), work.seats.traces);
    expect(aliasCounts(tally.state())).toEqual([{ guest: 'WB', host: 'WC', accesses: 3 }]);
  });

  test('a campaign counts the accesses, the same in shards as in one', async () => {
    const options = {
      seed: 'aliases',
      profiles: named('intel-ept/6.16', 'amd-npt/gpat'),
      lenses: ['memtype'] as const,
      cases: 200,
    };
    const run = (shard?: { index: number; of: number }) =>
      runCampaign({ ...options, ...(shard === undefined ? {} : { shard }), countsOnly: true, shouldStop: () => false });
    const whole = await run();
    expect(whole.aliases).toContainEqual({ guest: 'UC', host: 'WB', accesses: expect.any(Number) });
    const shards = await Promise.all([0, 1].map((index) => run({ index, of: 2 })));
    expect(unitedState(shards.map(({ state }) => state)).aliases).toEqual(whole.state.aliases);
  });
});

describe('In the lens cost', () => {
  test('a scenario shows after its last step who counted otherwise', async () => {
    const work = new WorkingPanel({ profiles: named('intel-ept/4.3', 'intel-ept/4.4'), lenses: ['cost'], onDefect: raise });
    const { divergences } = await divergencesOf(fixture('small-cost-lens-not-compared'), work);
    expect(divergences).toMatchObject([
      {
        step: 3,
        op: 'end',
        partition: [['intel-ept/4.3'], ['intel-ept/4.4']],
        answers: [{ counters: { zaps: 1, faults: 2 } }, { counters: { zaps: 0, faults: 1 } }],
      },
    ]);
  });
});
