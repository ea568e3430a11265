/** Large pages over several MTRR types. */
import { LEVEL_1G, LEVEL_2M, LEVEL_4K, LEVEL_PAGES, type Level } from '../../../models/contract/address.js';
import { AMD, frame, Guest, INTEL, VENDORS } from './guest.js';
import { accept, E, E_FE, G, K, M, program, programSeabiosFixed, TYPE } from './layout.js';

describe.each(VENDORS)('a large page on %s', (vendor, profile) => {
  test('inside one range has the type of the range', () => {
    const guest = new Guest(profile);
    program(guest, [[G, G, 'WT']], 'WB');
    expect([frame(G) - 1, frame(G), frame(2 * G) - 1, frame(2 * G)].map((gfn) => guest.type(gfn, 'WB', LEVEL_1G))).toEqual([
      'WB',
      'WT',
      'WT',
      'WB',
    ]);
    expect(guest.rule(frame(G), 'WB', LEVEL_2M)).toBe(`${vendor}-mtrr-wt-pat-wb`);
  });

  test('over two ranges of one type has that type', () => {
    const guest = new Guest(profile);
    program(
      guest,
      [
        [G, M, 'WT'],
        [G + M, M, 'WT'],
      ],
      'WB',
    );
    expect(guest.type(frame(G), 'WB', LEVEL_2M)).toBe('WT');
  });

  test('over two MTRR types is undefined between what the PAT makes of them', () => {
    const guest = new Guest(profile);
    program(guest, [[G + M, 4 * K, 'WT']], 'WB');
    const inPage = [frame(G), frame(G + M), frame(G + 2 * M) - 1];
    expect(inPage.map((gfn) => guest.type(gfn, 'WB', LEVEL_2M))).toEqual(Array(3).fill('undefined WT WB'));
    expect(guest.rule(frame(G), 'WB', LEVEL_2M)).toBe(`${vendor}-large-page-mixed`);
    expect([guest.type(frame(G), 'UC', LEVEL_2M), guest.type(frame(G), 'WC', LEVEL_2M)]).toEqual(['undefined UC', 'undefined WC']);
    expect([guest.type(frame(G) - 1, 'WB', LEVEL_2M), guest.type(frame(G + 2 * M), 'WB', LEVEL_2M)]).toEqual(['WB', 'WB']);
    expect([guest.type(frame(G), 'WB', LEVEL_4K), guest.type(frame(G + M), 'WB', LEVEL_4K)]).toEqual(['WB', 'WT']);
  });

  test('of 1G meets a type that its 2M part does not', () => {
    const guest = new Guest(profile);
    program(guest, [[2 * G - 4 * K, 4 * K, 'UC']], 'WB');
    expect([guest.type(frame(G), 'WB', LEVEL_2M), guest.type(frame(G), 'WB', LEVEL_1G)]).toEqual(['WB', 'undefined UC WB']);
  });

  test('under a mask with holes inside the page meets both the range and its gaps', () => {
    const guest = new Guest(profile);
    accept(guest, 0x200, 5n);
    accept(guest, 0x201, 0x1000n | 0x800n); // every other frame
    accept(guest, 0x2ff, E | TYPE.WB);
    expect([guest.type(0x400), guest.type(0x401), guest.type(0x400, 'WB', LEVEL_2M)]).toEqual(['WP', 'WB', 'undefined WP WB']);
  });

  test('whose ranges cover it in complementary halves never shows the default type', () => {
    const guest = new Guest(profile);
    accept(guest, 0x200, 0x0005n);
    accept(guest, 0x201, 0x1800n);
    accept(guest, 0x202, 0x1004n);
    accept(guest, 0x203, 0x1800n);
    accept(guest, 0x2ff, E | TYPE.WB);
    expect(guest.type(0x400, 'WB', LEVEL_2M)).toBe('undefined WT WP');
  });

  test('within an undefined overlap is undefined by the overlap', () => {
    const guest = new Guest(profile);
    program(
      guest,
      [
        [0, 4 * G, 'WB'],
        [G, M, 'WP'],
      ],
      'UC',
    );
    expect([guest.rule(frame(G), 'WB', LEVEL_2M), guest.rule(frame(G + M), 'WB', LEVEL_2M)]).toEqual([
      `${vendor}-overlap-undefined`,
      `${vendor}-large-page-mixed`,
    ]);
  });

  test('is uniform while MTRRs are disabled or absent, and without paging there is none', () => {
    const guest = new Guest(profile);
    program(guest, [[G, 4 * K, 'WP']], 'WB', 0n);
    expect(guest.type(frame(G), 'WB', LEVEL_1G)).toBe('UC');
    expect(new Guest(profile, { guestMtrr: false }).type(frame(G), 'WB', LEVEL_1G)).toBe('WB');
    accept(guest, 0x2ff, E | TYPE.WB);
    guest.cr0({ pg: false });
    expect([guest.type(frame(G), 'WB', LEVEL_1G), guest.type(frame(G) + 1, 'WB', LEVEL_1G)]).toEqual(['WP', 'WB']);
  });

  test('meets exactly the types of its frames, whatever the masks', () => {
    let mixed = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const guest = scattered(new Guest(profile), seed);
      const first = (seed % 4) * 512 + 512;
      const met = typesOfFrames(guest, first, LEVEL_2M);
      if (met.length > 1) mixed++;
      expect([seed, candidates(guest.type(first + (seed % 512), 'WB', LEVEL_2M))]).toEqual([seed, met]);
    }
    expect(mixed).toBeGreaterThan(30);
  });

  test('of 1G meets exactly the types of its frames', () => {
    const guest = scattered(new Guest(profile), 7);
    expect(candidates(guest.type(frame(G), 'WB', LEVEL_1G))).toEqual(typesOfFrames(guest, frame(G), LEVEL_1G));
  });
});

