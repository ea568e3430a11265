/** When leaves are zapped. Ranges were computed by the C of each version. */
import type { Machine } from '../../../models/contract/machine.js';
import { GuestMtrr } from '../../../models/intel-ept/guest-mtrr.js';
import { MtrrZap } from '../../../models/intel-ept/mtrr-zap.js';
import { profiles } from '../../../models/intel-ept/versions.js';
import type { Version } from '../../../models/intel-ept/switches.js';
import { DrivenVm, LEVEL_1G, LEVEL_2M, machine, profileNamed, region, versionNamed } from './driven-vm.js';

const NAMES = profiles.map((profile) => profile.name.replace('intel-ept/', ''));
const ZAPPING = ['4.2-full-mtrr', '4.2.8', '4.3', '4.4', '4.9', '4.16', '5.17', '6.6', '6.7', 'cd-skip', 'wc-mmio', 'per-vm-mtrr'];
const ALL = '0 fffffffffffff';
const FIXED_06 = '606060606060606';

/** Writes in their order; range of 4.4 to 6.10; range of 4.2 and 4.3 where it differs. `none`: not above its start. */
const SEQUENCE: readonly (readonly [write: string, range: string, hostWidth?: string])[] = [
  ['200=6', 'none'],
  [`250=${FIXED_06}`, 'none'],
  ['2ff=0', ALL],
  ['2ff=806', ALL],
  ['2ff=c06', ALL],
  ['2ff=c06', ALL],
  ['2ff=6', ALL],
  ['2ff=806', ALL],
  [`250=${FIXED_06}`, 'none'],
  ['202=40000006', 'none', '40000 400000000'],
  ['203=fc0000800', '40000 80000', '40000 3ff080000'],
  ['202=80000006', '80000 c0000', '80000 3ff0c0000'],
  ['203=0', '80000 1000000', '80000 400000000'],
  ['205=fc0000000', '0 40000', '0 3ff040000'],
  ['2ff=c06', ALL],
  [`250=${FIXED_06}`, '0 80'],
  [`258=${FIXED_06}`, '80 a0'],
  ['259=0', 'a0 c0'],
  ['268=0', 'c0 c8'],
  ['26f=0', 'f8 100'],
];

function rangesOf(version: Version): string[] {
  const mtrr = new GuestMtrr(version);
  mtrr.reset(machine());
  const zap = new MtrrZap();
  return SEQUENCE.map(([write]) => {
    const [msr, value] = [Number.parseInt(write.split('=')[0], 16), BigInt(`0x${write.split('=')[1]}`)];
    const [hi, lo] = [Number(value >> 32n), Number(value & 0xffff_ffffn)];
    if (msr === 0x2ff) mtrr.setDefType(0, hi, lo);
    else if (msr >= 0x250) mtrr.setFixed(0, msr, hi, lo);
    else mtrr.setVariable(0, msr, hi, lo);
    zap.update(mtrr, 0, msr);
    return zap.end <= zap.start ? 'none' : `${zap.start.toString(16)} ${zap.end.toString(16)}`;
  });
}

test('an MTRR write zaps, with masks of guest width, what the register now covers', () => {
  expect(rangesOf(versionNamed('6.6'))).toEqual(SEQUENCE.map(([, range]) => range));
});

test('an MTRR write in 4.2 and 4.3 zaps up to the host width', () => {
  expect(rangesOf(versionNamed('4.3'))).toEqual(SEQUENCE.map(([, range, hostWidth]) => hostWidth ?? range));
});

