import { REQUEST_REFUSED, type GuestOs, type GuestPlatform, type GuestSubject } from '../../../models/contract/guest-os.js';
import { RAM, type Region } from '../../../models/contract/machine.js';
import { UC_MINUS, WB } from '../../../models/contract/memory-type.js';
import { DEF_TYPE, FIX16K_80000, MTRRCAP, PAT, PHYSBASE0, PHYSMASK0 } from '../../../models/contract/msr.js';
import { GP, OK, plain } from '../../../models/contract/observation.js';
import { guestOses } from '../../../models/guest-os/versions.js';

type Registers = Readonly<Record<number, readonly [hi: number, lo: number]>>;

/** CPUs that hold what the test says, and note what is written to them; what they do not hold faults. */
class Cpus implements GuestSubject {
  valueHi = 0;
  valueLo = 0;
  readonly log: string[] = [];
  readonly readOnBoot = new Set<number>();

  constructor(private readonly held: readonly Registers[]) {}

  readMsr(vcpu: number, msr: number) {
    if (vcpu === 0) this.readOnBoot.add(msr);
    const value = this.held[vcpu][msr];
    if (value === undefined) return plain(GP, 0);
    [this.valueHi, this.valueLo] = value;
    return plain(OK, 0);
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number) {
    this.log.push(`${vcpu} ${msr.toString(16)}=${hi === 0 ? '' : `${hi.toString(16)}:`}${lo.toString(16)}`);
    return plain(OK, 0);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean) {
    this.log.push(`${vcpu} cr0${pg ? ' pg' : ''}${cd ? ' cd' : ''}${nw ? ' nw' : ''}`);
    return plain(OK, 0);
  }
}

const SYSCFG = 0xc0010010;
const TOP_MEM2 = 0xc001001d;
const CR0 = { pg: true, cd: false, nw: false };
const PLATFORM: GuestPlatform = {
  vcpus: 2,
  vendor: 'intel',
  hypervisor: true,
  isolation: 'none',
  mtrr: true,
  selfSnoop: true,
  maxPhysAddr: 40,
  regions: [],
  cr0: [CR0, { ...CR0, nw: true }],
};
const PAT_FOUND = { [PAT]: [0x70406, 0x70406] } as const;
/** Two pairs, no fixed ranges, default WB. */
const BOOT: Registers = {
  [MTRRCAP]: [0, 2],
  [PHYSBASE0]: [0, 6],
  [PHYSMASK0]: [0xff, 0x800],
  [DEF_TYPE]: [0, 0x806],
  ...PAT_FOUND,
};
const OTHER: Registers = { ...BOOT, [PHYSMASK0]: [0, 0], [DEF_TYPE]: [0, 0] };

function boot(release: string, held: readonly Registers[], platform: Partial<GuestPlatform> = {}) {
  const os = guestOses.find(({ name }) => name === `linux-${release}`)?.create() as GuestOs;
  const cpus = new Cpus(held);
  return { os, cpus, booted: os.boot(cpus, { ...PLATFORM, ...platform }) };
}

const PAT_WRITE = '277=4070506:70106';
const section = (cpu: string, nw: string, before: string, after: string, ...body: string[]) =>
  [`cr0 pg cd${nw}`, `2ff=${before}`, ...body, `2ff=${after}`, `cr0 pg${nw}`].map((text) => `${cpu} ${text}`);

