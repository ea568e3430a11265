import { MEMORY_TYPE_NAMES } from '../../../models/contract/memory-type.js';
import { mtrrType, SPLIT } from '../../../models/xen-hvm/mtrr-lookup.js';
import { MtrrState } from '../../../models/xen-hvm/mtrr-state.js';
import { rules } from '../../../models/xen-hvm/rules.js';

const TYPES = { UC: 0, WC: 1, WT: 4, WP: 5, WB: 6 } as const;
type Type = keyof typeof TYPES;
const M = 0x100;
const G = 0x40000;

interface Layout {
  deflt?: Type;
  fixed?: Type;
  enabled?: boolean;
  /** First frame, frames, type: in register order. */
  ranges?: [gfn: number, pages: number, type: Type][];
}

function state({ deflt = 'WB', fixed, enabled = true, ranges = [] }: Layout): MtrrState {
  const m = new MtrrState();
  if (fixed !== undefined) for (let row = 0; row < 11; row++) m.setFixed(row, 0x01010101 * TYPES[fixed], 0x01010101 * TYPES[fixed]);
  ranges.forEach(([gfn, pages, type], pair) => {
    const mask = 2 ** 34 - pages;
    m.setVariable(2 * pair, Math.floor(gfn / 2 ** 20), ((gfn % 2 ** 20) << 12) | TYPES[type]);
    m.setVariable(2 * pair + 1, Math.floor(mask / 2 ** 20), ((mask % 2 ** 20) << 12) | 0x800);
  });
  m.defType = (enabled ? 0x800 : 0) | (fixed === undefined ? 0 : 0x400) | TYPES[deflt];
  return m;
}

function look(layout: Layout, gfn: number, order = 0): string {
  const answer = mtrrType(state(layout), gfn, order);
  return answer === SPLIT ? 'SPLIT' : MEMORY_TYPE_NAMES[answer & 7];
}
const ruleOf = (layout: Layout, gfn: number, order = 0): string | undefined => rules[mtrrType(state(layout), gfn, order) >> 3]?.id;

describe('a 4K page', () => {
  test('is UC while MTRRs are disabled, whatever they hold', () => {
    expect(look({ enabled: false, fixed: 'WB', ranges: [[0, G, 'WB']] }, 0x10)).toBe('UC');
    expect(look({ enabled: false, fixed: 'WB' }, 0, 9)).toBe('UC');
  });
  test('below 1M goes by its fixed range, before any variable range', () => {
    const layout: Layout = { fixed: 'WP', ranges: [[0, G, 'UC']] };
    expect(look(layout, 0xff)).toBe('WP');
    expect(look(layout, 0x100)).toBe('UC');
    expect(look({ ranges: [[0, G, 'UC']] }, 0xff)).toBe('UC');
  });
  test('has the fixed range of 64K, 16K or 4K that holds it', () => {
    const m = state({ fixed: 'WB' });
    m.setFixed(0, 0x00000000, 0x01060606);
    m.setFixed(1, 0x06060606, 0x06060406);
    m.setFixed(2, 0x05060606, 0x06060606);
    m.setFixed(3, 0x06060606, 0x06060106);
    m.setFixed(10, 0x04060606, 0x06060606);
    const type = (gfn: number): string => MEMORY_TYPE_NAMES[mtrrType(m, gfn, 0) & 7];
    const answers = [
      0x2f, 0x30, 0x3f, 0x40, 0x7f, 0x80, 0x83, 0x84, 0x87, 0x88, 0xbb, 0xbc, 0xbf, 0xc0, 0xc1, 0xc2, 0xfe, 0xff,
    ].map(type);
    const wanted = 'WB WC WC UC UC WB WB WT WT WB WB WP WP WB WC WB WB WT';
    expect(answers.join(' ')).toBe(wanted);
  });
  test('is UC if a UC range is among those that match', () => {
    expect(
      look(
        {
          ranges: [
            [0, G, 'WB'],
            [0x800, 0x10, 'UC'],
            [0, 2 * G, 'WT'],
          ],
        },
        0x805,
      ),
    ).toBe('UC');
  });
  test('is WT under WT and WB', () => {
    expect(
      look(
        {
          deflt: 'UC',
          ranges: [
            [0, G, 'WT'],
            [0, 2 * G, 'WB'],
          ],
        },
        0x805,
      ),
    ).toBe('WT');
  });
  test('takes the last register where the architecture leaves the mix undefined', () => {
    expect(
      look(
        {
          ranges: [
            [0, G, 'WC'],
            [0, G, 'WT'],
          ],
        },
        0x805,
      ),
    ).toBe('WT');
    expect(
      look(
        {
          ranges: [
            [0, G, 'WT'],
            [0, G, 'WC'],
          ],
        },
        0x805,
      ),
    ).toBe('WC');
    expect(
      look(
        {
          ranges: [
            [0, G, 'WT'],
            [0, G, 'WB'],
            [0, G, 'WP'],
          ],
        },
        0x805,
      ),
    ).toBe('WP');
  });
  test('above 4G and beyond 2 ** 31 frames is matched by the high halves', () => {
    expect(look({ ranges: [[2 ** 33, G, 'WC']] }, 2 ** 33 + G - 1)).toBe('WC');
    expect(look({ ranges: [[2 ** 33, G, 'WC']] }, 2 ** 33 + G)).toBe('WB');
    expect(look({ ranges: [[2 ** 33, G, 'WC']] }, 0)).toBe('WB');
  });
  test('matches islands if the mask has holes', () => {
    const m = state({ deflt: 'WB' });
    m.setVariable(0, 0, 0xd0000000);
    m.setVariable(1, 0x3fff, 0xd0000800);
    expect([0xd0000, 0xe0000, 0xf0000].map((gfn) => mtrrType(m, gfn, 0) & 7)).toEqual([0, 6, 0]);
  });
});

