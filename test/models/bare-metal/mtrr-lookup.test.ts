/** Which MTRR types a frame. Most layouts are those of real firmware and machines. */
import { LEVEL_4K } from '../../../models/contract/address.js';
import { AMD, frame, Guest, INTEL, VENDORS } from './guest.js';
import { accept, E, E_FE, G, K, M, program, programSeabiosFixed, type Range } from './layout.js';

describe.each(VENDORS)('MTRR precedence on %s', (vendor, profile) => {
  const guestWith = (ranges: readonly Range[], defaultType: 'UC' | 'WB' = 'UC'): Guest => {
    const guest = new Guest(profile);
    program(guest, ranges, defaultType);
    return guest;
  };

  test('disabled MTRRs make all memory UC, whatever the default type, FE and the ranges say', () => {
    const guest = new Guest(profile);
    programSeabiosFixed(guest);
    program(guest, [[0, 4 * G, 'WB']], 'WB', 0x400n);
    expect([0, 0x9f, 0xa0, 0x100, 0x80000].map((gfn) => guest.type(gfn))).toEqual(['UC', 'UC', 'UC', 'UC', 'UC']);
    expect(guest.type(0x100, 'WC')).toBe('WC');
  });

  test('a fixed range wins over a variable UC range and over the default type', () => {
    const guest = new Guest(profile);
    programSeabiosFixed(guest);
    program(guest, [[0, 2 * M, 'UC']], 'WB', E_FE);
    expect([0x0, 0x9f, 0xa0, 0xbf, 0xc0, 0xff, 0x100].map((gfn) => guest.type(gfn))).toEqual([
      'WB',
      'WB',
      'UC',
      'UC',
      'WP',
      'WP',
      'UC',
    ]);
  });

  test('FE=0 leaves the first megabyte to the variable ranges and the default type', () => {
    const guest = new Guest(profile);
    programSeabiosFixed(guest);
    program(guest, [[0xc0000, 256 * K, 'WT']], 'WB', E);
    expect([0x0, 0xa0, 0xbf, 0xc0, 0xff, 0x100].map((gfn) => guest.type(gfn))).toEqual(['WB', 'WB', 'WB', 'WT', 'WT', 'WB']);
  });

  test('UC wins over any other type, and a second UC changes nothing (L1: 2G UC within 4G WB)', () => {
    const l1: Range[] = [
      [0, 4 * G, 'WB'],
      [4 * G, 2 * G, 'WB'],
      [2 * G, 2 * G, 'UC'],
    ];
    expect(guestWith(l1).type(frame(3 * G))).toBe('UC');
    expect(guestWith([...l1, [3 * G, G, 'WC'], [3 * G, G, 'UC']]).type(frame(3 * G))).toBe('UC');
  });

  test('two ranges of one type are one type', () => {
    expect(
      guestWith([
        [0, 4 * G, 'WP'],
        [G, G, 'WP'],
      ]).type(frame(G)),
    ).toBe('WP');
  });

  test('WT wins over WB', () => {
    const guest = guestWith([
      [0, 4 * G, 'WB'],
      [G, G, 'WT'],
    ]);
    expect([frame(G) - 1, frame(1.5 * G), frame(2 * G)].map((gfn) => guest.type(gfn))).toEqual(['WB', 'WT', 'WB']);
  });

  test.each([
    ['WC', 'WB'],
    ['WC', 'WT'],
    ['WC', 'WP'],
    ['WP', 'WB'],
    ['WT', 'WP'],
  ] as const)('%s over %s is undefined between the two, until UC joins', (one, other) => {
    const overlap: Range[] = [
      [0, 4 * G, other],
      [G, G, one],
    ];
    const guest = guestWith(overlap);
    expect([guest.type(frame(1.5 * G)), guest.rule(frame(1.5 * G))]).toEqual([
      `undefined ${one} ${other}`,
      `${vendor}-overlap-undefined`,
    ]);
    expect(guestWith([...overlap, [G, G, 'UC']]).type(frame(1.5 * G))).toBe('UC');
  });

  test('WB, WT and WP together are undefined between the three', () => {
    expect(
      guestWith([
        [0, 4 * G, 'WB'],
        [G, G, 'WT'],
        [G, G, 'WP'],
      ]).type(frame(G)),
    ).toBe('undefined WT WP WB');
  });

  test('an open overlap stays open where the PAT makes all its types one', () => {
    expect(
      guestWith([
        [0, 4 * G, 'WB'],
        [G, G, 'WP'],
      ]).type(frame(G), 'UC'),
    ).toBe('undefined UC');
  });

  test('a range ends where its mask ends (L11: 2M UC at B7E00000 in 4G WB)', () => {
    const guest = guestWith([
      [0, 4 * G, 'WB'],
      [0xb7e00000, 2 * M, 'UC'],
      [0xb8000000, 128 * M, 'UC'],
    ]);
    expect([0xb7dff, 0xb7e00, 0xbffff, 0xc0000].map((gfn) => guest.type(gfn))).toEqual(['WB', 'UC', 'UC', 'WB']);
  });

  test('a WT range inside a UC range is UC (L6)', () => {
    const guest = guestWith(
      [
        [0xff800000, 8 * M, 'WT'],
        [2 * G, 2 * G, 'UC'],
      ],
      'WB',
    );
    expect(guest.type(0xff800)).toBe('UC');
  });

  test('a mask with holes repeats its range (SeaBIOS with 3328M of RAM)', () => {
    const guest = new Guest(profile);
    accept(guest, 0x200, 0xd0000000n);
    accept(guest, 0x201, 0xffd0000800n);
    accept(guest, 0x2ff, 0x806n);
    expect([0xcffff, 0xd0000, 0xdffff, 0xe0000, 0xeffff, 0xf0000, 0xfffff, 0x100000].map((gfn) => guest.type(gfn)).join(' ')).toBe(
      'WB UC UC WB WB UC UC WB',
    );
  });

  test('base bits that the mask does not cover are ignored: a misaligned base covers its aligned block', () => {
    const guest = new Guest(profile);
    accept(guest, 0x200, 0x40345000n | 5n);
    accept(guest, 0x201, 0xffc0000800n);
    accept(guest, 0x2ff, 0x806n);
    expect([0x3ffff, 0x40000, 0x7ffff, 0x80000].map((gfn) => guest.type(gfn))).toEqual(['WB', 'WP', 'WP', 'WB']);
  });

  test('a mask of 0 covers all memory, a pair without V none', () => {
    const guest = new Guest(profile);
    program(guest, [], 'WB');
    accept(guest, 0x20e, 0x5n);
    accept(guest, 0x20f, 0xfffff00000n);
    accept(guest, 0x20f, 0x0n);
    expect(guest.type(0x12345)).toBe('WB');
    accept(guest, 0x20f, 0x800n);
    expect([guest.type(0), guest.type(2 ** 28 - 1)]).toEqual(['WP', 'WP']);
  });

  test('mask bits above 4G take part', () => {
    const guest = guestWith(
      [
        [64 * G, 32 * G, 'WP'],
        [256 * G, 256 * G, 'WT'],
      ],
      'WB',
    );
    const at = [63, 64, 95, 96, 255, 256, 511, 512].map((gigabytes) => guest.type(frame(gigabytes * G)));
    expect(at.join(' ')).toBe('WB WP WP WB WB WT WT WB');
  });

  test('52 address bits are compared', () => {
    const top = 2 ** 40 - 1;
    const region = {
      gfn: top,
      pages: 1,
      backing: 0,
      level: LEVEL_4K,
      hostMtrr: 6,
      hostPat: 6,
      specialOffset: 0,
      specialPages: 0,
    } as const;
    const guest = new Guest(profile, { maxPhysAddr: 52, hostPhysAddr: 52, regions: [{ ...region, gfn: 0, pages: 1 }, region] });
    accept(guest, 0x200, 0xffffffffff004n);
    accept(guest, 0x201, 0xffffffffff800n);
    accept(guest, 0x2ff, 0x806n);
    expect([guest.type(top), guest.type(0)]).toEqual(['WT', 'WB']);
  });

  test('a processor without MTRRs leaves typing to the PAT', () => {
    const guest = new Guest(profile, { guestMtrr: false });
    expect([guest.type(0x10), guest.type(0x10, 'WT'), guest.rule(0x10)]).toEqual(['WB', 'WT', `${vendor}-mtrr-wb-pat-wb`]);
  });

  test('each vCPU has MTRRs of its own', () => {
    const guest = new Guest(profile, { vcpus: 2 });
    expect(guest.write(0x2ff, 0x806n, 1)).toMatch(/^ok/);
    expect(guest.write(0x277, 0x0606060606060606n, 1)).toMatch(/^ok/);
    expect([guest.type(0x500, 'WB', LEVEL_4K, 0), guest.type(0x500, 'WB', LEVEL_4K, 1)]).toEqual(['UC', 'WB']);
  });
});