describe.each(NAMES)('counted zaps of MTRR writes in %s', (name) => {
  const zapsAfter = (setup: string, changes: Partial<Machine> = {}, vcpu = 0): number => {
    const vm = new DrivenVm(name, changes);
    vm.writeAll(setup, vcpu);
    return vm.counters().zaps!;
  };
  const zaps = ZAPPING.includes(name) ? 1 : 0;

  test('are one for each write of MTRRdefType, but for PAT none', () => {
    expect([zapsAfter('2ff=0'), zapsAfter('2ff=c06 2ff=c06'), zapsAfter('277=6')]).toEqual([zaps, 2 * zaps, 0]);
  });

  test('are none without non-coherent DMA, and none for what is refused', () => {
    expect(zapsAfter('2ff=c06', { noncoherentDevices: 0 })).toBe(0);
    const vm = new DrivenVm(name);
    expect(vm.write(0xfe, 0n)).toBe('gp');
    expect(vm.counters().zaps).toBe(0);
  });

  test('are, on another vCPU, the same but in the per-VM variant', () => {
    expect(zapsAfter('2ff=c06', {}, 1)).toBe(name === 'per-vm-mtrr' ? 0 : zaps);
  });

  test('are, while CR0.CD=1, the same but in cd-skip', () => {
    expect(zapsAfter('2ff=c06', { cr0: { pg: true, cd: true, nw: false } })).toBe(name === 'cd-skip' ? 0 : zaps);
  });

  test('do not count an empty range', () => {
    const hasHostWidth = ['4.2-full-mtrr', '4.2.8', '4.3'].includes(name);
    expect(zapsAfter('2ff=806 202=40000006')).toBe(hasHostWidth ? 2 : zaps);
  });
});

describe('stale leaves', () => {
  test('stay where a moved range was, and go where it is', () => {
    const vm = new DrivenVm('6.6');
    vm.writeAll('200=40000004 201=fc0000800 2ff=806');
    expect([vm.leaf(0x40000), vm.leaf(0x80000)]).toEqual(['WT', 'WB']);
    vm.writeAll('200=80000004');
    expect([vm.leaf(0x40000), vm.leaf(0x80000)]).toEqual(['WT', 'WT']);
    vm.writeAll('2ff=806');
    expect([vm.leaf(0x40000), vm.leaf(0x80000)]).toEqual(['WB', 'WT']);
  });

  test('stay for ever in versions that zap nothing', () => {
    const vm = new DrivenVm('4.1');
    vm.writeAll('2ff=806');
    expect(vm.leaf(0x200)).toBe('WB');
    vm.writeAll('2ff=804');
    expect([vm.leaf(0x200), vm.leaf(0x201)]).toEqual(['WB', 'WT']);
    expect(vm.ruleOf(vm.observe(0x200))).toBe('old-default');
  });

  test('of the CD quirk stay after CR0.CD:=0 until MTRRs are written', () => {
    const vm = new DrivenVm('6.6', { cr0: { pg: true, cd: true, nw: false } });
    vm.writeAll('2ff=804');
    expect(vm.leaf(0x200)).toBe('WB+ipat');
    vm.cr0(true, false);
    expect(vm.leaf(0x200)).toBe('WB+ipat');
    vm.writeAll('2ff=804');
    expect(vm.leaf(0x200)).toBe('WT');
  });

  test('that only partly intersect go whole', () => {
    const vm = new DrivenVm('6.16', { regions: [region(0, 2 ** 20, 0, LEVEL_2M)] });
    vm.leaf(0x200);
    vm.leaf(0x400);
    vm.model.zap(0x3ff, 1);
    expect(vm.counters()).toEqual({ faults: 2, zaps: 0, zappedLeaves: 1, tlbFlushes: 1 });
    vm.model.zap(0, 0x200);
    expect(vm.counters().zappedLeaves).toBe(1);
    vm.leaf(0x3ff);
    vm.leaf(0x400);
    expect(vm.counters().faults).toBe(3);
  });

  test('are all found when there are many', () => {
    const vm = new DrivenVm('6.16');
    for (let gfn = 0; gfn < 300; gfn++) vm.leaf(gfn);
    for (let gfn = 0; gfn < 300; gfn++) expect([vm.leaf(gfn), vm.level(gfn)]).toEqual(['WB', '4K']);
    vm.model.zap(100, 150);
    for (let gfn = 0; gfn < 300; gfn++) vm.leaf(gfn);
    expect(vm.counters()).toMatchObject({ faults: 450, zappedLeaves: 150 });
  });
});

