/** Answers of epte_get_entry_emt() for a host with WB RAM and a guest set up as by hvmloader, by version. */
import type { Level } from '../../../models/contract/address.js';
import { type Backing, DEVICE, DEVICE_RO, FOREIGN, GRANT, RAM, RESERVED, SPECIAL } from '../../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES, type RegisterType, UC, UC_MINUS, WB, WC, WP, WT } from '../../../models/contract/memory-type.js';
import { EmtDecision } from '../../../models/xen-hvm/ept-decision.js';
import { emtOf, ignoresPat, ruleOfEntry } from '../../../models/xen-hvm/ept-entry.js';
import { MtrrState } from '../../../models/xen-hvm/mtrr-state.js';
import { PinnedRanges } from '../../../models/xen-hvm/pinned-ranges.js';
import { Region } from '../../../models/xen-hvm/region.js';
import { rules } from '../../../models/xen-hvm/rules.js';
import type { EmtSwitches } from '../../../models/xen-hvm/switches.js';
import { eptSwitches } from './subject.js';

/** The versions by the letter that they are discussed under, oldest first; F is HEAD. */
const VERSIONS = {
  A: eptSwitches('ept-4.14.0'),
  S1: eptSwitches('ept-special-v1'),
  B: eptSwitches('ept-ca24b2ffdb'),
  C: eptSwitches('ept-4.15'),
  E1: eptSwitches('ept-4.16'),
  E2: eptSwitches('ept-4.17'),
  F: eptSwitches('ept-4.19'),
} as const;
type Version = keyof typeof VERSIONS;
const ALL = Object.keys(VERSIONS) as Version[];
const before = (first: Version): Version[] => ALL.slice(0, ALL.indexOf(first));
const FRAMES_OF_ORDER = { 0: 1, 9: 0x200, 18: 0x40000 } as const;

/** E, FE, default WB; fixed ranges WB but A0000 to BFFFF WC; one UC range from 0xF0000000 to 4G. */
function hvmloader(): MtrrState {
  const m = new MtrrState();
  for (let row = 0; row < 11; row++) m.setFixed(row, 0x06060606, 0x06060606);
  m.setFixed(2, 0x01010101, 0x01010101);
  m.setVariable(0, 0, 0xf0000000);
  m.setVariable(1, 0x3fff, 0xf0000800);
  m.defType = 0xc06;
  return m;
}

interface Case {
  gfn: number;
  order?: 0 | 9 | 18;
  backing?: Backing;
  hostMtrr?: RegisterType;
  /** Special frames: first relative to the leaf, and how many. */
  special?: [number, number];
  pins?: [gfn: number, pages: number, type: RegisterType][];
  isPlain?: boolean;
  mtrrs?: MtrrState;
}

function decide(switches: EmtSwitches, given: Case): { emt: string; rule: string | undefined } {
  const { gfn, order = 0, backing = RAM, special, isPlain = false, mtrrs = hvmloader() } = given;
  const isMmio = backing === RESERVED || backing === DEVICE || backing === DEVICE_RO;
  const region = new Region();
  const level = (1 + order / 9) as Level;
  region.place(gfn, gfn + FRAMES_OF_ORDER[order], backing, level, given.hostMtrr ?? (isMmio ? UC : WB));
  if (special !== undefined) {
    region.specialStart = gfn + special[0];
    region.specialEnd = region.specialStart + special[1];
  }
  const pins = new PinnedRanges(0);
  for (const [start, pages, type] of given.pins ?? []) pins.set(start, pages, type);
  const entry = new EmtDecision(switches, pins).entry(region, gfn, order, mtrrs, pins.time, isPlain);
  if (emtOf(entry) === 7) return { emt: 'SPLIT', rule: undefined };
  return { emt: `${MEMORY_TYPE_NAMES[emtOf(entry)]},${ignoresPat(entry) ? 1 : 0}`, rule: rules[ruleOfEntry(entry)]?.id };
}

/** Every version answers; those not named in `others` answer `answer`. */
function expectEmt(given: Case, answer: string, ...others: [Version[], string][]): void {
  const got = Object.fromEntries(ALL.map((version) => [version, decide(VERSIONS[version], given).emt]));
  const wanted = Object.fromEntries(
    ALL.map((version) => [version, others.find(([versions]) => versions.includes(version))?.[1] ?? answer]),
  );
  expect(got).toEqual(wanted);
}

