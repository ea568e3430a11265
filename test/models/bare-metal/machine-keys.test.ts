/** What the scenario says of the processor: pairs, SYSCFG and TOP_MEM2, 64-bit code. */
import { parseScenario } from '../../../harness/scenario/parse.js';
import { answerOf } from '../../../harness/run/readable.js';
import { PROFILES } from '../../../models/registry.js';

const profile = (name: string) => PROFILES.find((known) => known.name === name)!;
const write = (msr: string, value: string) => ({ op: 'write-msr', vcpu: 0, msr, value });
const readMsr = (msr: string) => ({ op: 'read-msr', vcpu: 0, msr });
const access = (gfn: string, pageSize = '4K') => ({ op: 'access', vcpu: 0, gfn, kind: 'read', pat: 0, pageSize });

/** The answer to each step: a type, a value, or the outcome. */
function answers(name: string, machine: object, steps: readonly object[]): string[] {
  const scenario = parseScenario(JSON.stringify({ format: 'emtdiff-scenario/1', machine, steps }), 'test');
  return answerOf(profile(name), scenario, false).observations.map(
    (observation) => (observation.memtype ?? observation.value ?? observation.outcome) as string,
  );
}

const VENDORS = ['bare-metal/intel', 'bare-metal/amd'];

/** A laptop with ten ranges: QubesOS issue 8939. */
const LAPTOP = {
  maxPhysAddr: 39,
  regions: [
    { gfn: '0x0', pages: '0x77000', backing: 'ram', level: '2M' },
    { gfn: '0x100000', pages: '0xf7fc00', backing: 'ram', level: '1G' },
  ],
};
const TEN = [
  write('0x20e', '0x800000006'),
  write('0x20f', '0x7800000800'),
  write('0x210', '0x1000000006'),
  write('0x211', '0x7f80000800'),
  write('0x212', '0x107fc00000'),
  write('0x213', '0x7fffc00800'),
  write('0x2ff', '0xc00'),
];

describe.each(VENDORS)('%s', (name) => {
  test('has as many pairs as VCNT says, which MTRRcap tells', () => {
    const steps = [readMsr('0xfe'), readMsr('0x20f'), readMsr('0x211'), readMsr('0x213'), readMsr('0x214'), readMsr('0x200')];
    expect(answers(name, { vcnt: 10 }, steps)).toEqual(['0x50a', '0x0', '0x0', '0x0', 'gp', '0x0']);
    expect(answers(name, {}, steps)).toEqual(['0x508', '0x0', 'gp', 'gp', 'gp', '0x0']);
    expect(answers(name, { vcnt: 0 }, [...steps, readMsr('0x250')])).toEqual(['0x500', 'gp', 'gp', 'gp', 'gp', 'gp', '0x0']);
  });

  test('types memory by the ninth and tenth pair where they exist, in large pages too', () => {
    const steps = [...TEN, access('0x1000000'), access('0x107bfff'), access('0x107fbff', '2M'), access('0x1040000', '1G')];
    expect(answers(name, { ...LAPTOP, vcnt: 10 }, steps).slice(TEN.length, TEN.length + 3)).toEqual(['WB', 'WB', 'WB']);
    expect(answers(name, { ...LAPTOP, vcnt: 10 }, steps).at(-1)).toBe('undefined');
    expect(answers(name, LAPTOP, steps)).toEqual(['ok', 'ok', 'gp', 'gp', 'gp', 'gp', 'ok', 'UC', 'UC', 'UC', 'UC']);
  });

  test('refuses to clear CR0.PG in 64-bit code, and only there', () => {
    const cr0 = (pg: boolean) => ({ op: 'write-cr0', vcpu: 0, pg, cd: true, nw: false });
    const steps = [cr0(true), cr0(false), { op: 'init', vcpu: 0 }, cr0(false), cr0(true), cr0(false)];
    expect(answers(name, { longMode: true }, steps)).toEqual(['ok', 'gp', 'ok', 'ok', 'ok', 'gp']);
    expect(answers(name, {}, steps)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
  });
});

describe('SYSCFG and TOP_MEM2', () => {
  /** An EPYC with 256 GiB: AMDSEV issue 271. */
  const EPYC = {
    maxPhysAddr: 48,
    syscfg: '0x3fc0000',
    topMem2: '0x4080000000',
    regions: [
      { gfn: '0x0', pages: '0x80000', backing: 'ram' },
      { gfn: '0x100000', pages: '0x3f81000', backing: 'ram', level: '1G' },
    ],
  };
  const SETUP = [
    write('0x200', '0x6'),
    write('0x201', '0xffff80000800'),
    write('0x250', '0x1e1e1e1e1e1e1e1e'),
    write('0x258', '0x0d1506040100181e'),
    write('0x2ff', '0xc00'),
  ];
  const after = (machine: object, ...steps: object[]) =>
    answers('bare-metal/amd', machine, [...SETUP, ...steps]).slice(SETUP.length);

  test('let RdMem and WrMem be written and read, which type nothing', () => {
    const steps = [readMsr('0x250'), readMsr('0x258'), access('0x10'), access('0x84')];
    expect(after(EPYC, ...steps)).toEqual(['0x1e1e1e1e1e1e1e1e', '0xd1506040100181e', 'WB', 'UC']);
    expect(after({ ...EPYC, syscfg: '0x3f40000' }, ...steps)).toEqual(['0x0', '0x0', 'UC', 'UC']);
    expect(answers('bare-metal/amd', EPYC, [write('0x250', '0x3e'), write('0x250', '0x1a')])).toEqual(['gp', 'gp']);
    expect(answers('bare-metal/intel', EPYC, [write('0x250', '0x1e')])).toEqual(['gp']);
  });

  test('make memory from 4 GiB to TOP_MEM2 WB where no variable range covers it', () => {
    const steps = [access('0x1000'), access('0x100000'), access('0x407ffff'), access('0x4080000')];
    expect(after(EPYC, ...steps)).toEqual(['WB', 'WB', 'WB', 'UC']);
    expect(after(EPYC, write('0x202', '0x100000005'), write('0x203', '0xffffc0000800'), ...steps)).toEqual([
      ...['ok', 'ok'],
      ...['WB', 'WP', 'WB', 'UC'],
    ]);
    // Either bit alone is not enough, nor is TOP_MEM2 without MTRRs; Intel has none of them.
    for (const syscfg of ['0x200000', '0x400000', '0x0'])
      expect(answers('bare-metal/amd', { ...EPYC, syscfg }, [write('0x2ff', '0x800'), access('0x100000')])).toEqual(['ok', 'UC']);
    expect(after(EPYC, write('0x2ff', '0x0'), access('0x100000'))).toEqual(['ok', 'UC']);
    expect(answers('bare-metal/intel', EPYC, [write('0x2ff', '0x800'), access('0x100000')])).toEqual(['ok', 'UC']);
  });

  test('leave a large page over TOP_MEM2 open, and type one on either side', () => {
    const inside = { ...EPYC, topMem2: '0x4020000000' };
    expect(after(inside, access('0x4000000', '1G'), access('0x3fc0000', '1G'), access('0x4020000', '2M'))).toEqual([
      'undefined',
      'WB',
      'UC',
    ]);
    expect(after({ ...inside, topMem2: '0x40207fffff' }, access('0x4020000', '2M'))).toEqual(['UC']);
  });
});
