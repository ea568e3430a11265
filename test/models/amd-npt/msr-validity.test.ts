import { Guest, VERSIONS } from './guest.js';

const FIXED = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];

/** Reserved bits of a variable pair queue two #GPs: seen on a real 5.10 as vector 8. */
const DOUBLE = ['4.1', '4.2-npt-pat', '4.2.8', '4.3', '4.4', '4.12', '4.14'];
const OLD = ['2.6.27', '2.6.29', '2.6.31'];

describe.each(VERSIONS.filter((version) => !OLD.includes(version)))('WRMSR and RDMSR on amd-npt/%s', (version) => {
  const vm = () => new Guest(version, { maxPhysAddr: 36, hostPhysAddr: 46 });

  test.each<[number, bigint, string]>([
    [0x2ff, 0x1000n, 'def-type-reserved-bits'],
    [0x2ff, 0x306n, 'def-type-reserved-bits'],
    [0x2ff, 0x100000006n, 'def-type-reserved-bits'],
    [0x2ff, 0xd06n, 'def-type-reserved-bits'],
    [0x2ff, 7n, 'def-type-type-reserved'],
    [0x2ff, 2n, 'def-type-type-reserved'],
    [0x2ff, 8n, 'def-type-type-reserved'],
    [0x200, 3n, 'variable-type-reserved'],
    [0x200, 7n, 'variable-type-reserved'],
    [0x20e, 0x80000007n, 'variable-type-reserved'],
    [0x200, 0x1000000107n, 'variable-type-reserved'],
    [0x200, 0x106n, 'variable-reserved-bits'],
    [0x200, 0x806n, 'variable-reserved-bits'],
    [0x200, 0x1000000006n, 'variable-reserved-bits'],
    [0x201, 1n, 'variable-reserved-bits'],
    [0x201, 0x7ffn, 'variable-reserved-bits'],
    [0x201, 0x400n, 'variable-reserved-bits'],
    [0x201, 0x1000000800n, 'variable-reserved-bits'],
    [0x20f, 0x1000000800n, 'variable-reserved-bits'],
    [0x250, 0x0606060606060607n, 'fixed-type-reserved'],
    [0x268, 0x1e06060606060606n, 'fixed-type-reserved'],
    [0x26f, 0x0000000300000000n, 'fixed-type-reserved'],
    [0x277, 0x0007040600070402n, 'pat-type-reserved'],
    [0x277, 0x0307040600070406n, 'pat-type-reserved'],
    [0x277, 0x0007040600080406n, 'pat-type-reserved'],
    [0xfe, 0x508n, 'mtrrcap-is-read-only'],
    [0x210, 0n, 'no-such-msr'],
    [0x21f, 0n, 'no-such-msr'],
  ])('%i := %i is refused and stores nothing', (msr, value, rule) => {
    const guest = vm();
    const before = guest.read(msr);
    const isTwice = rule === 'variable-reserved-bits' && DOUBLE.includes(version);
    expect(guest.write(msr, value)).toBe(isTwice ? 'df' : 'gp');
    expect(guest.writeRule(msr, value)).toBe(isTwice ? `${rule}-twice` : rule);
    expect(guest.read(msr)).toEqual(before);
  });

  test.each<[number, bigint]>([
    [0x2ff, 0xc06n],
    [0x2ff, 0x405n],
    [0x2ff, 0x801n],
    [0x200, 0xffffff006n],
    [0x20e, 0x4n],
    [0x201, 0xffffff800n],
    [0x20f, 0x800n],
    [0x203, 0xf0f000800n],
    ...FIXED.map((msr, i): [number, bigint] => [msr, 0x0605040100010405n + BigInt(i % 2)]),
    [0x277, 0x0605040100070605n],
  ])('%i := %i is stored and reads back, on that vCPU alone', (msr, value) => {
    const guest = vm();
    const other = guest.read(msr, 1);
    expect(guest.write(msr, value)).toBe('ok');
    expect(guest.read(msr)).toBe(value);
    expect(guest.read(msr, 1)).toEqual(other);
  });

  test('each of the 29 registers is a register of its own', () => {
    const guest = vm();
    const numbers = [0x277, 0x2ff, ...FIXED, ...Array.from({ length: 16 }, (_, i) => 0x200 + i)];
    const value = (msr: number, i: number) => {
      if (msr === 0x2ff) return 0x804n;
      if (msr < 0x210) return BigInt(0x10000 * (i + 1)) + (msr % 2 === 0 ? 6n : 0x800n);
      return [0n, 1n, 4n, 5n, 6n][i % 5] | ([0n, 1n, 4n, 5n, 6n][Math.floor(i / 5)] << 40n);
    };
    numbers.forEach((msr, i) => {
      expect(guest.write(msr, value(msr, i))).toBe('ok');
    });
    expect(numbers.map((msr) => guest.read(msr))).toEqual(numbers.map(value));
  });

  test('MTRRCAP reads 0x508 and absent pairs fault, with or without CPUID.MTRR', () => {
    const guest = new Guest(version, { guestMtrr: false });
    expect([guest.read(0xfe), guest.read(0x210), guest.read(0x21f), guest.read(0x2ff)]).toEqual([0x508n, 'gp', 'gp', 0n]);
    expect(guest.write(0x2ff, 0xc06n)).toBe('ok');
  });

  test('MAXPHYADDR 52 leaves no reserved bit below 52', () => {
    const guest = new Guest(version, { maxPhysAddr: 52, hostPhysAddr: 52 });
    expect([guest.write(0x200, 0xffffffffff006n), guest.write(0x200, 0x10000000000006n)]).toEqual([
      'ok',
      DOUBLE.includes(version) ? 'df' : 'gp',
    ]);
  });
});

