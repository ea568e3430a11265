/**
 * The same steps under four hypervisors, by hand. Each column is one that other documents than its neighbours decide; `-`: none of the
 * sources says.
 */
import { answers, levels } from './steps.js';

const INTEL = ['bhyve/13', 'acrn/3.x', 'jailhouse/0.12', 'virtualbox/7'] as const;
const WB = 'WB (WB+ipat)';
const UC = 'UC (UC+ipat)';
/** RAM below 1 MiB, a BAR from there on. */
const DEVICE = [
  { gfn: '0x0', pages: '0x100', backing: 'ram' },
  { gfn: '0x100', pages: '0x1000', backing: 'device' },
];
const FIXED_WC = '258=0101010101010101';

const RAM: readonly (readonly [steps: string, bhyve: string, acrn: string, jailhouse: string, virtualbox: string])[] = [
  ['@200 0', WB, 'WB', 'UC', WB],
  ['2ff=806; @200 0', WB, 'WB', 'WB', WB],
  ['2ff=806; @200 3', WB, 'UC', 'UC', WB],
  ['277=LX; 2ff=806; @200 1', WB, 'WC', 'WC', WB],
  ['277=7040600070408 ?', 'gp', 'gp', 'vm-dead', 'gp'],
  ['277=7040600070402 ?', 'gp', 'gp', 'vm-dead', 'gp'],
  ['read fe', '0x50a', '0x100', 'undefined', '0x0'],
  ['200=7 ?; read 200', 'ok 0x7', 'gp gp', '-', 'gp 0x0'],
  ['200=6 ?; read 200', 'ok 0x6', 'gp gp', '-', 'ok 0x0'],
  ['210=6 ?', 'ok', 'gp', '-', 'gp'],
  ['2ff=802 ?', 'ok', 'ok', 'ok', 'gp'],
  ['2ff=802; @10 0', WB, 'UC', 'WB', WB],
  ['2ff=c16 ?; @10 0', `ok ${WB}`, 'ok WB', 'ok WB', `gp ${WB}`],
  ['2ff=1c06 ?', 'gp', 'ok', 'ok', 'ok'],
  ['250=0; 2ff=c06; @10 0', WB, 'UC', 'WB', WB],
  ['2ff=c06; 250=0; @10 0', WB, 'WB', 'WB', WB],
  ['2ff=c06; 250=0; 2ff=c06; @10 0', WB, 'WB', 'WB', WB],
  ['2ff=c06; 250=0; 2ff=406; @10 0', WB, 'WB', 'UC', WB],
  ['2ff=0; @10 0; @200 0', `${WB} ${WB}`, 'UC WB', 'UC UC', `${WB} ${WB}`],
  [`${FIXED_WC}; 2ff=c06; @80 0`, WB, 'WC', 'WB', WB],
  [`v1 ${FIXED_WC}; v1 2ff=c06; 2ff=c06; v1 @80 0`, WB, 'WB', 'WB', WB],
  ['2ff=806; cd=1; @200 0', WB, 'UC', 'WB', WB],
  [
    '2ff=806; cd=1; 277=LX; read 277; @200 1; cd=0; @200 1',
    `0x407050600070106 ${WB} ${WB}`,
    '0x407050600070106 UC WC',
    '0x407050600070106 WC WC',
    `0x407050600070106 ${WB} ${WB}`,
  ],
];

const BAR: typeof RAM = [
  ['2ff=806; @200 0', UC, 'UC', 'WB', 'mmio'],
  ['277=LX; 2ff=806; @200 1', UC, 'WC', 'WC', 'mmio'],
];

describe.each([
  ['RAM', RAM, {}],
  ['the BAR of a device', BAR, { regions: DEVICE }],
] as const)('On Intel, %s', (_, rows, machine) => {
  test.each(rows)('after %s', (steps, ...expected) => {
    const got = INTEL.map((profile, column) => (expected[column] === '-' ? '-' : answers(profile, steps, machine)));
    expect(got).toEqual(expected);
  });
});

test.each([
  ['277=LX; 2ff=806; @80 1', 'WC+', 'WC+', 'WB'],
  ['277=LX; 2ff=806; @200 1', 'WC', 'WC', 'mmio'],
  ['2ff=806; @80 7', 'CD', 'CD', 'CD'],
  ['2ff=806; @80 3', 'CD', 'CD', 'WB'],
  ['2ff=806; @80 2', 'CD', 'CD', 'WB'],
  ['@80 0', 'WB', 'CD', 'WB'],
  ['2ff=806; cd=1; @80 0; @200 0', 'undefined undefined', 'CD UC', 'WB mmio'],
])('On AMD, RAM below 1 MiB and a BAR above, after %s', (steps, ...expected) => {
  expect(['bhyve/amd', 'jailhouse/amd', 'virtualbox/amd'].map((profile) => answers(profile, steps, { regions: DEVICE }))).toEqual(
    expected,
  );
});

