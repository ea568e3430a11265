import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROFILES } from '../../../models/registry.js';
import { addressMap, type MapRow, typeText } from '../../../harness/explain/address-map.js';
import { maskPieces } from '../../../harness/explain/variable-mask.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';
import { addressMapJson } from '../../../harness/report/address-map-json.js';
import { addressMapText } from '../../../harness/report/terminal/address-map.js';

const profiles = (...names: string[]) => names.map((name) => PROFILES.find((profile) => profile.name === name)!);
const boot = (name: string) => parseScenario(readFileSync(join(__dirname, '../../../corpora/boot', `${name}.json`), 'utf8'), name);
const typesOnly = (rows: readonly MapRow[]) => {
  const joined: { start: number; end: number; types: string }[] = [];
  for (const { start, end, cells } of rows) {
    const types = cells.map(typeText).join(' ');
    const last = joined.at(-1);
    if (last?.types === types) last.end = end;
    else joined.push({ start, end, types });
  }
  return joined.map(({ start, end, types }) => `${(start * 4096).toString(16)}-${(end * 4096).toString(16)} ${types}`);
};
const scenario = (machine: Record<string, unknown>, ...writes: [string, string][]): Scenario =>
  parseScenario(
    JSON.stringify({
      format: 'emtdiff-scenario/1',
      machine,
      steps: writes.map(([msr, value]) => ({ op: 'write-msr', vcpu: 0, msr, value })),
    }),
    'test',
  );

const SEABIOS = boot('seabios-i440fx-3328m-windows');

test('SeaBIOS with 3328 MiB: the guest expects the hole in the mask as WB, and the map tells it in words', () => {
  const map = addressMap(profiles('bare-metal/intel'), SEABIOS, SEABIOS.steps.length, 0);
  expect(typesOnly(map.rows)).toEqual([
    '0-a0000 WB',
    'a0000-c0000 UC',
    'c0000-100000 WP',
    '100000-d0000000 WB',
    'd0000000-e0000000 UC',
    'e0000000-f0000000 WB',
    'f0000000-100000000 UC',
    '100000000-10000000000 WB',
  ]);
  expect(map.rows).toHaveLength(8);
  expect(map.rows.map(({ cells }) => cells[0].registers).slice(2, 5)).toEqual([
    'fixed-range MTRRs (WP)',
    'MTRRdefType (WB)',
    'MTRRphysBase0 (UC)',
  ]);
  expect(map.notes).toEqual([
    {
      kind: 'hole',
      text: 'MTRRphysMask0 0xffd0000000 has a hole at bit 29: as hardware matches it, the UC range is [0xd0000000, 0xe0000000), [0xf0000000, 0x100000000); not [0xe0000000, 0xf0000000)',
    },
  ]);
});

test('A frame without memory is mmio to a hypervisor, and has the type of the MTRRs on bare metal', () => {
  const holey = scenario({ maxPhysAddr: 36, regions: [{ gfn: '0x0', pages: '0x100', backing: 'ram' }] }, ['0x2ff', '0x806']);
  const map = addressMap(profiles('bare-metal/amd', 'xen-hvm/npt'), holey, 1, 0);
  expect(typesOnly(map.rows)).toEqual(['0-100000 WB WB', '100000-1000000000 WB mmio']);
});

test('Ranges end where a version of KVM sees them end, which takes a mask with holes for one range', () => {
  const mask = scenario(
    { maxPhysAddr: 36, noncoherentDevices: 1, regions: [{ gfn: '0x0', pages: '0x100000', backing: 'ram' }] },
    ['0x200', '0xc0000000'],
    ['0x201', '0xfd0000800'],
    ['0x2ff', '0x806'],
  );
  const map = addressMap(profiles('bare-metal/intel', 'intel-ept/6.6'), mask, 3, 0);
  expect(typesOnly(map.rows)).toEqual([
    '0-c0000000 WB WB',
    'c0000000-d0000000 UC UC',
    'd0000000-e0000000 WB UC',
    'e0000000-f0000000 UC UC',
    'f0000000-100000000 WB WB',
    '100000000-1000000000 WB mmio',
  ]);
});