describe.each(['2.6.27', '2.6.29'])('WRMSR on amd-npt/%s', (version) => {
  const vm = () => new Guest(version, { maxPhysAddr: 36 });

  test('stores any value of a register that exists, and refuses the others', () => {
    const guest = vm();
    const all = 0xffff_ffff_ffff_ffffn;
    for (const msr of [...FIXED, 0x200, 0x201, 0x20f]) {
      expect([msr, guest.write(msr, all), guest.read(msr)]).toEqual([msr, 'ok', all]);
    }
    expect([guest.write(0xfe, 0x508n), guest.write(0x210, 0n)]).toEqual(['gp', 'gp']);
  });

  test('reads back of MTRRdefType and PAT what is kept of them', () => {
    const guest = vm();
    expect(guest.write(0x2ff, 0xffff_ffff_ffff_f7a6n)).toBe('ok');
    expect(guest.write(0x277, 0x0202_0202_0606_0606n)).toBe('ok');
    const isCut = version === '2.6.29';
    expect(guest.read(0x2ff)).toBe(isCut ? 0x4a6n : 0xffff_ffff_ffff_f7a6n);
    expect(guest.read(0x277)).toBe(isCut ? 0x0606_0606n : 0x0202_0202_0606_0606n);
    // g_pat is the reset value, whatever was stored.
    expect(guest.type(1, 1)).toBe('WT');
  });
});

describe('WRMSR on amd-npt/2.6.31', () => {
  test.each<[number, bigint, string]>([
    [0x2ff, 0x1000n, 'def-type-reserved-bits'],
    [0x2ff, 7n, 'def-type-type-reserved'],
    [0x200, 7n, 'variable-type-reserved'],
    [0x201, 0x803n, 'mask-type-reserved'],
    [0x250, 7n, 'fixed-type-reserved'],
    [0x277, 2n, 'pat-type-reserved'],
  ])('refuses %i := %i by %s', (msr, value, rule) => {
    const guest = new Guest('2.6.31');
    expect([guest.write(msr, value), guest.writeRule(msr, value)]).toEqual(['gp', rule]);
  });

  test('leaves all but the low byte of a pair free, and reads the PAT back in 32 bits', () => {
    const guest = new Guest('2.6.31');
    for (const [msr, value] of [
      [0x200, 0xffff_ffff_ffff_ff06n],
      [0x201, 0xffff_ffff_ffff_ff05n],
    ] as const)
      expect([guest.write(msr, value), guest.read(msr)]).toEqual(['ok', value]);
    expect([guest.write(0x277, 0x0001_0406_0007_0406n), guest.read(0x277)]).toEqual(['ok', 0x0007_0406n]);
  });
});