describe('a change of CR0.CD', () => {
  const zapsOf = (name: string, changes: Partial<Machine>): number => {
    const vm = new DrivenVm(name, changes);
    vm.leaf(0x200);
    vm.cr0(true, true);
    vm.cr0(true, true, true);
    vm.cr0(false, true);
    vm.cr0(true, false);
    expect(vm.counters().zappedLeaves).toBe(Math.min(vm.counters().zaps!, 1));
    return vm.counters().zaps!;
  };

  test.each(NAMES)('zaps in %s as its version does, a change of NW or PG never', (name) => {
    const isGated = ['4.2.8', '4.4', '4.9', '4.16', '5.17', '6.6', '6.7', 'wc-mmio', 'per-vm-mtrr'].includes(name);
    const isAlways = ['4.2-full-mtrr', '4.3'].includes(name);
    const isWhenNoncoherent = name === 'cd-skip';
    // Each profile toggles twice.
    expect([
      zapsOf(name, {}),
      zapsOf(name, { quirkCdNwCleared: false }),
      zapsOf(name, { quirkCdNwCleared: false, noncoherentDevices: 0 }),
    ]).toEqual([isAlways || isWhenNoncoherent ? 2 : 0, isAlways || isWhenNoncoherent || isGated ? 2 : 0, isAlways ? 2 : 0]);
  });
});

describe('the first non-coherent device coming and the last going', () => {
  const zapsOf = (name: string, changes: Partial<Machine>): number => {
    const vm = new DrivenVm(name, { noncoherentDevices: 0, ...changes });
    vm.model.attachDevice(true);
    vm.model.attachDevice(false);
    vm.model.attachDevice(false);
    vm.model.detachDevice(false);
    vm.model.detachDevice(true);
    vm.model.detachDevice(false);
    return vm.counters().zaps!;
  };

  test.each(NAMES)('zap in %s as its version does, coherent ones and those between never', (name) => {
    const isAlways = ['6.7', 'cd-skip', 'wc-mmio', '6.12'].includes(name);
    const withSelfSnoop = isAlways || name.startsWith('6.16');
    const without = withSelfSnoop || name === '6.11.0';
    expect([
      zapsOf(name, {}),
      zapsOf(name, { selfSnoop: false }),
      zapsOf(name, { quirkIgnoreGuestPat: false }),
      zapsOf(name, { quirkIgnoreGuestPat: false, selfSnoop: false }),
    ]).toEqual([withSelfSnoop ? 2 : 0, without ? 2 : 0, isAlways ? 2 : 0, without ? 2 : 0]);
  });

  test('make leaves be built anew', () => {
    const vm = new DrivenVm('6.16', { noncoherentDevices: 0, regions: [region(0, 2 ** 20, 0, LEVEL_1G)] });
    expect(vm.leaf(0)).toBe('WB+ipat');
    vm.model.attachDevice(false);
    expect(vm.leaf(0)).toBe('WB');
    vm.model.detachDevice(false);
    expect(vm.leaf(0)).toBe('WB+ipat');
  });

  test('leave the old leaves in 6.6', () => {
    const vm = new DrivenVm('6.6', { noncoherentDevices: 0 });
    expect(vm.leaf(0)).toBe('WB+ipat');
    vm.model.attachDevice(false);
    expect([vm.leaf(0), vm.leaf(1)]).toEqual(['WB+ipat', 'UC']);
  });
});

test('the start of a machine counts no zap and no fault', () => {
  for (const name of NAMES) {
    const vm = new DrivenVm(name, { noncoherentDevices: 3, cr0: { pg: false, cd: true, nw: true } });
    expect(vm.counters()).toEqual({ faults: 0, zaps: 0, zappedLeaves: 0, tlbFlushes: 0 });
  }
});

