import { aliasHazard, hostMapping } from '../../../harness/classify/alias.js';
import { BACKING_NAMES, type Backing } from '../../../models/contract/machine.js';
import { type EffectiveType, MEMORY_TYPE_NAMES } from '../../../models/contract/memory-type.js';

const backing = (name: string) => BACKING_NAMES.indexOf(name as 'ram') as Backing;
const type = (name: string) => MEMORY_TYPE_NAMES.indexOf(name) as EffectiveType;

test.each([
  ['ram', 'WB'],
  ['ram-wc', 'WC'],
  ['reserved', 'WB'],
  ['device', 'UC'],
  ['device-wc', 'WC'],
  ['device-ro', 'UC'],
  ['special', 'WB'],
  ['grant', 'WB'],
  ['foreign', 'WB'],
])('The host kernel itself maps %s %s', (name, expected) => {
  expect(MEMORY_TYPE_NAMES[hostMapping(backing(name))]).toBe(expected);
});

/** The first word or two of a verdict: what a reader acts on. */
const verdict = (text: string) =>
  /^(safe|allowed|coherent|incoherent|stale|no cache|a cacheable alias|coherent if the page tables)/.exec(text)?.[1];
const DEVICE = 'a cacheable alias';

/** Rows: the guest's type over what backs it; columns: Intel without and with self-snoop, AMD. */
describe.each([
  ['WB', 'ram', 'safe', 'safe', 'safe'],
  ['WC', 'ram', 'incoherent', 'coherent', 'incoherent'],
  ['WB', 'ram-wc', 'incoherent', 'coherent', 'incoherent'],
  ['WT', 'ram-wc', 'incoherent', 'coherent', 'incoherent'],
  ['UC', 'ram', 'coherent', 'coherent', 'stale'],
  ['WT', 'ram', 'coherent', 'coherent', 'allowed'],
  ['WP', 'grant', 'coherent', 'coherent', 'allowed'],
  ['UC', 'ram-wc', 'no cache', 'no cache', 'allowed'],
  ['WC', 'ram-wc', 'safe', 'safe', 'safe'],
  ['WC', 'device', 'no cache', 'no cache', 'allowed'],
  ['UC', 'device', 'safe', 'safe', 'safe'],
  ['UC', 'device-wc', 'no cache', 'no cache', 'allowed'],
  ['WB', 'device', DEVICE, DEVICE, DEVICE],
  ['WT', 'device-wc', DEVICE, DEVICE, DEVICE],
  ['WP', 'device-ro', DEVICE, DEVICE, DEVICE],
  ['UC', 'reserved', DEVICE, DEVICE, DEVICE],
] as const)('The alias hazard of a guest that has %s over %s', (guest, name, without, withSnoop, amd) => {
  const hazard = (vendor: 'intel' | 'amd') => aliasHazard(type(guest), backing(name), vendor);

  test(`is on Intel "${without}" without self-snoop and "${withSnoop}" with it`, () => {
    expect([hazard('intel').withoutSelfSnoop, hazard('intel').withSelfSnoop].map(verdict)).toEqual([without, withSnoop]);
  });

  test(`is on AMD, which has no self-snoop, "${amd}"`, () => {
    expect(verdict(hazard('amd').withoutSelfSnoop)).toBe(amd);
    expect(hazard('amd').withSelfSnoop).toBe(hazard('amd').withoutSelfSnoop);
  });

  test('names both types', () => {
    expect(hazard('amd')).toMatchObject({ guest, host: MEMORY_TYPE_NAMES[hostMapping(backing(name))] });
  });
});

test.each([
  ['CD', 'ram', 'coherent'],
  ['WC+', 'ram', 'coherent'],
  ['WC+', 'ram-wc', 'coherent'],
  ['CD', 'device-wc', 'coherent'],
])('AMD probes the caches for %s over %s, so that it is %s', (guest, name, expected) => {
  expect(verdict(aliasHazard(type(guest), backing(name), 'amd').withSelfSnoop)).toBe(expected);
});

test('Without self-snoop Intel checks the caches for UC of the page tables, not for UC of an MTRR', () => {
  const { withoutSelfSnoop } = aliasHazard(type('UC'), backing('ram'), 'intel');
  expect(withoutSelfSnoop).toMatch(/^coherent if the page tables say UC; stale data possible if an MTRR does$/);
});
