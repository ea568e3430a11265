import { DEFAULT_MACHINE } from '../../default-machine.js';
import { ALL_VERSIONS, last, profileOf, rdmsr, tell, wrmsr } from './subject.js';

const NARROW = { maxPhysAddr: 40 };
const ofLast = (machine: Readonly<Record<string, unknown>>, ...steps: Parameters<typeof last>[2]): string => {
  const { words, rules } = tell('ept-4.21', machine, steps);
  return `${words.at(-1)} ${rules.at(-1)}`;
};

describe('the default type register', () => {
  test.each(['0x2', '0x3', '0x7', '0xc07', '0x808'])('refuses the type of %s', (value) => {
    expect(ofLast({}, wrmsr(0x2ff, value))).toBe('gp def-type-invalid-type');
  });
  test.each(['0x106', '0x206', '0x1006', '0x100000006'])('refuses the reserved bits of %s', (value) => {
    expect(ofLast({}, wrmsr(0x2ff, value))).toBe('gp def-type-reserved-bits');
  });
  test.each(['0x0', '0xc06', '0x805', '0x400', '0x4'])('accepts %s and reads it back', (value) => {
    expect(last('ept-4.21', {}, [wrmsr(0x2ff, value), rdmsr(0x2ff)])).toBe(value);
  });
});

describe('a fixed range register', () => {
  test.each(['0x606060606060602', '0x700000000000000', '0x606061e06060606'])('refuses %s', (value) => {
    expect(ofLast({}, wrmsr(0x259, value))).toBe('gp fixed-invalid-type');
  });
  test('is stored and read by its own number', () => {
    const msrs = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];
    const values = msrs.map((_, row) => `0x${(BigInt(row % 2) + 0x0605040100060500n).toString(16)}`);
    const steps = [...msrs.map((msr, row) => wrmsr(msr, values[row])), ...msrs.map((msr) => rdmsr(msr))];
    expect(tell('npt', {}, steps).words.slice(msrs.length)).toEqual(values);
  });
  test('may be written with its own value', () => {
    expect(ofLast({}, wrmsr(0x250, '0x606'), wrmsr(0x250, '0x606'))).toBe('ok fixed-unchanged');
    expect(ofLast({}, wrmsr(0x250, '0x606'))).toBe('ok fixed-written');
  });
});

describe('a variable range register', () => {
  test.each([
    [0x200, '0x80000002', 'base-invalid-type'],
    [0x202, '0x80000007', 'base-invalid-type'],
    [0x20e, '0x80000106', 'base-reserved-bits'],
    [0x200, '0x10000000006', 'bits-above-width'],
    [0x201, '0xff80000400', 'mask-reserved-bits'],
    [0x20f, '0x1ff80000800', 'bits-above-width'],
    [0x210, '0x6', 'pair-absent'],
    [0x21f, '0x800', 'pair-absent'],
  ])('0x%i refuses %s', (msr, value, rule) => expect(ofLast(NARROW, wrmsr(msr, value))).toBe(`gp ${rule}`));
  test('is stored and read by its own number', () => {
    const msrs = Array.from({ length: 16 }, (_, index) => 0x200 + index);
    const values = msrs.map((msr) => (msr % 2 === 0 ? `0xa${msr.toString(16)}0${msr % 2}006` : `0x3fb${msr.toString(16)}000800`));
    const steps = [...msrs.map((msr, n) => wrmsr(msr, values[n])), ...msrs.map((msr) => rdmsr(msr))];
    expect(tell('ept-4.19', {}, steps).words.slice(16)).toEqual(values);
  });
  test('of an absent pair faults when read', () => expect(ofLast({}, rdmsr(0x210))).toBe('gp pair-absent'));
  test('is not checked against its own value: a write of it succeeds', () => {
    expect(ofLast({}, wrmsr(0x200, '0x6'), wrmsr(0x200, '0x6'))).toBe('ok variable-unchanged');
  });
});