describe('a large page over the first megabyte', () => {
  const firmware = (profile: typeof INTEL, ranges: Parameters<typeof program>[1] = []): Guest => {
    const guest = new Guest(profile);
    programSeabiosFixed(guest);
    program(guest, ranges, 'WB', E_FE);
    return guest;
  };
  const FRAMES = [0x0, 0x9f, 0xa0, 0xff, 0x100, 0x1ff];

  test.each([LEVEL_2M, LEVEL_1G] as const)(
    'on Intel is used as 4-KByte pages, so that each fixed range keeps its type (level %d)',
    (level) => {
      const guest = firmware(INTEL);
      expect(FRAMES.map((gfn) => guest.type(gfn, 'WB', level))).toEqual(['WB', 'WB', 'UC', 'WP', 'WB', 'WB']);
      expect(guest.rule(0xa0, 'WB', level)).toBe('intel-mtrr-uc-pat-wb');
    },
  );

  test('on AMD is undefined between the types of its fixed ranges and the rest', () => {
    const guest = firmware(AMD);
    expect(FRAMES.map((gfn) => guest.type(gfn, 'WB', LEVEL_2M))).toEqual(Array(6).fill('undefined UC WP WB'));
    expect(guest.type(0x200, 'WB', LEVEL_2M)).toBe('WB');
  });

  test('on both is undefined if the page above the fixed ranges is of several types', () => {
    for (const profile of [INTEL, AMD]) {
      const guest = firmware(profile, [[1.5 * M, 4 * K, 'WT']]);
      expect(FRAMES.map((gfn) => guest.type(gfn, 'WB', LEVEL_2M))).toEqual(Array(6).fill('undefined UC WT WP WB'));
    }
  });

  test('does not see a variable range that the fixed ranges cover', () => {
    for (const profile of [INTEL, AMD]) {
      const guest = new Guest(profile);
      for (const msr of [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f])
        accept(guest, msr, 0x0606060606060606n);
      program(guest, [[0xa0000, 128 * K, 'UC']], 'WB', E_FE);
      expect([guest.type(0x0, 'WB', LEVEL_2M), guest.type(0xa0, 'WB', LEVEL_1G)]).toEqual(['WB', 'WB']);
    }
  });

  test('gets no such help with FE=0: variable ranges are then all that differ', () => {
    for (const profile of [INTEL, AMD]) {
      const guest = new Guest(profile);
      program(guest, [[0xa0000, 128 * K, 'UC']], 'WB', E);
      expect(guest.type(0x0, 'WB', LEVEL_2M)).toBe('undefined UC WB');
    }
  });
});

/** Eight pairs whose masks have holes in bits below 2M, from a linear congruence. */
function scattered(guest: Guest, seed: number): Guest {
  let state = seed;
  const draw = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  const types = [TYPE.UC, TYPE.WC, TYPE.WT, TYPE.WP, TYPE.WB];
  for (let pair = 0; pair < 8; pair++) {
    const sparse = draw(2 ** 18) & draw(2 ** 18) & draw(2 ** 18) & draw(2 ** 18);
    accept(guest, 0x200 + 2 * pair, (BigInt(draw(2 ** 20)) << 12n) | types[draw(5)]);
    accept(guest, 0x201 + 2 * pair, (BigInt(sparse) << 12n) | (draw(4) > 0 ? 0x800n : 0n));
  }
  accept(guest, 0x2ff, E | types[draw(5)]);
  return guest;
}

/** By looking at every frame through 4K pages. */
function typesOfFrames(guest: Guest, first: number, level: Level): string[] {
  const met = new Set<string>();
  for (let gfn = first; gfn < first + LEVEL_PAGES[level]; gfn++) {
    for (const word of candidates(guest.type(gfn))) met.add(word);
  }
  return [...met].sort();
}

function candidates(type: string): string[] {
  return type
    .split(' ')
    .filter((word) => word !== 'undefined')
    .sort();
}
