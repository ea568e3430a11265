import { ruleWord, VirtualMachine, zapWord } from './virtual-machine.js';

const wrmsr = (msr: number, value: bigint, maxPhysAddr = 36) => {
  const { model } = new VirtualMachine(undefined, { maxPhysAddr });
  return ruleWord(model.writeMsr(0, msr, Number(value >> 32n), Number(value & 0xffffffffn)));
};
const every = (byte: bigint) => byte * 0x0101010101010101n;

describe('WRMSR', () => {
  const REFUSED: [number, bigint, string][] = [
    [0x2ff, 0x1000n, 'def-type-reserved-bits'],
    [0x2ff, 0x306n, 'def-type-reserved-bits'],
    [0x2ff, 1n << 32n, 'def-type-reserved-bits'],
    [0x2ff, 7n, 'def-type-illegal'],
    [0x2ff, 2n, 'def-type-illegal'],
    [0x200, 0x106n, 'base-reserved-bits'],
    [0x200, 0x1000000006n, 'base-reserved-bits'],
    [0x200, 3n, 'base-type-illegal'],
    [0x200, 7n, 'base-type-illegal'],
    [0x201, 1n, 'mask-reserved-bits'],
    [0x201, 0x1000000800n, 'mask-reserved-bits'],
    [0x201, 0x7ffn, 'mask-reserved-bits'],
    [0x250, 7n, 'fixed-type-illegal'],
    [0x26f, 2n << 56n, 'fixed-type-illegal'],
    [0x277, 2n, 'pat-type-illegal'],
    [0x277, 8n << 32n, 'pat-type-illegal'],
    [0x210, 0n, 'absent-register'],
    [0xfe, 0x508n, 'capability-is-read-only'],
  ];
  test.each(REFUSED)('of 0x%s with an illegal value faults', (msr, value, rule) => expect(wrmsr(msr, value)).toBe(rule));

  test.each([0, 1, 4, 5, 6])('accepts type %i everywhere', (type) => {
    const value = BigInt(type);
    const legal = [wrmsr(0x2ff, 0xc00n | value), wrmsr(0x20e, value), wrmsr(0x259, every(value)), wrmsr(0x277, every(value))];
    expect(new Set(legal)).toEqual(new Set(['register-stored']));
  });

  test('accepts UC- in the PAT alone', () => {
    expect([wrmsr(0x277, every(7n)), wrmsr(0x268, every(7n))]).toEqual(['register-stored', 'fixed-type-illegal']);
  });

  test.each([36, 46, 52])('accepts a mask up to MAXPHYADDR %i and no further', (width) => {
    const mask = (1n << BigInt(width)) - 0x1000n + 0x800n;
    expect([wrmsr(0x201, mask, width), wrmsr(0x201, mask + (1n << BigInt(width)), width)]).toEqual([
      'register-stored',
      'mask-reserved-bits',
    ]);
  });
});

describe('RDMSR', () => {
  const read = (model: VirtualMachine['model'], vcpu: number, msr: number) => [
    ruleWord(model.readMsr(vcpu, msr)),
    model.valueHi,
    model.valueLo,
  ];

  test('returns what the same vCPU wrote, by the rule of that write', () => {
    const { model } = new VirtualMachine();
    const msrs = [0x200, 0x20f, 0x250, 0x258, 0x259, 0x268, 0x26f];
    msrs.forEach((msr, index) => {
      model.writeMsr(1, msr, 0, msr % 2 === 1 && msr < 0x210 ? 0x800 : index % 2);
    });
    msrs.forEach((msr, index) => {
      expect(read(model, 1, msr)).toEqual(['register-stored', 0, msr % 2 === 1 && msr < 0x210 ? 0x800 : index % 2]);
      expect(read(model, 0, msr)).toEqual(['register-read', 0, 0]);
    });
  });

  test('returns the reset values, the capability, and faults on absent pairs', () => {
    const { model } = new VirtualMachine();
    expect(read(model, 0, 0x277)).toEqual(['register-read', 0x70406, 0x70406]);
    expect(read(model, 0, 0xfe)).toEqual(['register-read', 0, 0x508]);
    expect(ruleWord(model.readMsr(0, 0x21f))).toBe('absent-register');
  });

  test('of what was refused returns the old value', () => {
    const { model } = new VirtualMachine();
    model.writeMsr(0, 0x2ff, 0, 0xc06);
    model.writeMsr(0, 0x2ff, 0, 0xc07);
    expect(read(model, 0, 0x2ff)).toEqual(['register-stored', 0, 0xc06]);
  });

  test('works without CPUID.MTRR', () => {
    const { model } = new VirtualMachine(undefined, { guestMtrr: false });
    expect(read(model, 0, 0x2ff)).toEqual(['register-read', 0, 0]);
  });
});

test('MOV to CR0 with NW and without CD faults and changes nothing; INIT clears PG alone', () => {
  const { model } = new VirtualMachine();
  expect(ruleWord(model.writeCr0(0, false, false, true))).toBe('nw-without-cd');
  expect(model.state()['vcpu0 CR0']).toEqual({ pg: true, cd: false, nw: false });
  model.writeCr0(0, true, true, true);
  model.init(0);
  expect(model.state()['vcpu0 CR0']).toEqual({ pg: false, cd: true, nw: true });
});

test('Writes of MTRRs and changes of CR0.CD zap nothing, each by a rule; what changes neither decides on no zap', () => {
  const { model } = new VirtualMachine();
  const zapsAfter = (...steps: (() => unknown)[]) => steps.map((step) => [step(), zapWord(model)][1]);
  expect(
    zapsAfter(
      () => model.writeMsr(0, 0x2ff, 0, 0xc06),
      () => model.writeMsr(0, 0x2ff, 0, 0xc07),
      () => model.writeMsr(0, 0x277, 0, 0),
      () => model.writeCr0(0, true, true, false),
      () => model.writeCr0(0, false, true, true),
    ),
  ).toEqual(['no-zap: mtrr-write-spares', undefined, undefined, 'no-zap: cd-toggle-spares', undefined]);
});
