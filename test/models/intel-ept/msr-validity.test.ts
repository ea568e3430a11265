/** Which WRMSR faults: the C of each version was run on these values. */
import { profiles } from '../../../models/intel-ept/versions.js';
import { DrivenVm, machine, region } from './driven-vm.js';

const NAMES = profiles.map((profile) => profile.name.replace('intel-ept/', ''));
const UNCHECKED = ['2.6.27', '2.6.28', '2.6.29-rc1', '2.6.29'];
const DOUBLE = ['4.1', '4.2-full-mtrr', '4.2.8', '4.3', '4.4', '4.9', '4.16'];
const CHECKED = NAMES.filter((name) => !UNCHECKED.includes(name) && name !== '2.6.31');
const write = (name: string, msr: number, value: bigint): string => new DrivenVm(name).write(msr, value);
const rule = (name: string, msr: number, value: bigint): string => {
  const vm = new DrivenVm(name);
  return vm.ruleOf(vm.writeObserved(msr, value));
};

/** Refused from 3.18 to today, and by which rule. */
const REFUSED: readonly (readonly [number, bigint, string])[] = [
  [0x2ff, 0x1000n, 'def-type-reserved-bits'],
  [0x2ff, 0x7n, 'def-type-reserved-type'],
  [0x2ff, 0x2n, 'def-type-reserved-type'],
  [0x2ff, 0x306n, 'def-type-reserved-bits'],
  [0x2ff, 0x1_0000_0006n, 'def-type-reserved-bits'],
  [0x200, 0x106n, 'variable-reserved-bits'],
  [0x200, 0x806n, 'variable-reserved-bits'],
  [0x200, 0x10_0000_0006n, 'variable-reserved-bits'],
  [0x200, 3n, 'variable-reserved-type'],
  [0x200, 7n, 'variable-reserved-type'],
  [0x200, 0x107n, 'variable-reserved-type'],
  [0x201, 1n, 'variable-reserved-bits'],
  [0x201, 0x10_0000_0800n, 'variable-reserved-bits'],
  [0x201, 0x7ffn, 'variable-reserved-bits'],
  [0x250, 0x0606_0606_0606_0607n, 'fixed-reserved-type'],
  [0x26f, 0x0206_0606_0606_0606n, 'fixed-reserved-type'],
  [0x277, 0x0006_0606_0602_0606n, 'pat-reserved-type'],
  [0x277, 0x0806_0606_0606_0606n, 'pat-reserved-type'],
  [0x210, 0n, 'absent-pair-faults'],
  [0x21f, 0n, 'absent-pair-faults'],
  [0xfe, 0x508n, 'mtrrcap-is-read-only'],
];
const ACCEPTED: readonly (readonly [number, bigint])[] = [
  [0x2ff, 0xc06n],
  [0x2ff, 0n],
  [0x200, 0xf_ffff_f006n],
  [0x201, 0xf_ffff_f800n],
  [0x201, 0x800n],
  [0x20f, 0xf_0f00_0000n],
  [0x250, 0x0001_0405_0600_0106n],
  [0x277, 0x0001_0405_0607_0106n],
];

describe.each(CHECKED)('%s', (name) => {
  test.each(REFUSED)('refuses %i := %d', (msr, value, id) => {
    const isTwice = id === 'variable-reserved-bits' && DOUBLE.includes(name);
    // Seen on a real 5.10: vector 8.
    const expected = isTwice ? ['df', 'variable-reserved-bits-twice'] : ['gp', id];
    expect([write(name, msr, value), rule(name, msr, value)]).toEqual(expected);
  });

  test.each(ACCEPTED)('accepts and reads back %i := %d', (msr, value) => {
    const vm = new DrivenVm(name);
    expect(vm.write(msr, value)).toBe('ok');
    expect(vm.read(msr)).toBe(value);
  });

  test('stores nothing of a refused write', () => {
    const vm = new DrivenVm(name);
    vm.writeAll('200=6 201=fc0000800 2ff=c06 250=404040404040404 277=6');
    for (const [msr, value] of REFUSED) vm.write(msr, value);
    expect([0x200, 0x201, 0x2ff, 0x250, 0x277].map((msr) => vm.read(msr))).toEqual([
      6n,
      0xfc0000800n,
      0xc06n,
      0x0404040404040404n,
      6n,
    ]);
  });
});

describe('2.6.31', () => {
  test.each([
    [0x2ff, 0x1000n, 'def-type-reserved-bits'],
    [0x2ff, 7n, 'def-type-reserved-type'],
    [0x200, 7n, 'variable-reserved-type'],
    [0x201, 0x7ffn, 'mask-reserved-type'],
    [0x201, 0x803n, 'mask-reserved-type'],
    [0x250, 7n, 'fixed-reserved-type'],
  ])('refuses %i := %d by %s', (msr, value, id) =>
    expect([write('2.6.31', msr, value), rule('2.6.31', msr, value)]).toEqual(['gp', id]),
  );

  test.each([
    [0x200, 0xffff_ffff_ffff_ff06n],
    [0x201, 0xffff_ffff_ffff_ff06n],
    [0x201, 0x801n],
  ])('leaves all but the low byte of a pair free: %i := %d', (msr, value) => {
    const vm = new DrivenVm('2.6.31');
    expect([vm.write(msr, value), vm.read(msr)]).toEqual(['ok', value]);
  });
});

describe.each(UNCHECKED)('%s', (name) => {
  test.each(REFUSED.slice(0, 18))('accepts anything in a register that exists: %i := %d', (msr, value) => {
    expect(write(name, msr, value)).toBe('ok');
  });
  test('has no ninth pair and no writable MTRRCAP', () => {
    expect([write(name, 0x210, 0n), write(name, 0xfe, 0x508n)]).toEqual(['gp', 'gp']);
  });
});