describe('fixed ranges', () => {
  /** Register, address of its byte 0, bytes per range: the manuals' figure, from the top of memory down. */
  const REGISTERS = [
    ...[0x26f, 0x26e, 0x26d, 0x26c, 0x26b, 0x26a, 0x269, 0x268].map((msr, n) => [msr, 0xf8000 - n * 0x8000, 4 * K] as const),
    [0x259, 0xa0000, 16 * K],
    [0x258, 0x80000, 16 * K],
    [0x250, 0x00000, 64 * K],
  ] as const;
  const BYTES = REGISTERS.flatMap(([msr, start, size]) =>
    Array.from({ length: 8 }, (_, k) => [msr, k, start + k * size, size] as const),
  );

  test('are 88', () => expect(BYTES).toHaveLength(88));

  test.each([INTEL, AMD])('$name: every byte types its own range and nothing else below 1M', (profile) => {
    for (const [msr, k, start, size] of BYTES) {
      const guest = new Guest(profile);
      program(guest, [], 'WB', E_FE);
      accept(guest, msr, 5n << BigInt(8 * k));
      const wp = Array.from({ length: 256 }, (_, gfn) => gfn).filter((gfn) => guest.type(gfn) === 'WP');
      expect([wp[0], wp.length]).toEqual([start / 4096, size / 4096]);
      expect(wp[wp.length - 1]).toBe((start + size) / 4096 - 1);
    }
  });
});