describe('the width of addresses', () => {
  /** Widest bit that a mask may have in a guest that was promised 52 bits. */
  const width = (version: string): number => {
    const words = tell(
      version,
      { maxPhysAddr: 52 },
      Array.from({ length: 16 }, (_, bit) => wrmsr(0x201, `0x${(1n << BigInt(36 + bit)).toString(16)}`)),
    ).words;
    return 36 + words.filter((word) => word === 'ok').length;
  };
  test('is the host`s until 4.15, that of four levels from 4.16, and 44 bits under shadow paging', () => {
    expect(Object.fromEntries(ALL_VERSIONS.map((version) => [version, width(version)]))).toEqual({
      'ept-4.14.0': 52,
      'ept-special-v1': 52,
      'ept-ca24b2ffdb': 52,
      'ept-4.15': 52,
      'ept-4.16': 48,
      'ept-4.17': 48,
      'ept-4.19': 48,
      'ept-4.21': 48,
      npt: 48,
      'shadow-4.14': 44,
      'shadow-4.18': 44,
    });
  });
});

describe('PAT', () => {
  test.each(['0x207040600070406', '0x7040600070408', '0x7040600070403', '0x1007040600070406'])('refuses %s', (value) => {
    expect(ofLast({}, wrmsr(0x277, value))).toBe('gp pat-invalid-type');
  });
  test.each(ALL_VERSIONS)('starts in its reset value and reads back on %s', (version) => {
    const { words } = tell(version, {}, [rdmsr(0x277), wrmsr(0x277, '0x407050600070106'), rdmsr(0x277)]);
    expect(words).toEqual(['0x7040600070406', 'ok', '0x407050600070106']);
  });
  test('needs no CPUID bit', () => {
    const { words } = tell('ept-4.21', { guestMtrr: false }, [wrmsr(0x277, '0x0'), rdmsr(0x277)]);
    expect(words).toEqual(['ok', '0x0']);
  });
});

describe('MTRRs that CPUID hides', () => {
  test.each([0xfe, 0x2ff, 0x250, 0x26f, 0x200, 0x20f, 0x210])('fault at 0x%i', (msr) => {
    const { words, rules } = tell('ept-4.21', { guestMtrr: false }, [rdmsr(msr), wrmsr(msr, '0x0')]);
    expect(words).toEqual(['gp', 'gp']);
    expect(rules).toEqual(['mtrrs-hidden', 'mtrrs-hidden']);
  });
});

test('MTRRcap shows eight pairs, fixed ranges and WC, and cannot be written', () => {
  const { words, rules } = tell('shadow-4.18', {}, [rdmsr(0xfe), wrmsr(0xfe, '0x508')]);
  expect(words).toEqual(['0x508', 'gp']);
  expect(rules[1]).toBe('mtrrcap-read-only');
});

test('registers belong to one vCPU, and INIT leaves them', () => {
  const steps = [wrmsr(0x2ff, '0xc06', 1), rdmsr(0x2ff, 0), { op: 'init', vcpu: 1 }, rdmsr(0x2ff, 1)];
  expect(tell('ept-4.21', { vcpus: 2 }, steps).words.slice(1)).toEqual(['0x0', 'ok', '0xc06']);
});

test('a model that is used again starts anew', () => {
  const model = profileOf('ept-4.21').create();
  const machine = {
    ...DEFAULT_MACHINE,
    regions: [],
  };
  model.reset(machine);
  model.writeMsr(0, 0x2ff, 0, 0xc06);
  model.writeMsr(0, 0x277, 0, 0);
  model.reset(machine);
  model.readMsr(0, 0x2ff);
  expect([model.valueHi, model.valueLo]).toEqual([0, 0]);
  model.readMsr(0, 0x277);
  expect([model.valueHi, model.valueLo]).toEqual([0x70406, 0x70406]);
});