describe('With MTRRs in use', () => {
  test('up to 6.1 the boot processor writes the PAT, and later every CPU copies its MTRRs and writes it', () => {
    expect(boot('6.1', [BOOT, OTHER]).cpus.log).toEqual([
      ...section('0', '', '0', '806', PAT_WRITE),
      ...section('0', '', '0', '806', PAT_WRITE),
      ...section('1', ' nw', '0', '806', '201=ff:800', PAT_WRITE),
    ]);
  });

  test('from 6.9 on the PAT is written with caching on', () => {
    expect(boot('6.9', [BOOT, OTHER]).cpus.log).toEqual([
      ...section('0', '', '0', '806'),
      `0 ${PAT_WRITE}`,
      ...section('0', '', '0', '806'),
      `0 ${PAT_WRITE}`,
      ...section('1', ' nw', '0', '806', '201=ff:800'),
      `1 ${PAT_WRITE}`,
    ]);
  });

  test('the fixed ranges that differ are copied after the pairs, in the order of their addresses', () => {
    const all = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];
    const fixed = (value: number): Registers => Object.fromEntries(all.map((msr) => [msr, [0, value] as const]));
    const first: Registers = { ...BOOT, [MTRRCAP]: [0, 0x102], ...fixed(6), [DEF_TYPE]: [0, 0xc06] };
    const { log } = boot('6.13', [first, { ...first, ...fixed(0), [FIX16K_80000]: [0, 6], [PHYSBASE0]: [0, 0] }]).cpus;
    const copied = all.filter((msr) => msr !== 0x258).map((msr) => `1 ${msr.toString(16)}=6`);
    expect(log.filter((text) => text.startsWith('1'))).toEqual([
      '1 cr0 pg cd nw',
      '1 2ff=0',
      '1 200=6',
      ...copied,
      '1 2ff=c06',
      '1 cr0 pg nw',
      `1 ${PAT_WRITE}`,
    ]);
  });

  test('a PAT of 0 is not written, and MTRRs are copied', () => {
    const zero = { ...BOOT, [PAT]: [0, 0] } as Registers;
    expect(boot('6.18', [zero], { vcpus: 1 }).cpus.log).toEqual([...section('0', '', '0', '806'), ...section('0', '', '0', '806')]);
  });
});

describe('Without MTRRs in use', () => {
  const off = { ...BOOT, [DEF_TYPE]: [0, 0x406] } as Registers;

  test('up to 6.1 nothing is written', () => {
    for (const release of ['4.19', '6.1']) expect(boot(release, [off, off]).cpus.log).toEqual([]);
  });

  test('from 6.2 to 6.8 the PAT is written with caching off and MTRRdefType is restored', () => {
    const twice = section('0', '', '0', '406', PAT_WRITE);
    expect(boot('6.6', [off], { vcpus: 1 }).cpus.log).toEqual([...twice, ...twice]);
  });

  test('from 6.2 to 6.8 a CPU without MTRRs leaves MTRRdefType alone', () => {
    const { cpus } = boot('6.2', [PAT_FOUND], { vcpus: 1, mtrr: false });
    const twice = ['0 cr0 pg cd', `0 ${PAT_WRITE}`, '0 cr0 pg'];
    expect(cpus.log).toEqual([...twice, ...twice]);
    expect([...cpus.readOnBoot]).toEqual([0x277]);
  });

  test('from 6.9 on it is the PAT alone', () => {
    expect(boot('6.9', [off, off]).cpus.log).toEqual([`0 ${PAT_WRITE}`, `0 ${PAT_WRITE}`, `1 ${PAT_WRITE}`]);
  });
});

describe('A confidential guest of KVM', () => {
  const region = (gfn: number, pages: number): Region => ({
    gfn,
    pages,
    backing: RAM,
    level: 1,
    hostMtrr: WB,
    hostPat: WB,
    specialOffset: 0,
    specialPages: 0,
  });
  const indexOf = (release: string, regions: Region[], gfn: number) =>
    boot(release, [PAT_FOUND], { vcpus: 1, isolation: 'snp', regions }).os.request(gfn, WB);

  test('touches no MTRR from 6.13 on', () => {
    for (const isolation of ['snp', 'tdx'] as const) {
      const { cpus } = boot('6.13', [BOOT, OTHER], { isolation });
      expect([...cpus.readOnBoot]).toEqual([0x277]);
      expect(cpus.log).toEqual([`0 ${PAT_WRITE}`, `0 ${PAT_WRITE}`, `1 ${PAT_WRITE}`]);
    }
  });

  test('takes the frames from the end of low RAM to 4 GiB for UC from 6.18 on', () => {
    const regions = [region(0, 0x80000), region(0x100000, 0x1000)];
    expect([0x7ffff, 0x80000, 0xfffff, 0x100000].map((gfn) => indexOf('6.18', regions, gfn))).toEqual([0, 2, 2, 0]);
    expect(indexOf('6.13', regions, 0x80000)).toBe(0);
  });

  test('takes all below 4 GiB for UC where RAM reaches up to there', () => {
    const regions = [region(0, 0x100001)];
    expect([0x1000, 0xfffff, 0x100000].map((gfn) => indexOf('6.18', regions, gfn))).toEqual([2, 2, 0]);
  });

  test('of 6.2 to 6.8 writes no PAT in a TD and counts it as on', () => {
    const { os, cpus } = boot('6.6', [PAT_FOUND], { vcpus: 1, isolation: 'tdx' });
    expect(cpus.log).toEqual([]);
    expect([os.request(0xa0, UC_MINUS), os.request(0x1000, WB)]).toEqual([0, 2]);
  });
});