describe('the rule of a decision on zapping', () => {
  const CD_WRITE = (vm: DrivenVm) => vm.cr0(true, true);
  const DEVICE = (vm: DrivenVm) => vm.model.attachDevice(false);
  const write = (text: string) => (vm: DrivenVm) => vm.writeAll(text);
  const COHERENT: Partial<Machine> = { noncoherentDevices: 0 };
  test.each([
    ['4.1', {}, write('2ff=c06'), 'no-zap mtrr-write-keeps-leaves'],
    ['4.3', {}, write('2ff=c06'), 'zap mtrr-write-zaps'],
    ['6.6', COHERENT, write('2ff=c06'), 'no-zap mtrr-write-without-noncoherent-dma'],
    ['6.6', {}, write('200=6'), 'no-zap mtrr-write-while-disabled'],
    ['6.6', {}, write('250=6'), 'no-zap mtrr-write-while-disabled', '2ff=806'],
    ['6.6', {}, write('200=6'), 'no-zap mtrr-write-covers-nothing', '2ff=806'],
    ['6.6', {}, write('277=6'), 'none'],
    ['cd-skip', { cr0: { pg: true, cd: true, nw: false } }, write('2ff=c06'), 'no-zap mtrr-write-while-cd'],
    ['per-vm-mtrr', {}, (vm: DrivenVm) => vm.writeAll('2ff=c06', 1), 'no-zap mtrr-write-of-other-vcpu'],
    ['4.1', {}, CD_WRITE, 'no-zap cd-change-keeps-leaves'],
    ['4.3', {}, CD_WRITE, 'zap cd-change-zaps'],
    ['4.4', {}, CD_WRITE, 'no-zap cd-change-is-spared'],
    ['4.4', { quirkCdNwCleared: false }, CD_WRITE, 'zap cd-change-zaps-without-quirk'],
    ['cd-skip', {}, CD_WRITE, 'zap cd-change-zaps-with-noncoherent-dma'],
    ['cd-skip', COHERENT, CD_WRITE, 'no-zap cd-change-without-noncoherent-dma'],
    ['4.3', {}, (vm: DrivenVm) => vm.cr0(false, false), 'none'],
    ['6.6', COHERENT, DEVICE, 'no-zap noncoherent-change-keeps-leaves'],
    ['6.7', COHERENT, DEVICE, 'zap noncoherent-change-zaps'],
    ['6.7', {}, DEVICE, 'none'],
    ['6.11.0', COHERENT, DEVICE, 'no-zap noncoherent-change-of-self-snooper'],
    ['6.11.0', { ...COHERENT, selfSnoop: false }, DEVICE, 'zap noncoherent-change-zaps-without-self-snoop'],
    ['6.16', COHERENT, DEVICE, 'zap noncoherent-change-zaps-under-quirk'],
    ['6.16', { ...COHERENT, quirkIgnoreGuestPat: false }, DEVICE, 'no-zap noncoherent-change-without-quirk'],
  ])('in %s with %o is told once', (name, changes, step, rule, setup = '') => {
    const vm = new DrivenVm(name, changes);
    expect(vm.zapRule()).toBe('none');
    vm.writeAll(setup);
    vm.model.takeZapRule!();
    const before = vm.counters().zaps!;
    step(vm);
    expect([vm.zapRule(), vm.zapRule()]).toEqual([rule, 'none']);
    expect(vm.counters().zaps! - before).toBe(rule.startsWith('zap ') ? 1 : 0);
    step(vm);
    vm.model.reset(machine());
    expect(vm.zapRule()).toBe('none');
  });

  test('names the commit that brought the zap for 4.2, and the one that spared it in 4.4', () => {
    const commits = ['4.3', '4.4'].map((name) => {
      const vm = new DrivenVm(name);
      CD_WRITE(vm);
      return profileNamed(name).rules[vm.model.takeZapRule!()]!.citation.commit;
    });
    expect(commits).toEqual(['b18d5431acc7', '879ae1880449']);
  });
});
