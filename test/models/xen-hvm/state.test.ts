import { Place } from '../../../harness/operations/usage-error.js';
import { stateAfter } from '../../../harness/run/readable.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import { profileOf, read, region, WB_BY_DEFAULT } from './subject.js';

test('the state tells registers, pins and entries by name', () => {
  const machine = { ioResources: true, regions: [region(0, 0x100, 'ram'), region(0x100000, 0x40000, 'ram', { level: '1G' })] };
  const steps = [WB_BY_DEFAULT, { op: 'pin-cacheattr', gfn: '0x8', pages: '0x8', type: 'WC' }, read(0x10), read(0x100000, 1)];
  const scenario = scenarioFrom({ format: 'emtdiff-scenario/1', name: 'state', machine, steps }, new Place('state', '$'));
  const state = (version: string): Readonly<Record<string, unknown>> => stateAfter(profileOf(version), scenario, steps.length);
  expect(state('ept-4.21')).toMatchObject({
    'vcpu0 MTRRdefType': '0x806',
    'vcpu0 PAT': '0x7040600070406',
    'vcpu0 CR0': { pg: true, cd: false, nw: false },
    'pin 0x8': { pages: '0x8', type: 'WC' },
    'gfn 0x0': { level: '4K', leaf: 'WB' },
    'gfn 0x8': { level: '4K', leaf: 'WC+ipat' },
    'gfn 0x10': { level: '4K', leaf: 'WB' },
    'gfn 0x100000': { level: '1G', leaf: 'WB' },
  });
  expect(state('npt')).toMatchObject({ 'gfn 0x100000': { level: '1G', leaf: 'WB' } });
  expect(state('shadow-4.18')).toMatchObject({
    'gfn 0x10 4K pat 0': { level: '4K', leaf: 'WB' },
    'gfn 0x100000 4K pat 1': { level: '4K', leaf: 'WB' },
    'UC mode': false,
  });
});
