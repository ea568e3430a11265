/** The variant without ipat: what guests get where Xen means to ignore their PAT. */
import { answerOf } from '../../../harness/run/readable.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import { PROFILES } from '../../../models/registry.js';

const access = { op: 'access', vcpu: 0, gfn: '0x10', kind: 'read', pat: 3 };

function answers(name: string, machine: object): (readonly unknown[])[] {
  const profile = PROFILES.find((known) => known.name === name)!;
  const steps = [access, { ...access, pat: 0 }];
  const scenario = parseScenario(JSON.stringify({ format: 'emtdiff-scenario/1', machine, steps }), 'test');
  return answerOf(profile, scenario, false).observations.map(({ memtype, leaf }) => [memtype, leaf]);
}

test.each([
  ['a special page', { iommu: true, ioResources: true, regions: [{ gfn: '0x0', pages: '0x40', backing: 'special' }] }],
  ['RAM of a domain without IOMMU and I/O resources', { regions: [{ gfn: '0x0', pages: '0x40', backing: 'ram' }] }],
  ['a foreign page', { iommu: true, ioResources: true, regions: [{ gfn: '0x0', pages: '0x40', backing: 'foreign' }] }],
])('%s keeps its type, and a guest whose PAT says UC gets UC', (_, machine) => {
  expect(answers('xen-hvm/ept-4.21', machine)).toEqual([
    ['WB', 'WB+ipat'],
    ['WB', 'WB+ipat'],
  ]);
  expect(answers('xen-hvm/ept-4.21+no-ipat', machine)).toEqual([
    ['UC', 'WB'],
    ['WB', 'WB'],
  ]);
});
