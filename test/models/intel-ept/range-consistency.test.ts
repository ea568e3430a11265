/** Whether a block has one guest memory type: vectors computed by the C of each version, and what the mapping level makes of them. */
import { firstFixedRange, GuestMtrr } from '../../../models/intel-ept/guest-mtrr.js';
import { isFixedMtrr } from '../../../models/intel-ept/mtrr-zap.js';
import { CONSISTENT, CRASHES, INCONSISTENT, rangeConsistency } from '../../../models/intel-ept/range-consistency.js';
import type { Version } from '../../../models/intel-ept/switches.js';
import { DrivenVm, LEVEL_1G, LEVEL_2M, LEVEL_4K, machine, region, versionNamed } from './driven-vm.js';

function registers(version: Version, setup: string): GuestMtrr {
  const mtrr = new GuestMtrr(version);
  mtrr.reset(machine());
  for (const word of setup.split(' ')) {
    const [msr, value] = [Number.parseInt(word.split('=')[0], 16), BigInt(`0x${word.split('=')[1]}`)];
    const [hi, lo] = [Number(value >> 32n), Number(value & 0xffff_ffffn)];
    if (msr === 0x2ff) mtrr.setDefType(0, hi, lo);
    else if (isFixedMtrr(msr)) mtrr.setFixed(0, msr, hi, lo);
    else mtrr.setVariable(0, msr, hi, lo);
  }
  return mtrr;
}

const all = (bytes: string): string =>
  ['250', '258', '259', '268', '269', '26a', '26b', '26c', '26d', '26e', '26f'].map((msr) => `${msr}=${bytes}`).join(' ');
const A = '200=6 201=f00000800 202=c0000000 203=fc0000800 2ff=800';
const D = '200=40000006 201=ff0000800 202=50000006 203=ff0000800 204=60000006 205=fe0000800';
const D3 = '200=40000006 201=ffff00800 202=40100006 203=ffff00800 2ff=800';
const F = `250=606060606060606 258=606060606060606 259=0 ${all('505050505050505').split(' ').slice(3).join(' ')} 2ff=c06`;

/** The same in 4.2.8 and in 4.4 to 6.10. */
const SAME: readonly (readonly [string, string, number, number, number])[] = [
  ['A: the hole under WB of lower base', A, 0xc0000000, 512, INCONSISTENT],
  ['A: below the hole', A, 0xbfe00000, 512, CONSISTENT],
  ['A: a gigabyte below the hole', A, 0x80000000, 262144, CONSISTENT],
  ['D: equal neighbours that cover it only together', `${D} 2ff=800`, 0x40000000, 262144, INCONSISTENT],
  ['D: one of them', `${D} 2ff=800`, 0x40000000, 512, CONSISTENT],
  ['D2: equal neighbours of the default type', `${D} 2ff=806`, 0x40000000, 262144, CONSISTENT],
  ['D3: two halves of 2 MiB', D3, 0x40000000, 512, INCONSISTENT],
  ['F: unlike fixed ranges', F, 0, 512, INCONSISTENT],
  ['F: above the fixed ranges', F, 0x200000, 512, CONSISTENT],
  ['no range at all', '2ff=800', 0, 262144, CONSISTENT],
  ['disabled', '200=6 201=f00000800 2ff=0', 0, 262144, CONSISTENT],
  ['a part of equal fixed ranges', `${all('606060606060606')} 2ff=c00`, 0, 16, CONSISTENT],
  ['fixed ranges alone', `${all('606060606060606')} 2ff=c00`, 0, 256, CONSISTENT],
  ['unlike fixed ranges with FE=0', F.replace('2ff=c06', '2ff=806'), 0, 512, CONSISTENT],
];

describe.each(['4.2.8', '4.3', '4.4', '4.9', '4.16', '5.17', '6.6', '6.7', 'per-vm-mtrr'])('consistency in %s', (name) => {
  const version = versionNamed(name);
  test.each(SAME)('%s', (_title, setup, gpa, pages, answer) => {
    expect(rangeConsistency(registers(version, setup), 0, gpa / 4096, pages)).toBe(answer);
  });
});

