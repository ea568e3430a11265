/** Which WRMSR and RDMSR fault, and what a register gives back. */
import { AMD, Guest, INTEL, MACHINE, VENDORS } from './guest.js';

const MTRRS = [0xfe, 0x2ff, 0x250, 0x258, 0x259, 0x268, 0x26f, 0x200, 0x201, 0x20e, 0x20f];

describe.each(VENDORS)('WRMSR on %s', (vendor, profile) => {
  test.each([
    ['MTRRcap', 0xfe, 0x508n, 'cap-read-only'],
    ['default type: bit 8', 0x2ff, 0xd06n, 'def-type-reserved-bits'],
    ['default type: bit 9', 0x2ff, 0xe06n, 'def-type-reserved-bits'],
    ['default type: bit 12', 0x2ff, 0x1c06n, 'def-type-reserved-bits'],
    ['default type: bit 31', 0x2ff, 0x80000c06n, 'def-type-reserved-bits'],
    ['default type: bit 32', 0x2ff, 0x100000c06n, 'def-type-reserved-bits'],
    ['default type 2', 0x2ff, 0xc02n, 'def-type-reserved-type'],
    ['default type 3, MTRRs disabled', 0x2ff, 0x3n, 'def-type-reserved-type'],
    ['default type UC-', 0x2ff, 0xc07n, 'def-type-reserved-type'],
    ['default type 0x86', 0x2ff, 0xc86n, 'def-type-reserved-type'],
    ['base of type UC-', 0x200, 0x80000007n, 'phys-base-reserved-type'],
    ['base of type 0x20, which no shift may wrap to 0', 0x200, 0x80000020n, 'phys-base-reserved-type'],
    ['base bit 8', 0x200, 0x80000106n, 'phys-base-reserved-bits'],
    ['base bit 11', 0x20e, 0x80000806n, 'phys-base-reserved-bits'],
    ['base bit 40 of 40', 0x200, 0x10000000006n, 'phys-base-beyond-width'],
    ['base bit 63', 0x200, 0x8000000000000006n, 'phys-base-beyond-width'],
    ['mask bit 10', 0x201, 0xff80000400n, 'phys-mask-reserved-bits'],
    ['mask bit 0', 0x20f, 0xff80000801n, 'phys-mask-reserved-bits'],
    ['mask bit 40 of 40', 0x201, 0x1ff80000800n, 'phys-mask-beyond-width'],
    ['mask bit 63', 0x201, 0x8000000000000800n, 'phys-mask-beyond-width'],
    ['pair 8, base', 0x210, 0x6n, 'pair-absent'],
    ['pair 15, mask', 0x21f, 0x800n, 'pair-absent'],
    ['PAT type 2', 0x277, 0x0207040600070406n, 'pat-reserved-type'],
    ['PAT type 3 in byte 0', 0x277, 0x0007040600070403n, 'pat-reserved-type'],
    ['PAT type 8 in byte 3', 0x277, 0x0007040608070406n, 'pat-reserved-type'],
    ['PAT type 0x86 in byte 4', 0x277, 0x0007048600070406n, 'pat-reserved-type'],
    ['fixed type 2', 0x250, 0x0206060606060606n, 'fixed-reserved-type'],
    ['fixed type 3', 0x259, 0x3n, 'fixed-reserved-type'],
    ['fixed type UC-', 0x26f, 0x0000000700000000n, 'fixed-reserved-type'],
    ['fixed byte with bit 5', 0x268, 0x26000000n, 'fixed-reserved-type'],
  ] as const)('%s is #GP(0) by a rule of its own and changes nothing', (_, msr, value, rule) => {
    const guest = new Guest(profile);
    const before = guest.model.state();
    expect(guest.write(msr, value)).toBe(`gp ${vendor}-${rule}`);
    expect(guest.model.state()).toEqual(before);
  });

  test.each([
    ['default type', 0x2ff, 0xc05n],
    ['base', 0x200, 0xfedcba9001n],
    ['mask', 0x201, 0xffffff800n],
    ['mask with holes', 0x20f, 0xa5a5a5a800n],
    ['mask without V', 0x20d, 0xff80000000n],
    ['64K types', 0x250, 0x0605040100060504n],
    ['16K types', 0x259, 0x0605040100060504n],
    ['4K types', 0x26b, 0x0605040100060504n],
  ] as const)('a legal %s is stored and read back', (_, msr, value) => {
    const guest = new Guest(profile);
    expect(guest.write(msr, value)).toBe(`ok ${vendor}-mtrr-written`);
    expect(guest.read(msr)).toBe(`0x${value.toString(16)}`);
    expect(guest.words(guest.model.readMsr(0, msr))).toBe(`ok ${vendor}-mtrr-written + ${vendor}-register-read`);
  });

  test('a legal PAT is stored and read back', () => {
    const guest = new Guest(profile);
    expect(guest.write(0x277, 0x0407050600070106n)).toBe(`ok ${vendor}-pat-written`);
    expect(guest.read(0x277)).toBe('0x407050600070106');
  });

  test.each([36, 39, 46, 48, 52])('reserved address bits start at a MAXPHYADDR of %d', (maxPhysAddr) => {
    const guest = new Guest(profile, { maxPhysAddr, hostPhysAddr: 52 });
    const [inside, outside] = [1n << BigInt(maxPhysAddr - 1), 1n << BigInt(maxPhysAddr)];
    expect([0x200, 0x201].map((msr) => guest.write(msr, inside).slice(0, 2))).toEqual(['ok', 'ok']);
    expect([0x200, 0x201].map((msr) => guest.write(msr, outside).slice(0, 2))).toEqual(['gp', 'gp']);
  });

  test('MTRRcap reads eight pairs, fixed ranges and WC', () => expect(new Guest(profile).read(0xfe)).toBe('0x508'));

  test('an absent pair cannot be read', () => {
    const guest = new Guest(profile);
    expect([0x210, 0x21f].map((msr) => guest.read(msr))).toEqual(Array(2).fill(`gp ${vendor}-pair-absent`));
  });

  test('without CPUID.MTRR every MTRR MSR is absent, and the PAT is not', () => {
    const guest = new Guest(profile, { guestMtrr: false });
    const absent = Array(MTRRS.length).fill(`gp ${vendor}-mtrrs-absent`);
    expect(MTRRS.map((msr) => guest.read(msr))).toEqual(absent);
    expect(MTRRS.map((msr) => guest.write(msr, 0n))).toEqual(absent);
    expect(guest.write(0x277, 0x0606060606060606n)).toMatch(/^ok/);
    expect(guest.read(0x277)).toBe('0x606060606060606');
  });

  test('every register is 0 at the start, and the PAT is WB WT UC- UC twice', () => {
    const guest = new Guest(profile);
    const { model } = guest;
    guest.write(0x2ff, 0xc06n);
    guest.write(0x200, 0x8000001006n);
    guest.write(0x203, 0xff80000800n);
    guest.write(0x26f, 0x06n);
    guest.write(0x277, 0n);
    const fresh = profile.create();
    const machine = { ...MACHINE, vcpus: 2 };
    model.reset(machine);
    fresh.reset(machine);
    expect(model.state()).toEqual(fresh.state());
    expect([guest.read(0x2ff), guest.read(0x200), guest.read(0x26f, 1), guest.read(0x277)]).toEqual([
      '0x0',
      '0x0',
      '0x0',
      '0x7040600070406',
    ]);
  });
});

test('RdMem and WrMem are a reserved type on Intel, and read-only bits on AMD with SYSCFG.MtrrFixDramModEn=0', () => {
  for (const value of [0x1en, 0x0en, 0x16n, 0x1800000000000000n]) {
    expect(new Guest(INTEL).write(0x250, value)).toBe('gp intel-fixed-reserved-type');
    expect(new Guest(AMD).write(0x250, value)).toBe('gp amd-fixed-dram-bits');
  }
});