test('Overlaps and bases outside their mask are told', () => {
  const odd = scenario(
    { maxPhysAddr: 36 },
    ['0x200', '0x6'],
    ['0x201', '0xf00000800'],
    ['0x202', '0xc0001000'],
    ['0x203', '0xfc0000800'],
    ['0x2ff', '0x800'],
  );
  expect(addressMap(profiles('bare-metal/intel'), odd, 5, 0).notes.map(({ text }) => text)).toEqual([
    'MTRRphysBase1 0xc0001000 has bits where its mask 0xfc0000000 has none: hardware matches from 0xc0000000 on',
    'MTRRphysBase0 (WB) and MTRRphysBase1 (UC) overlap in [0xc0000000, 0x100000000)',
  ]);
});

test('The state after a step, and a leaf that was built before it, are what the map shows', () => {
  const text = readFileSync(join(__dirname, '../../../corpora/regressions/kvm-6.6-uc-lost-under-wb.json'), 'utf8');
  const { scenario: found } = JSON.parse(text) as { scenario?: unknown };
  const whole = parseScenario(JSON.stringify(found ?? JSON.parse(text)), 'regression');
  const before = addressMap(profiles('bare-metal/intel'), whole, 0, 0);
  expect(typesOnly(before.rows)).toEqual(['0-400000000000 UC']);
  const steps = [
    { op: 'access', vcpu: 0, gfn: '0x10', kind: 'read', pat: 0 },
    { op: 'attach-device', coherent: false },
  ];
  const document = {
    format: 'emtdiff-scenario/1',
    machine: { maxPhysAddr: 36, regions: [{ gfn: '0x0', pages: '0x100', backing: 'ram' }] },
    steps,
  };
  const { rows } = addressMap(profiles('intel-ept/6.6'), parseScenario(JSON.stringify(document), 'stale'), 2, 0);
  expect(typesOnly(rows).slice(0, 3)).toEqual(['0-10000 UC', '10000-11000 WB', '11000-100000 UC']);
});

test('A vCPU with other registers is named', () => {
  expect(addressMap(profiles('bare-metal/intel'), SEABIOS, 40, 0).otherVcpus).toEqual([1]);
  expect(addressMap(profiles('bare-metal/intel'), SEABIOS, SEABIOS.steps.length, 0).otherVcpus).toEqual([]);
});

test('A mask matches every address whose bits under it are those of the base', () => {
  for (const [base, mask] of [
    [0xd0000n, 0xfd0000n],
    [0n, 0xa5000n],
    [0x5000n, 0xf5000n],
  ] as const) {
    const { ranges } = maskPieces(base, mask, 24, 4096);
    for (let frame = 0; frame < 4096; frame++) {
      const isIn = ranges.some(({ start, end }) => frame >= start && frame < end);
      expect(isIn).toBe(((BigInt(frame) << 12n) & mask) === (base & mask));
    }
  }
});

test('The terminal fits 80 columns with three profiles, and long names stand above the table', () => {
  const text = addressMapText(
    addressMap(profiles('bare-metal/intel', 'intel-ept/6.6', 'intel-ept/6.16'), SEABIOS, SEABIOS.steps.length, 0),
    80,
  );
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text).toMatch(/^ +bare-metal\/intel {2}intel-ept\/6\.6 {2}intel-ept\/6\.16\n\[0x00000000, 0x000a0000\) +WB \(1\) /);
  const long = addressMapText(
    addressMap(profiles('shadow-paging/kvm-vmx', 'shadow-paging/kvm-svm', 'bare-metal/amd'), SEABIOS, 1, 0),
    80,
  );
  expect(long.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(long).toMatch(/^1: shadow-paging\/kvm-vmx\n2: /);
});

test('As JSON: addresses, an answer a profile, the rule that decided', () => {
  const json = addressMapJson(addressMap(profiles('bare-metal/intel', 'intel-ept/6.16'), SEABIOS, SEABIOS.steps.length, 0)) as {
    format: string;
    rows: unknown[];
  };
  expect(json.format).toBe('emtdiff-map/1');
  expect(json.rows[0]).toMatchObject({
    start: '0x0',
    end: '0xa0000',
    cells: [
      { outcome: 'ok', memtype: 'WB' },
      { memtype: 'WB', leaf: 'WB', rule: 'intel-ept.noncoherent-honours-pat' },
    ],
  });
});
