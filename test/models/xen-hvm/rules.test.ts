import { profiles } from '../../../models/xen-hvm/profiles.js';
import { FIRST_NPT_CELL, RULE, rules } from '../../../models/xen-hvm/rules.js';
import { profileOf, read, region, WB_BY_DEFAULT } from './subject.js';
import { Place } from '../../../harness/operations/usage-error.js';
import { stateAfter } from '../../../harness/run/readable.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';

test('rules are numbered from 1, with ids of this folder, each once', () => {
  expect(rules[0]).toBeNull();
  const ids = rules.slice(1).map((rule) => rule!.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^xen-hvm\.[a-z0-9]+(-[a-z0-9]+)*$/);
  expect(rules[RULE.specialPage]!.id).toBe('xen-hvm.special-page-ipat');
  expect(rules[FIRST_NPT_CELL]!.id).toBe('xen-hvm.npt-uc-over-wb-mtrr-uc');
});

test('every rule is one sentence with a document and a place', () => {
  for (const rule of rules.slice(1)) {
    expect(rule!.sentence).toMatch(/^[A-Z].*\.$/);
    expect(rule!.citation.document).not.toMatch(/xen\.md|arch\.md/);
    expect(rule!.citation.place).not.toBe('');
  }
});

test('profiles are the rows that the project promises', () => {
  expect(profiles.map(({ name, vendor }) => `${name} ${vendor}`)).toEqual([
    'xen-hvm/ept-4.14.0 intel',
    'xen-hvm/ept-special-v1 intel',
    'xen-hvm/ept-ca24b2ffdb intel',
    'xen-hvm/ept-4.15 intel',
    'xen-hvm/ept-4.16 intel',
    'xen-hvm/ept-4.17 intel',
    'xen-hvm/ept-4.19 intel',
    'xen-hvm/ept-4.21 intel',
    'xen-hvm/npt amd',
    'xen-hvm/shadow-4.14 intel',
    'xen-hvm/shadow-4.18 intel',
  ]);
});

test('the state tells registers, pins and entries by name', () => {
  const machine = { ioResources: true, regions: [region(0, 0x100, 'ram'), region(0x100000, 0x40000, 'ram', { level: '1G' })] };
  const steps = [WB_BY_DEFAULT, { op: 'pin-cacheattr', gfn: '0x8', pages: '0x8', type: 'WC' }, read(0x10), read(0x100000, 1)];
  const scenario = scenarioFrom({ format: 'emtdiff-scenario/1', name: 'state', machine, steps }, new Place('state', '$'));
  const state = (version: string): Readonly<Record<string, unknown>> => stateAfter(profileOf(version), scenario, steps.length);
  expect(state('ept-4.21')).toMatchObject({
    'vcpu0 MTRRdefType': '0x806',
    'vcpu0 PAT': '0x7040600070406',
    'vcpu0 CR0': { pg: true, cd: false, nw: false, noFill: false },
    'pin 0x8': { pages: '0x8', type: 'WC' },
    'region 0x100000': { pages: '0x40000', backing: 'ram' },
    'gfn 0x0': '4K WB',
    'gfn 0x8': '4K WC+ipat',
    'gfn 0x10': '4K WB',
    'gfn 0x100000': '1G WB',
  });
  expect(state('npt')).toMatchObject({ 'gfn 0x100000': '1G WB' });
  expect(state('shadow-4.18')).toMatchObject({ 'gfn 0x10 4K pat 0': '4K WB', 'gfn 0x100000 4K pat 1': '4K WB', 'UC mode': false });
});