describe('equal fixed ranges that the block goes beyond (F2)', () => {
  const defaultEqual = `${all('606060606060606')} 2ff=c06`;
  const defaultUnlike = `${all('606060606060606')} 2ff=c00`;
  test.each([
    ['4.3', versionNamed('4.3'), CRASHES, CRASHES],
    ['4.2.8', versionNamed('4.2.8'), CRASHES, CRASHES],
    ['4.4', versionNamed('4.4'), CRASHES, CRASHES],
    ['4.9', versionNamed('4.9'), CONSISTENT, INCONSISTENT],
    ['4.16', versionNamed('4.16'), CONSISTENT, INCONSISTENT],
    ['5.17', versionNamed('5.17'), CONSISTENT, INCONSISTENT],
    ['6.6', versionNamed('6.6'), CONSISTENT, INCONSISTENT],
    ['6.7', versionNamed('6.7'), CONSISTENT, INCONSISTENT],
  ])('in %s', (_name, version, equal, unlike) => {
    expect(rangeConsistency(registers(version, defaultEqual), 0, 0, 512)).toBe(equal);
    expect(rangeConsistency(registers(version, defaultUnlike), 0, 0, 512)).toBe(unlike);
  });

  test('leave an access in 4.4 open, build no leaf, and concern no frame outside the block', () => {
    const vm = new DrivenVm('4.4');
    vm.writeAll(defaultEqual);
    const open = vm.observe(0x1ff);
    expect([vm.outcome(open), vm.ruleOf(open), vm.candidates(open)]).toEqual(['undefined', 'consistency-check-crashes', 31]);
    expect(vm.type(0x200)).toBe('WB');
    expect(vm.counters().faults).toBe(1);
  });

  test('crash also by the check of a gigabyte, after that of 2 MiB elsewhere in it', () => {
    const vm = new DrivenVm('4.4', { regions: [region(0, 2 ** 20, 0, LEVEL_1G)] });
    vm.writeAll(defaultEqual);
    expect(vm.level(0x40000)).toBe('1G');
    expect(vm.level(0x400)).toBe('undefined');
  });
});

test('fixed ranges count exactly if the block reaches them', () => {
  // One byte differs from all others: first frame and end of what it covers.
  const odd: readonly (readonly [string, number, number])[] = [
    ['250=606060606060506', 0x10, 0x20],
    ['250=506060606060606', 0x70, 0x80],
    ['258=606060606060605', 0x80, 0x84],
    ['258=606060606060506', 0x84, 0x88],
    ['259=506060606060606', 0xbc, 0xc0],
    ['268=606060606060605', 0xc0, 0xc1],
    ['26f=506060606060606', 0xff, 0x100],
  ];
  for (const [write, start, end] of odd) {
    const mtrr = registers(versionNamed('6.6'), `${all('606060606060606')} ${write} 2ff=c06`);
    const consistency = (from: number, to: number): number => rangeConsistency(mtrr, 0, from, to - from);
    expect(consistency(start, end)).toBe(CONSISTENT);
    if (start > 0) expect([consistency(0, start), consistency(0, start + 1)]).toEqual([CONSISTENT, INCONSISTENT]);
    if (end < 0x100) expect([consistency(end, 0x100), consistency(end - 1, 0x100)]).toEqual([CONSISTENT, INCONSISTENT]);
  }
});

test('fixed-range MSRs fill fixed[] in address order', () => {
  expect([0x250, 0x258, 0x259, 0x268, 0x26f].map(firstFixedRange)).toEqual([0, 8, 16, 24, 80]);
});