describe('PAT without a check', () => {
  test.each([...UNCHECKED, '2.6.31'])('in %s leaves every later access of that vCPU open', (name) => {
    const vm = new DrivenVm(name, { regions: [region(0, 16)] });
    vm.leaf(1);
    expect(vm.write(0x277, 2n)).toBe('ok');
    for (const gfn of [0, 1]) {
      const open = vm.observe(gfn, 4);
      expect([vm.outcome(open), vm.ruleOf(open), vm.candidates(open)]).toEqual(['undefined', 'pat-fails-vm-entry', 31]);
    }
    expect(vm.type(16)).toBe('mmio');
    expect(vm.type(0, 0, 1)).toBe('WB');
    vm.writeAll('277=6');
    expect(vm.type(0)).toBe('WB');
  });
});

describe('RDMSR', () => {
  test.each(NAMES)('in %s has a constant MTRRCAP, no ninth pair, and registers at 0', (name) => {
    const vm = new DrivenVm(name);
    expect([0xfe, 0x210, 0x21f, 0x200, 0x201, 0x250, 0x26f, 0x2ff].map((msr) => vm.read(msr))).toEqual([
      0x508n,
      'gp',
      'gp',
      0n,
      0n,
      0n,
      0n,
      0n,
    ]);
  });

  test.each(NAMES)('in %s keeps vCPUs apart', (name) => {
    const vm = new DrivenVm(name);
    vm.writeAll('2ff=c06 250=606060606060606 202=6 203=fc0000800', 1);
    expect([0x2ff, 0x250, 0x202, 0x203].map((msr) => vm.read(msr, 0))).toEqual([0n, 0n, 0n, 0n]);
    expect([0x2ff, 0x250, 0x202, 0x203].map((msr) => vm.read(msr, 1))).toEqual([0xc06n, 0x0606060606060606n, 6n, 0xfc0000800n]);
  });

  test.each(NAMES)('in %s gives PAT in 32 or 64 bits', (name) => {
    const isNarrow = ['2.6.29-rc1', '2.6.29', '2.6.31'].includes(name);
    const vm = new DrivenVm(name);
    expect(vm.read(0x277)).toBe(isNarrow ? 0x0007_0406n : 0x0007_0406_0007_0406n);
    vm.writeAll('277=105060400010506');
    expect(vm.read(0x277)).toBe(isNarrow ? 0x0001_0506n : 0x0105_0604_0001_0506n);
  });

  test('gives back of MTRRdefType what 2.6.29 keeps of it', () => {
    expect(
      NAMES.filter((name) => UNCHECKED.includes(name)).map((name) => {
        const vm = new DrivenVm(name);
        vm.write(0x2ff, 0xffff_ffff_ffff_f7a6n);
        return vm.read(0x2ff);
      }),
    ).toEqual([0xffff_ffff_ffff_f7a6n, 0xffff_ffff_ffff_f7a6n, 0x4a6n, 0x4a6n]);
  });

  test('hides the bits that a stored mask has above MAXPHYADDR', () => {
    const vm = new DrivenVm('6.6');
    vm.write(0x201, 0xf_ffff_f800n);
    expect(vm.read(0x201)).toBe(0xf_ffff_f800n);
    expect(vm.model.state()['vcpu0 MTRRphysMask0']).toBe('0xffffff800');
    const raw = new DrivenVm('6.16');
    raw.write(0x201, 0xf_ffff_f800n);
    expect(raw.model.state()['vcpu0 MTRRphysMask0']).toBe('0xffffff800');
  });

  test.each([
    // [version, writes, MSR, rule of the read]
    ['6.16', '', 0x200, 'register-at-start + register-reads-back'],
    ['6.16', '200=6', 0x200, 'variable-mtrr-stored + register-reads-back'],
    ['6.16', '200=6', 0x201, 'register-at-start + register-reads-back'],
    ['6.6', '201=fc0000800', 0x201, 'variable-mtrr-stored + pair-reads-back-within-width'],
    ['6.6', '', 0x201, 'register-at-start + pair-reads-back-within-width'],
    ['6.6', '250=6', 0x250, 'fixed-mtrr-stored + register-reads-back'],
    ['6.6', '2ff=c06', 0x2ff, 'def-type-stored + register-reads-back'],
    ['2.6.29', '2ff=c06', 0x2ff, 'def-type-stored + register-reads-back'],
    ['2.6.29', '2ff=1c06', 0x2ff, 'def-type-reads-back-in-parts'],
    ['4.1', '277=6', 0x277, 'pat-stored + register-reads-back'],
    ['2.6.31', '277=6', 0x277, 'pat-stored + register-reads-back'],
    ['2.6.31', '', 0x277, 'pat-reads-back-low-half'],
  ])(
    'in %s after "%s" gives 0x%i by the write that put the value there, a migration between or not',
    (name, writes, msr, rules) => {
      const vm = new DrivenVm(name);
      vm.writeAll(writes);
      expect(vm.rulesOf(vm.model.readMsr(0, msr))).toBe(rules);
      vm.model.saveRestore();
      expect(vm.rulesOf(vm.model.readMsr(0, msr))).toBe(rules);
      expect(vm.rulesOf(vm.model.readMsr(1, 0x200))).toContain('register-at-start');
      vm.model.reset(machine());
      expect(vm.rulesOf(vm.model.readMsr(0, 0x250))).toBe('register-at-start + register-reads-back');
    },
  );
});