describe.each(VENDORS)('what gave the MTRR type on %s', (vendor, profile) => {
  /** Clauses of an access to a frame, and the registers by name. */
  const told = (guest: Guest, gfn: number): string =>
    `${guest.rules(gfn).split(' + ').slice(1).join(' ').replaceAll(`${vendor}-`, '')}: ${guest.model.decidingRegisters!(0, gfn, LEVEL_4K)}`;

  test('is told by the register and what it outranks', () => {
    const guest = new Guest(profile);
    programSeabiosFixed(guest);
    program(
      guest,
      [
        [0, 2 * G, 'WB'],
        [1 * G, 64 * M, 'UC'],
        [2 * G, 64 * M, 'WT'],
        [2 * G, 128 * M, 'WB'],
        [1 * G, 32 * M, 'WC'],
        [3 * G, 64 * M, 'WB'],
        [3 * G, 64 * M, 'WB'],
      ],
      'WP',
      E_FE,
    );
    expect([0x0, 0x9f, 0xa0, 0xc1, 0xff, 0x100].map((gfn) => told(guest, gfn))).toEqual([
      'fixed-range: MTRRfix64K_00000 byte 0 (WB)',
      'fixed-range: MTRRfix16K_80000 byte 7 (WB)',
      'fixed-range: MTRRfix16K_A0000 byte 0 (UC)',
      'fixed-range: MTRRfix4K_C0000 byte 1 (WP)',
      'fixed-range: MTRRfix4K_F8000 byte 7 (WP)',
      'variable-range: MTRRphysBase0 (WB)',
    ]);
    expect([1 * G, 2 * G, 2 * G + 64 * M, 3 * G, 8 * G].map((pa) => told(guest, frame(pa)))).toEqual([
      'uc-range-wins: MTRRphysBase1 (UC) over MTRRphysBase0 (WB) and MTRRphysBase4 (WC)',
      'wt-range-wins: MTRRphysBase2 (WT) over MTRRphysBase3 (WB)',
      'variable-range: MTRRphysBase3 (WB)',
      'variable-range: MTRRphysBase5 (WB) and MTRRphysBase6 (WB)',
      'default-type: MTRRdefType (WP)',
    ]);
  });

  test('is that MTRRs are disabled, or that there are none', () => {
    expect(told(new Guest(profile), 0x100)).toBe('mtrrs-disabled: MTRRdefType (E=0)');
    expect(told(new Guest(profile, { guestMtrr: false }), 0x100)).toBe('counts-as-write-back: null');
  });
});