describe('Before FreeBSD 13', () => {
  test.each([
    ['read fe; 200=6 ?; read 200; 2ff=1fff ?; read 2ff; fe=0 ?', '0x0 ok 0x0 ok 0x0 gp'],
    ['2ff=c00; @10 0', WB],
  ])('%s', (steps, expected) => {
    expect(answers('bhyve/12', steps)).toBe(expected);
  });
});

describe('What no source says', () => {
  const pair = '213=3fffc0000800 ?; read 213; 214=6 ?; read 214';
  test.each([
    ['bhyve/13', pair, 'ok 0x3fffc0000800 gp gp'],
    ['bhyve/13+absentPair=ignored', pair, 'ok 0x3fffc0000800 ok 0x0'],
    ['bhyve/12+absentPair=ignored', '20f=6 ?; read 20f; 210=6 ?; read 210', 'ok 0x0 ok 0x0'],
    ['virtualbox/7+absentPair=ignored', '210=6 ?; read 210', 'ok 0x0'],
    ['virtualbox/7+storesVariablePairs', '200=6 ?; read 200; 201=3fffc0000800; read 201', 'ok 0x6 0x3fffc0000800'],
    ['jailhouse/0.12', '250=0 ?; 200=6 ?; fe=0 ?; read 200; read 250', 'gp gp gp undefined undefined'],
    ['jailhouse/0.12+otherMtrrWrite=ignored', '250=0 ?; read 250', 'ok undefined'],
  ])('%s: %s', (profile, steps, expected) => {
    expect(answers(profile, steps)).toBe(expected);
  });

  test('The level of an aligned BAR follows a switch, that of RAM is at most 2M', () => {
    const large = [
      { gfn: '0x0', pages: '0x40000', backing: 'ram', level: '1G' },
      { gfn: '0x40000', pages: '0x200', backing: 'device', level: '2M' },
    ];
    const script = '@200 0; @40000 0';
    expect(levels('bhyve/13', script, large)).toEqual(['2M', '4K']);
    expect(levels('bhyve/13+barLevel=2M', script, large)).toEqual(['2M', '2M']);
    expect(levels('jailhouse/0.12', script, large)).toEqual(['1G', '2M']);
    expect(levels('acrn/3.x', script, large)).toEqual(['1G', '2M']);
    expect(levels('acrn/3.x', `2ff=806; ${script}; @1ff 0`, large)).toEqual(['2M', '2M', '4K']);
  });
});

test('Without MTRRs in CPUID bhyve and ACRN fault, Jailhouse and VirtualBox go on', () => {
  const machine = { guestMtrr: false };
  const script = '2ff=806 ?; read 2ff; 277=LX ?';
  expect(INTEL.map((profile) => answers(profile, script, machine))).toEqual(['gp gp ok', 'gp gp ok', 'ok 0x806 ok', 'ok 0x806 ok']);
});

test.each([
  ['2ff=105 ?', 'gp'],
  ['2ff=100000006 ?', 'gp'],
  ['200=4 ?', 'ok'],
  ['200=106 ?', 'gp'],
  ['200=400000000000 ?', 'gp'],
  ['200=3ffffffff0ff ?', 'ok'],
  ['201=400 ?', 'gp'],
  ['201=800 ?', 'ok'],
  ['201=400000000800 ?', 'gp'],
  ['250=ff ?', 'ok'],
])('bhyve/13 answers %s with %s', (steps, expected) => {
  expect(answers('bhyve/13', steps)).toBe(expected);
});

test.each([
  ['250=6 ?', 'ok'],
  ['250=600000000000003 ?', 'gp'],
  ['26f=700000000000000 ?', 'gp'],
  ['200=2 ?', 'gp'],
  ['200=f06 ?', 'ok'],
  ['201=7 ?', 'ok'],
  ['201=400000000800 ?', 'gp'],
  ['277=7 ?; read 277', 'ok 0x7'],
])('virtualbox/7 answers %s with %s', (steps, expected) => {
  expect(answers('virtualbox/7', steps)).toBe(expected);
});