describe('a superpage', () => {
  test('at 0 is split if fixed ranges are enabled, even if all of them are equal', () => {
    expect(look({ fixed: 'WB' }, 0, 9)).toBe('SPLIT');
    expect(look({ fixed: 'WB' }, 0, 18)).toBe('SPLIT');
    expect(look({}, 0, 9)).toBe('WB');
    expect(look({ fixed: 'WB' }, 0x200, 9)).toBe('WB');
  });
  test('that one range only touches takes its type as a whole', () => {
    const layout: Layout = { ranges: [[0x2ff, 1, 'UC']] };
    expect([look(layout, 0x200, 9), look(layout, 0x200), look(layout, 0x2ff)]).toEqual(['UC', 'WB', 'UC']);
    expect(ruleOf(layout, 0x200, 9)).toBe('xen-hvm.superpage-touched-by-range');
    expect(ruleOf(layout, 0x2ff)).toBe('xen-hvm.variable-range');
  });
  test('that two ranges of one type tile takes that type; of two types, it is split', () => {
    expect(
      look(
        {
          ranges: [
            [0x200, M, 'WT'],
            [0x300, M, 'WT'],
          ],
        },
        0x200,
        9,
      ),
    ).toBe('WT');
    expect(
      look(
        {
          ranges: [
            [0x200, M, 'UC'],
            [0x300, M, 'WC'],
          ],
        },
        0x200,
        9,
      ),
    ).toBe('SPLIT');
  });
  test('of 1G with a 2M range of another type inside is split, and so is the 2M', () => {
    const layout: Layout = {
      deflt: 'UC',
      ranges: [
        [G, G, 'WB'],
        [G + 0x600, 0x200, 'UC'],
      ],
    };
    expect([look(layout, G + 0x600, 9), look(layout, G + 0x800, 9), look(layout, G, 18)]).toEqual(['SPLIT', 'WB', 'SPLIT']);
    expect(look(layout, G + 0x600)).toBe('UC');
  });
});

describe('the rule', () => {
  test.each<[string, Layout]>([
    ['variable-range', { ranges: [[0, G, 'WC']] }],
    [
      'variable-ranges-agree',
      {
        ranges: [
          [0, G, 'WC'],
          [0, M * 16, 'WC'],
        ],
      },
    ],
    [
      'uc-wins',
      {
        ranges: [
          [0, G, 'WB'],
          [0, G, 'UC'],
        ],
      },
    ],
    [
      'wt-under-wb',
      {
        ranges: [
          [0, G, 'WB'],
          [0, G, 'WT'],
        ],
      },
    ],
    [
      'last-register-wins',
      {
        ranges: [
          [0, G, 'WB'],
          [0, G, 'WC'],
        ],
      },
    ],
    ['default-type', {}],
    ['guest-mtrrs-disabled', { enabled: false }],
  ])('is %s', (rule, layout) => expect(ruleOf(layout, 0x800)).toBe(`xen-hvm.${rule}`));
});
