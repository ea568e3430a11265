/**
 * What Linux makes of a request under the MTRRs and the PAT that it finds: index and whether PAT is written, release by release, typed from
 * the tables of the sources' reading, and the type that an Intel processor then gives.
 */
import { answerOf } from '../../../harness/run/readable.js';
import { decodeScenario } from '../../../harness/scenario/encoded.js';
import type { Profile } from '../../../models/contract/model.js';
import { PROFILES } from '../../../models/registry.js';
import { encoded } from '../../harness/panel-of-two.js';

const PROFILE = (name: string) => PROFILES.find((profile) => profile.name === name) as Profile;
const WRITTEN = '0x407050600070106';
const RESET = '0x7040600070406';
const ACRN_PAT = '0x7010600010406';
const NO_WB_PAT = '0x7040600070400';

type Write = readonly [msr: string, value: string];
type Ask = readonly [gfn: string, type: string];
const asks = (...list: string[]): Ask[] => list.map((text) => text.split(' ') as unknown as Ask);
const msr = (number: number) => `0x${number.toString(16)}`;
const defType = (value: string): Write => ['0x2ff', value];
const pat = (value: string): Write => ['0x277', value];
/** Pairs from 0 on. */
const pairs = (...list: [base: string, mask: string][]): Write[] =>
  list.flatMap(([base, mask], pair): Write[] => [
    [msr(0x200 + 2 * pair), base],
    [msr(0x201 + 2 * pair), mask],
  ]);
const FIXED = [0x250, 0x258, 0x259, ...Array.from({ length: 8 }, (_, index) => 0x268 + index)];
const fixed = (value: string): Write[] => FIXED.map((number) => [msr(number), value]);

const WB_FIXED = '0x606060606060606';
const UC_AT_E0 = pairs(['0xe0000000', '0xfff0000800']);
const WC_AT_E0 = pairs(['0xe0000001', '0xfff0000800']);
const UNALIGNED = pairs(['0x8000006', '0xff00000800']);

interface Row {
  readonly writes?: readonly Write[];
  readonly mtrr?: false;
  readonly asks: readonly Ask[];
  /** By release: on hardware, or on hardware / in a VM; `w`: PAT is written. 6.6 stands for all later ones. */
  readonly '4.19': string;
  readonly '6.1': string;
  readonly '6.2': string;
  readonly '6.6': string;
  /** Types on bare metal of the last request, by release in the same order; `-`: none. */
  readonly types: string;
}

const row = (
  writes: readonly Write[] | 'no CPUID.MTRR',
  ask: readonly Ask[],
  [a, b, c, d]: readonly [string, string, string, string],
  types: string,
): Row => ({
  ...(writes === 'no CPUID.MTRR' ? { mtrr: false } : { writes }),
  asks: ask,
  '4.19': a,
  '6.1': b,
  '6.2': c,
  '6.6': d,
  types,
});
const same = (writes: readonly Write[], ask: readonly Ask[], answer: string, type: string): Row =>
  row(writes, ask, [answer, answer, answer, answer], [type, type, type, type].join(' '));

