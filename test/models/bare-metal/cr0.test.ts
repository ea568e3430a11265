/** CR0.CD, CR0.NW, CR0.PG and INIT. */
import { AMD, Guest, INTEL, type PatWord, VENDORS } from './guest.js';
import { E, G, type MtrrWord, program } from './layout.js';

const MTRR: readonly MtrrWord[] = ['UC', 'WC', 'WT', 'WP', 'WB'];
const PAT: readonly PatWord[] = ['UC', 'UC-', 'WC', 'WT', 'WP', 'WB'];

describe.each(VENDORS)('CR0 on %s', (vendor, profile) => {
  test('NW=1 with CD=0 is #GP(0) and changes nothing; the other combinations are legal', () => {
    const guest = new Guest(profile);
    program(guest, [], 'WB');
    expect(guest.cr0({ nw: true })).toBe(`gp ${vendor}-cr0-nw-without-cd`);
    expect(guest.cr0({ pg: false, nw: true })).toBe(`gp ${vendor}-cr0-nw-without-cd`);
    expect(guest.type(0x500, 'WT')).toBe('WT');
    expect([guest.cr0({ cd: true }), guest.cr0({ cd: true, nw: true }), guest.cr0({})]).toEqual(
      Array(3).fill(`ok ${vendor}-cr0-written`),
    );
    expect(guest.type(0x500, 'WT')).toBe('WT');
  });

  test.each(MTRR)('with PG=0 the PAT is not consulted: MTRR %s is the effective type', (mtrr) => {
    const guest = new Guest(profile);
    program(guest, [], mtrr);
    guest.cr0({ pg: false });
    expect(PAT.map((pat) => guest.type(0x500, pat))).toEqual(PAT.map(() => mtrr));
    expect(guest.rules(0x500, 'UC')).toMatch(
      new RegExp(`^${vendor}-mtrr-[a-z]+-pat-wb \\+ ${vendor}-[a-z-]+ \\+ ${vendor}-paging-off$`),
    );
  });

  test('with PG=0 an undefined overlap is undefined between the MTRR types', () => {
    const guest = new Guest(profile);
    program(
      guest,
      [
        [0, 4 * G, 'WB'],
        [0, G, 'WP'],
      ],
      'UC',
    );
    guest.cr0({ pg: false });
    expect([guest.type(0x500, 'UC'), guest.rule(0x500, 'UC')]).toEqual(['undefined WP WB', `${vendor}-overlap-undefined`]);
  });

  test('NW makes no difference while CD=1', () => {
    const guest = new Guest(profile);
    program(guest, [], 'WB');
    guest.cr0({ cd: true });
    const without = PAT.map((pat) => guest.type(0x500, pat));
    guest.cr0({ cd: true, nw: true });
    expect(PAT.map((pat) => guest.type(0x500, pat))).toEqual(without);
  });

  test('INIT turns paging off and keeps CD, NW, the MTRRs and the PAT', () => {
    const guest = new Guest(profile);
    program(guest, [], 'WT');
    const { 'vcpu0 CR0': _, ...registers } = guest.model.state();
    expect(guest.words(guest.model.init(0))).toBe(`ok ${vendor}-init-keeps-caching`);
    expect(guest.model.state()).toEqual({ ...registers, 'vcpu0 CR0': { pg: false, cd: false, nw: false } });
    expect(guest.type(0x500, 'UC')).toBe('WT');
    guest.cr0({ cd: true, nw: true });
    guest.model.init(0);
    expect(guest.model.state()).toMatchObject({ 'vcpu0 CR0': { pg: false, cd: true, nw: true } });
    guest.cr0({});
    expect(guest.type(0x500, 'UC')).toMatch(/UC|CD/);
  });

  test('CR0 of every vCPU starts as the machine says, and each has its own', () => {
    const guest = new Guest(profile, { vcpus: 2, cr0: { pg: true, cd: true, nw: false } });
    guest.write(0x2ff, E | 6n, 0);
    guest.write(0x2ff, E | 6n, 1);
    guest.cr0({});
    guest.write(0x277, 0x0606060606060606n, 1);
    expect([guest.type(0x500), guest.type(0x500, 'WB', 1, 1).replace('CD', 'UC')]).toEqual(['WB', 'UC']);
  });
});

test('Intel with CD=1 is uncached, whatever MTRR and PAT say and also where ranges overlap', () => {
  const guest = new Guest(INTEL);
  guest.cr0({ cd: true });
  for (const mtrr of MTRR) {
    program(guest, [], mtrr);
    expect(PAT.map((pat) => guest.type(0x500, pat))).toEqual(PAT.map(() => 'UC'));
  }
  program(
    guest,
    [
      [0, 4 * G, 'WB'],
      [0, G, 'WP'],
    ],
    'UC',
  );
  expect([guest.type(0x500), guest.type(0x500, 'WB', 3), guest.rule(0x500)]).toEqual(['UC', 'UC', 'intel-cache-disabled']);
  guest.cr0({ pg: false, cd: true });
  expect(guest.rule(0x500)).toBe('intel-cache-disabled');
});

describe('AMD with CD=1', () => {
  /** Transposed: a row per PAT type, columns WB WP WT WC UC. `?`: undefined between UC and WC. */
  const EXPECTED: Readonly<Record<PatWord, string>> = {
    WB: 'CD CD CD ? UC',
    WP: 'CD CD CD CD UC',
    WT: 'CD CD CD CD UC',
    WC: '? ? ? ? ?',
    'UC-': 'CD CD CD ? UC',
    UC: 'CD CD CD CD UC',
  };
  const RULE: Readonly<Record<string, string>> = {
    CD: 'amd-cache-disabled',
    UC: 'amd-cache-disabled-uncached',
    '?': 'amd-cache-disabled-combining',
  };

  test.each(PAT)('PAT %s: cacheable memory becomes CD, UC ranges stay UC, write combining is left open', (pat) => {
    const columns = [...MTRR].reverse();
    const answers = columns.map((mtrr) => {
      const guest = new Guest(AMD);
      program(guest, [], mtrr);
      guest.cr0({ cd: true });
      return [guest.type(0x500, pat).replace('undefined UC WC', '?'), guest.rule(0x500, pat)];
    });
    expect(answers).toEqual(EXPECTED[pat].split(' ').map((word) => [word, RULE[word]]));
  });

  test('with PG=0 too, the PAT type being WB', () => {
    const guest = new Guest(AMD);
    guest.cr0({ pg: false, cd: true });
    const answers = MTRR.map((mtrr) => {
      program(guest, [], mtrr);
      return guest.type(0x500, 'WC');
    });
    expect(answers).toEqual(['UC', 'undefined UC WC', 'CD', 'CD', 'CD']);
  });

  test('an undefined overlap stays undefined: CD counts as UC among the candidates', () => {
    const guest = new Guest(AMD);
    program(
      guest,
      [
        [0, 4 * G, 'WB'],
        [0, G, 'WP'],
        [G, G, 'WC'],
      ],
      'UC',
    );
    guest.cr0({ cd: true });
    expect([guest.type(0x500), guest.type(0x50000)]).toEqual(['undefined UC', 'undefined UC WC']);
    expect(guest.rule(0x500)).toBe('amd-overlap-undefined');
  });
});