describe('An AMD processor', () => {
  const amd = (syscfg: number): Registers => ({
    ...BOOT,
    [PHYSBASE0]: [1, 0],
    [PHYSMASK0]: [0xff, 0xf0000800],
    [DEF_TYPE]: [0, 0x800],
    [SYSCFG]: [0, syscfg],
    [TOP_MEM2]: [1, 0x20000000],
  });
  const indices = (release: string, syscfg: number, vendor: 'intel' | 'amd' = 'amd') => {
    const { os } = boot(release, [amd(syscfg)], { vcpus: 1, vendor });
    return [0xfffff, 0x100000, 0x11ffff, 0x120000].map((gfn) => os.request(gfn, WB));
  };

  test('has WB from 4 GiB to TOP_MEM2, over any pair, where both bits of SYSCFG say so', () => {
    for (const release of ['4.19', '6.18']) {
      expect(indices(release, 0x600000)).toEqual([2, 0, 0, 2]);
      for (const syscfg of [0, 0x200000, 0x400000]) expect(indices(release, syscfg)).toEqual([2, 2, 2, 2]);
    }
    expect(indices('6.18', 0x600000, 'intel')).toEqual([2, 2, 2, 2]);
  });

  test('hides the DRAM bits of fixed ranges before they are read and at each copy', () => {
    const first = { ...amd(0x680000), [MTRRCAP]: [0, 0x102] } as Registers;
    const { log } = boot('6.9', [first], { vcpus: 1, vendor: 'amd' }).cpus;
    expect(log[0]).toBe('0 c0010010=600000');
    expect(log.filter((text) => text === log[0])).toHaveLength(3);
  });
});

describe('A request is told with its rule', () => {
  const told = (os: GuestOs) => {
    const rule = os.lastRule();
    return [rule?.id, ...(rule?.clauses ?? []).map(({ id }) => id)].map((id) => id?.replace('guest-os.', ''));
  };

  test('and with what the look-up found', () => {
    const overlap = { ...BOOT, [PHYSMASK0]: [0xff, 0x800], [PHYSBASE0 + 2]: [0, 0x0], [PHYSMASK0 + 2]: [0xff, 0x800] } as Registers;
    const { os } = boot('6.18', [overlap], { vcpus: 1 });
    expect(told(os)).toEqual(['mtrrs-on-writes-pat']);
    os.request(0x1000, WB);
    expect(told(os)).toEqual(['write-back-becomes-uncached-minus', 'look-up-uncached']);
    os.request(0x1001, UC_MINUS);
    expect(told(os)).toEqual(['passed-on']);
  });

  test('and with why PAT is off', () => {
    const { os } = boot('4.19', [{ ...BOOT, [DEF_TYPE]: [0, 0] }], { vcpus: 1 });
    os.request(0x1000, UC_MINUS);
    expect(told(os)).toEqual(['pat-off', 'mtrrs-off-disables-pat']);
    os.request(0x1000, 1);
    expect(told(os)).toEqual(['pat-off', 'mtrrs-off-disables-pat', 'type-not-in-pat']);
  });

  test('where it is refused', () => {
    const { os } = boot('6.18', [BOOT], { vcpus: 1 });
    expect([os.request(0x1000, WB), os.request(0x1000, UC_MINUS)]).toEqual([0, REQUEST_REFUSED]);
    expect(told(os)).toEqual(['tracked-type-refused']);
  });

  test('where it cannot boot', () => {
    const { os, booted } = boot('6.1', [{ ...BOOT, [DEF_TYPE]: [0, 0], [PAT]: [0x70406, 0x70400] }], { vcpus: 1 });
    expect(booted).toBe(false);
    expect(told(os)).toEqual(['pat-without-write-back', 'mtrrs-off-keeps-pat']);
  });
});