const ROWS: readonly Row[] = [
  row([], asks('0x100000 WB'), ['0', '0/2', '2w', '2w'], 'UC UC UC UC'),
  row([], asks('0xe0000 WC'), ['2', '2', '1w', '1w'], 'UC UC WC WC'),
  row([], asks('0xe0000 WT'), ['1', '1', '7w', '7w'], 'UC UC UC UC'),
  row([defType('0x6')], asks('0x100000 WB'), ['0', '0/2', '2w', '2w'], 'UC UC UC UC'),
  row('no CPUID.MTRR', asks('0x100000 WB'), ['0', '0/2', '2w', '2w'], 'WB WB UC UC'),
  row('no CPUID.MTRR', asks('0xe0000 WC'), ['2', '2', '1w', '1w'], 'UC UC WC WC'),
  row('no CPUID.MTRR', asks('0xe0000 UC'), ['3', '3', '3w', '3w'], 'UC UC UC UC'),
  same([defType('0x806')], asks('0x100000 WB'), '0w', 'WB'),
  same([defType('0x806')], asks('0xe0000 WC'), '1w', 'WC'),
  same([defType('0x806')], asks('0xe0000 WT'), '7w', 'WT'),
  same([defType('0x806')], asks('0xe0000 UC'), '3w', 'UC'),
  same([defType('0x800')], asks('0x100000 WB'), '2w', 'UC'),
  same([defType('0x804')], asks('0x100000 WB'), '2w', 'UC'),
  same([defType('0x805')], asks('0x100000 WB'), '2w', 'WC'),
  same([defType('0x801')], asks('0xe0000 UC-'), '2w', 'WC'),
  same([...UC_AT_E0, defType('0x806')], asks('0xe0000 WB'), '2w', 'UC'),
  same([...WC_AT_E0, defType('0x806')], asks('0xe0000 WB'), '2w', 'WC'),
  same([...WC_AT_E0, defType('0x806')], asks('0xe0000 UC-'), '2w', 'WC'),
  same(
    [...pairs(['0x6', '0xff00000800'], ['0x100000004', '0xfff0000800'], ['0x100000006', '0xff00000800']), defType('0x800')],
    asks('0x100000 WB'),
    '2w',
    'UC',
  ),
  same(
    [...pairs(['0x100000006', '0xfff0000800'], ['0x100000001', '0xfff0000800']), defType('0x800')],
    asks('0x100000 WB'),
    '2w',
    'undefined',
  ),
  same([...fixed(WB_FIXED), defType('0xc06')], asks('0x90 WB'), '0w', 'WB'),
  same([defType('0xc06')], asks('0x90 WB'), '2w', 'UC'),
  same([defType('0x806')], asks('0x90 WB'), '0w', 'WB'),
  same([defType('0xc06')], asks('0xa0 WC'), '0w', 'UC'),
  row([], asks('0xa0 WC'), ['2', '2/0', '0w', '0w'], 'UC UC UC UC'),
  row([...UNALIGNED, defType('0x800')], asks('0x1000 WB'), ['0w', '0w', '0w', '2w'], 'WB WB WB UC'),
  row([...UNALIGNED, defType('0x800')], asks('0x100000 WB'), ['2w', '2w', '2w', '0w'], 'UC UC UC UC'),
  row([...pairs(['0xd0000006', '0xffd0000800']), defType('0x800')], asks('0xe0000 WB'), ['2w', '2w', '2w', '0w'], 'UC UC UC UC'),
  same([pat('0x0'), defType('0x806')], asks('0xe0000 WC'), '2', 'UC'),
  same([pat('0x0')], asks('0x100000 WB'), '0', 'UC'),
  row([pat(ACRN_PAT)], asks('0xe0000 UC-'), ['6', '6', '2w', '2w'], 'UC UC UC UC'),
  row([pat(ACRN_PAT)], asks('0xe0000 WC'), ['2', '2', '1w', '1w'], 'WC WC WC WC'),
  row([pat(NO_WB_PAT)], asks('0x100000 WB'), ['ENODEV', 'ENODEV', '2w', '2w'], '- - UC UC'),
  same([defType('0x806')], asks('0x100000 WB', '0x100000 UC-'), '0 EBUSYw', '-'),
  same([defType('0x806')], asks('0x100000 WB', '0x100000 UC'), '0 0w', 'WB'),
  same([defType('0x806')], asks('0xe0000 UC-', '0xe0000 WC'), '2 2w', 'UC'),
  same([defType('0x806')], asks('0xe0000 WC', '0xe0000 WB'), '1 1w', 'WC'),
  same([defType('0x806')], asks('0xe0000 WC', '0xe0000 WT'), '1 EBUSYw', '-'),
  same([defType('0x800')], asks('0x100000 WB', '0x100000 UC-'), '2 2w', 'UC'),
  row([], asks('0x100000 WB', '0x100000 UC-'), ['0 2', '0 2/2 2', '2 2w', '2 2w'], 'UC UC UC UC'),
];

const REGIONS = [
  { gfn: '0x0', pages: '0x80000', backing: 'ram' },
  { gfn: '0xe0000', pages: '0x1000', backing: 'device' },
  { gfn: '0x100000', pages: '0x10000', backing: 'ram' },
];

function run(profile: string, machine: object, writes: readonly Write[], requests: readonly Ask[]) {
  const steps = [
    ...writes.map(([number, value]) => ({ op: 'write-msr', vcpu: 0, msr: number, value })),
    ...requests.map(([gfn, type]) => ({ op: 'request', vcpu: 0, gfn, type })),
    { op: 'read-msr', vcpu: 0, msr: '0x277' },
  ];
  const { observations } = answerOf(PROFILE(profile), decodeScenario(encoded(machine, steps)), false);
  return observations.slice(writes.length);
}