const BAR = 0xf0000;

describe('RAM', () => {
  test('of a domain without IOMMU and resources is WB and ignores PAT', () => expectEmt({ gfn: 0xa0, isPlain: true }, 'WB,1'));
  test('is WB where the guest MTRRs say so, by 4K or 2M', () => {
    expectEmt({ gfn: 0x100 }, 'WB,0');
    expectEmt({ gfn: 0x200, order: 9 }, 'WB,0');
  });
  test('is WC in the VGA window by the fixed ranges, for which the 2M page at 0 has to be split', () => {
    expectEmt({ gfn: 0xa0 }, 'WC,0');
    expectEmt({ gfn: 0, order: 9 }, 'SPLIT');
  });
  test('is UC as a whole while guest MTRRs are disabled', () => expectEmt({ gfn: 0, order: 9, mtrrs: new MtrrState() }, 'UC,0'));
  test('is UC where the host MTRRs say so', () => expectEmt({ gfn: 0x100, hostMtrr: UC }, 'UC,0'));
  test('takes the stricter of guest and host MTRR type', () => {
    const typed = (type: number): MtrrState => Object.assign(new MtrrState(), { defType: 0x800 | type });
    expectEmt({ gfn: 0x100, mtrrs: typed(WT), hostMtrr: WP }, 'WP,0');
    expectEmt({ gfn: 0x100, mtrrs: typed(WC), hostMtrr: WT }, 'UC,0');
    expectEmt({ gfn: 0x100, mtrrs: typed(WC), hostMtrr: WB }, 'WC,0');
  });
});

describe('special pages in a BAR', () => {
  const superpage = (special: [number, number]): Case => ({ gfn: BAR, order: 9, special });
  test('are WB and ignore PAT since the patch, by 4K', () => {
    expectEmt({ gfn: BAR, backing: SPECIAL }, 'WB,1', [['A'], 'UC,0']);
  });
  test('keep their superpage only at first (v1) and from 4.17', () => {
    expectEmt(superpage([0, 512]), 'WB,1', [['A'], 'UC,0'], [['B', 'C', 'E1'], 'SPLIT']);
    const giga: Case = { gfn: 0x40000, order: 18, special: [0, 0x40000] };
    expectEmt(giga, 'WB,1', [['A'], 'WB,0'], [['B', 'C', 'E1'], 'SPLIT']);
  });
  test('split a superpage that holds one of them, but v1 looks at the first frame only', () => {
    expectEmt(superpage([511, 1]), 'SPLIT', [['A', 'S1'], 'UC,0']);
    expectEmt(superpage([0, 1]), 'SPLIT', [['A'], 'UC,0'], [['S1'], 'WB,1']);
  });
  test('are no different in a domain without IOMMU and resources', () => {
    expectEmt({ ...superpage([0, 1]), isPlain: true }, 'WB,1');
  });
});

describe("another domain's page", () => {
  test('by grant in a BAR is WB and ignores PAT from 4.16', () => {
    expectEmt({ gfn: BAR, backing: GRANT }, 'WB,1', [before('E1'), 'UC,0']);
  });
  test('by foreign mapping where the guest has WB ignores PAT from 4.16', () => {
    expectEmt({ gfn: 0x100, backing: FOREIGN }, 'WB,1', [before('E1'), 'WB,0']);
  });
  test('can be pinned only until then', () => {
    expectEmt({ gfn: BAR, backing: GRANT, pins: [[BAR, 1, WC]] }, 'WB,1', [before('E1'), 'WC,1']);
  });
});

describe('direct MMIO', () => {
  test('with a valid MFN is UC and honours PAT', () => {
    expectEmt({ gfn: 0xe0000, backing: RESERVED }, 'UC,0');
    expectEmt({ gfn: 0xe0000, backing: RESERVED, isPlain: true }, 'UC,0');
  });
  test('with an invalid MFN ignores PAT from 4.15 until 4fdd8d7556', () => {
    for (const isPlain of [false, true]) {
      expectEmt({ gfn: 0xe0000, backing: DEVICE, isPlain }, 'UC,0', [['C', 'E1', 'E2'], 'UC,1']);
    }
  });
  test('in mmio_ro_ranges is UC and ignores PAT', () => expectEmt({ gfn: 0xe0000, backing: DEVICE_RO }, 'UC,1'));
  test('cannot be pinned', () => expectEmt({ gfn: BAR, backing: RESERVED, pins: [[BAR, 1, WC]] }, 'UC,0'));
});