describe('the level of a mapping', () => {
  const regions = [region(0, 2 ** 20, 0, LEVEL_1G)];
  const level = (name: string, setup: string, gfn: number, noncoherentDevices = 1): string => {
    const vm = new DrivenVm(name, { regions, noncoherentDevices });
    vm.writeAll(setup);
    return vm.level(gfn);
  };

  test.each([
    // profile, first 2 MiB under ordinary fixed ranges; next 2 MiB; other gigabyte; first 2 MiB and next without non-coherent DMA
    ['2.6.27', '1G', '1G', '1G', '1G', '1G'],
    ['2.6.31', '1G', '1G', '1G', '1G', '1G'],
    ['4.1', '1G', '1G', '1G', '1G', '1G'],
    ['4.2-full-mtrr', '4K', '2M', '1G', '4K', '2M'],
    ['4.3', '4K', '2M', '1G', '4K', '2M'],
    ['4.2.8', '4K', '2M', '1G', '4K', '2M'],
    ['4.4', '4K', '2M', '1G', '4K', '2M'],
    ['4.9', '4K', '2M', '1G', '4K', '2M'],
    ['4.16', '4K', '2M', '1G', '4K', '2M'],
    ['5.17', '4K', '2M', '1G', '4K', '2M'],
    ['6.6', '4K', '2M', '1G', '1G', '1G'],
    ['6.7', '4K', '2M', '1G', '1G', '1G'],
    ['cd-skip', '4K', '2M', '1G', '1G', '1G'],
    ['per-vm-mtrr', '4K', '2M', '1G', '1G', '1G'],
    ['6.11.0', '1G', '1G', '1G', '1G', '1G'],
    ['6.12', '1G', '1G', '1G', '1G', '1G'],
    ['6.16', '1G', '1G', '1G', '1G', '1G'],
    ['host-pat', '1G', '1G', '1G', '1G', '1G'],
  ])('in %s is limited by MTRRs: %s %s %s, coherent %s %s', (name, first, next, other, coherentFirst, coherentNext) => {
    expect([level(name, F, 0x100), level(name, F, 0x200), level(name, F, 0x40000)]).toEqual([first, next, other]);
    expect([level(name, F, 0x100, 0), level(name, F, 0x200, 0)]).toEqual([coherentFirst, coherentNext]);
  });

  test('is at most 4K where equal ranges meet inside 2 MiB', () => {
    expect(['4.3', '4.4', '4.16', '5.17', '6.6', '6.7'].map((name) => level(name, D3, 0x40000))).toEqual(new Array(6).fill('4K'));
  });

  test('follows the MTRRs of the vCPU that faults, or of vCPU 0 in the per-VM variant', () => {
    for (const [name, expected] of [
      ['6.6', '4K'],
      ['per-vm-mtrr', '1G'],
    ]) {
      const vm = new DrivenVm(name, { regions });
      vm.writeAll(D3, 1);
      expect(vm.level(0x40000, 1)).toBe(expected);
    }
  });

  test('is the largest aligned block inside the region, not above its level', () => {
    const vm = new DrivenVm('6.16', {
      regions: [region(0x100, 0x400, 0, LEVEL_2M), region(0x40000, 0x40000, 0, LEVEL_2M), region(0x80000, 0x3ffff, 0, LEVEL_1G)],
    });
    expect([0x1ff, 0x200, 0x3ff, 0x400, 0x40000, 0x80000, 0xbfe00, 0xbffff - 1].map((gfn) => vm.level(gfn))).toEqual([
      '4K',
      '2M',
      '2M',
      '4K',
      '2M',
      '2M',
      '4K',
      '4K',
    ]);
  });

  test('is 4K for every backing but RAM', () => {
    for (let backing = 0; backing <= 8; backing++) {
      const vm = new DrivenVm('6.16', { regions: [region(0, 512, backing as 0, LEVEL_2M)] });
      expect(vm.level(0)).toBe(backing <= 1 ? '2M' : '4K');
    }
  });

  test('takes the type of the first frame of the mapping where no limit splits it', () => {
    const vm = new DrivenVm('4.1', { regions: [region(0, 2 ** 20, 0, LEVEL_2M)] });
    vm.writeAll('200=40100006 201=ffff00800 2ff=800');
    expect([vm.level(0x40180), vm.type(0x40180)]).toEqual(['2M', 'UC']);
    const small = new DrivenVm('4.1', { regions: [region(0, 2 ** 20, 0, LEVEL_4K)] });
    small.writeAll('200=40100006 201=ffff00800 2ff=800');
    expect(small.type(0x40180)).toBe('WB');
  });
});