/** `0 EBUSYw`, as the table has it. */
function summary(answers: ReturnType<typeof run>, before: string): string {
  const { value } = answers[answers.length - 1];
  const indices = answers.slice(0, -1).map(({ index, errno }) => errno ?? index);
  return `${indices.join(' ')}${value === WRITTEN && before !== WRITTEN ? 'w' : ''}`;
}

const RELEASES = ['4.19', '6.1', '6.2', '6.6', '6.9', '6.13', '6.18'] as const;
const columnOf = (release: string) => (release in ROWS[0] ? release : '6.6') as '4.19' | '6.1' | '6.2' | '6.6';
const COLUMNS = ['4.19', '6.1', '6.2', '6.6'];

describe.each(RELEASES)('Linux %s', (release) => {
  test.each([
    ['on hardware', 'bare-metal/intel', 0],
    ['in a VM', 'intel-ept/6.16', 1],
  ])('chooses its indices and writes its PAT as the table says, %s', (_, profile, side) => {
    const wrong = ROWS.flatMap(({ writes = [], mtrr = true, asks: requests, types, ...expected }, index) => {
      const machine = { maxPhysAddr: 40, regions: REGIONS, guestMtrr: mtrr, guestOs: `linux-${release}` };
      const answers = run(profile, machine, writes, requests);
      const cell = expected[columnOf(release)];
      const wanted = cell.includes('/') ? cell.split('/')[side] : cell;
      const type = types.split(' ')[COLUMNS.indexOf(columnOf(release))];
      const last = answers[answers.length - 2];
      const got = last.memtype ?? (last.outcome === 'undefined' ? 'undefined' : '-');
      return [
        ...(summary(answers, RESET) === wanted ? [] : [`row ${index + 1}: got ${summary(answers, RESET)}, expected ${wanted}`]),
        ...(side === 1 || got === type ? [] : [`row ${index + 1}: got ${got}, expected ${type}`]),
      ];
    });
    expect(wrong).toEqual([]);
  });
});

/** Columns: 6.6 of an SNP guest, 6.6 of a TD, 6.9 of both, 6.13, 6.18. */
const CONFIDENTIAL: readonly [name: string, writes: Write[], asks: Ask[], answers: string[]][] = [
  ['the TPM as WB', [], asks('0xfed40 WB'), ['2w', '2', '2w', '0w', '2w']],
  ['the TPM as WC', [], asks('0xfed40 WC'), ['1w', '2', '1w', '1w', '1w']],
  ['the TPM as WB, then as UC-', [], asks('0xfed40 WB', '0xfed40 UC-'), ['2 2w', '2 2', '2 2w', '0 EBUSYw', '2 2w']],
  ['a frame above 4 GiB as WB', [], asks('0x100000 WB'), ['2w', '2', '2w', '0w', '0w']],
  ['the TPM as WB under a default of WB', [defType('0x806')], asks('0xfed40 WB'), ['0w', '-', '0w', '0w', '2w']],
  ['the ISA hole as UC', [], asks('0xa0 UC'), ['0w', '0', '0w', '0w', '0w']],
];
const GUESTS: readonly [release: string, profile: string, column: number][] = [
  ['6.6', 'sev-snp/6.11', 0],
  ['6.6', 'tdx/6.16', 1],
  ['6.9', 'sev-snp/6.11', 2],
  ['6.9', 'tdx/6.16', 2],
  ['6.13', 'sev-snp/6.11', 3],
  ['6.13', 'tdx/6.16', 3],
  ['6.18', 'sev-snp/6.11', 4],
  ['6.18', 'tdx/6.16', 4],
];

test.each(GUESTS)('Linux %s in the guest of %s sets up its memory types by software', (release, profile, column) => {
  const machine = {
    maxPhysAddr: 40,
    privateMemory: true,
    regions: REGIONS.slice(0, 1),
    guestOs: `linux-${release}`,
  };
  const got = CONFIDENTIAL.flatMap(([name, writes, requests, answers]) => {
    // Whether a TD has MTRRs in use before 6.13 is open.
    if (writes.length > 0 && profile.startsWith('tdx')) return [];
    return [[name, summary(run(profile, machine, writes, requests), RESET), answers[column]] as const];
  });
  expect(got.filter(([, answer, wanted]) => answer !== wanted)).toEqual([]);
  expect(got.length).toBeGreaterThan(4);
});