describe('a pinned range', () => {
  test('that covers the page gives its type, and PAT is ignored; UC- is stored as UC', () => {
    expectEmt({ gfn: 0x100, pins: [[0x100, 1, WC]] }, 'WC,1');
    expectEmt({ gfn: 0x100, pins: [[0x80, 0x100, UC_MINUS]] }, 'UC,1');
  });
  test('does not reach a domain without IOMMU and resources', () => {
    expectEmt({ gfn: 0x100, pins: [[0x100, 1, WC]], isPlain: true }, 'WB,1');
  });
  test('that covers part of a superpage splits it, as do two of equal type that cover it together', () => {
    expectEmt({ gfn: 0x200, order: 9, pins: [[0x200, 0x100, WC]] }, 'SPLIT');
    expectEmt(
      {
        gfn: 0x200,
        order: 9,
        pins: [
          [0x200, 0x100, WC],
          [0x300, 0x100, WC],
        ],
      },
      'SPLIT',
    );
    expectEmt({ gfn: 0x200, order: 9, pins: [[0x200, 0x200, WC]] }, 'WC,1');
  });
});

describe('the rule of a leaf', () => {
  const rule = (given: Case, version: Version = 'F'): string | undefined => decide(VERSIONS[version], given).rule;
  test('is the outcome of the MTRR look-up where that gave the type', () => {
    expect(rule({ gfn: 0xa0 })).toBe('xen-hvm.fixed-range');
    expect(rule({ gfn: 0x100 })).toBe('xen-hvm.default-type');
    expect(rule({ gfn: BAR })).toBe('xen-hvm.variable-range');
    expect(rule({ gfn: 0, mtrrs: new MtrrState() })).toBe('xen-hvm.guest-mtrrs-disabled');
  });
  test('says if the host MTRR type narrowed it', () => {
    expect(rule({ gfn: 0x100, hostMtrr: WC })).toBe('xen-hvm.host-mtrr-narrows');
    expect(rule({ gfn: 0xa0, hostMtrr: WT })).toBe('xen-hvm.mtrr-types-conflict');
    expect(rule({ gfn: 0xa0, hostMtrr: WC })).toBe('xen-hvm.fixed-range');
  });
  test('is the kind of page where MTRRs were not asked', () => {
    expect(rule({ gfn: BAR, backing: SPECIAL })).toBe('xen-hvm.special-page-ipat');
    expect(rule({ gfn: BAR, order: 9, special: [0, 512] })).toBe('xen-hvm.special-superpage-ipat');
    expect(rule({ gfn: BAR, order: 9, special: [0, 1] }, 'S1')).toBe('xen-hvm.special-first-frame');
    expect(rule({ gfn: BAR, backing: GRANT })).toBe('xen-hvm.grant-or-foreign-ipat');
    expect(rule({ gfn: BAR, backing: DEVICE })).toBe('xen-hvm.direct-mmio');
    expect(rule({ gfn: BAR, backing: DEVICE }, 'C')).toBe('xen-hvm.invalid-mfn');
    expect(rule({ gfn: BAR, backing: RESERVED }, 'C')).toBe('xen-hvm.direct-mmio');
    for (const backing of [DEVICE, RESERVED] as const) expect(rule({ gfn: BAR, backing }, 'B')).toBe('xen-hvm.direct-mmio-first');
    expect(rule({ gfn: BAR, backing: DEVICE_RO })).toBe('xen-hvm.mmio-read-only');
    expect(rule({ gfn: BAR, isPlain: true })).toBe('xen-hvm.no-iommu-no-resources');
    expect(rule({ gfn: BAR, pins: [[BAR, 1, WP]] })).toBe('xen-hvm.pinned-range');
  });
});

test('each version differs from the one before', () => {
  const histories = ALL.map((version) => JSON.stringify(VERSIONS[version]));
  expect(new Set(histories).size).toBe(ALL.length);
});
