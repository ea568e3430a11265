/** Memory types of a guest under nested paging: guest PAT under a nested WB entry and the host's MTRRs, and CR0. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../../../models/contract/machine.js';
import { UC, UC_MINUS, WB, WC, WP, WT } from '../../../models/contract/memory-type.js';
import { levelOf, outcomeOf, ruleOf } from '../../../models/contract/observation.js';
import { profiles } from '../../../models/sev-snp/versions.js';
import type { Rule } from '../../../models/contract/rule.js';
import { rules } from '../../../models/sev-snp/rules.js';
import { SevSnp } from '../../../models/sev-snp/model.js';
import { disagreements } from '../../vectors.js';
import { clauseIds, DESIGNS, machine, memtypeWord, region, ruleId, words } from './guest.js';

const PATS = { UC, 'UC-': UC_MINUS, WC, WT, WP, WB } as const;
const MTRRS = { UC, WC, WP, WT, WB } as const;
type Pat = keyof typeof PATS;
type Mtrr = keyof typeof MTRRS;

/** APM vol. 2, the two tables on combining types, read for a nested WB entry; by host MTRR: { guest PAT: effective }. */
const UNDER_NESTED_WB: Readonly<Record<Mtrr, Readonly<Record<Pat, string>>>> = {
  UC: { UC: 'UC', 'UC-': 'UC', WC: 'WC', WT: 'UC', WP: 'UC', WB: 'UC' },
  WC: { UC: 'CD', 'UC-': 'CD', WC: 'WC', WT: 'CD', WP: 'CD', WB: 'WC' },
  WP: { UC: 'CD', 'UC-': 'CD', WC: 'WC+', WT: 'CD', WP: 'WP', WB: 'WP' },
  WT: { UC: 'CD', 'UC-': 'CD', WC: 'WC+', WT: 'WT', WP: 'CD', WB: 'WT' },
  WB: { UC: 'CD', 'UC-': 'CD', WC: 'WC+', WT: 'WT', WP: 'WP', WB: 'WB' },
};

const guest = (over: Partial<Machine> = {}): SevSnp => {
  const model = new SevSnp(DESIGNS['6.11']);
  model.reset(machine({ privateMemory: false, ...over }));
  return model;
};

/** A read through PAT entry 0, after it was set to a type. */
const typeOf = (model: SevSnp, pat: number): string => {
  model.writeMsr(0, 0x277, 0x00070406, 0x00070400 | pat);
  return memtypeWord(model.access(0, 3, 0, 0, 1, false, true, 0));
};

describe('The type of an access under a nested WB entry', () => {
  for (const mtrr of Object.keys(MTRRS) as Mtrr[]) {
    test.each(Object.keys(PATS) as Pat[])(`host MTRR ${mtrr} and guest PAT %s`, (pat) => {
      const ordinary = guest({ regions: [region(0, 16, 1, { hostMtrr: MTRRS[mtrr] })] });
      expect(typeOf(ordinary, PATS[pat])).toBe(UNDER_NESTED_WB[mtrr][pat]);
      const withPrivate = guest({ privateMemory: true, regions: [region(0, 16, 1, { hostMtrr: MTRRS[mtrr] })] });
      expect(typeOf(withPrivate, PATS[pat])).toBe(UNDER_NESTED_WB[mtrr][pat]);
    });
  }

  test('every cell is a rule of its own', () => {
    const ids = Object.values(MTRRS).flatMap((hostMtrr) =>
      Object.values(PATS).map((pat) => {
        const model = guest({ regions: [region(0, 16, 1, { hostMtrr })] });
        model.writeMsr(0, 0x277, 0x00070406, 0x00070400 | pat);
        return ruleId(model.access(0, 3, 0, 0, 1, false, true, 0));
      }),
    );
    expect(new Set(ids).size).toBe(30);
  });

  test('a PAT index selects its own byte of either half', () => {
    const model = guest();
    model.writeMsr(0, 0x277, 0x06050401, 0x00010405);
    const types = [0, 1, 2, 3, 4, 5, 6, 7].map((pat) => memtypeWord(model.access(0, 3, 0, pat, 1, false, true, 0)));
    expect(types).toEqual(['WP', 'WT', 'WC+', 'CD', 'WC+', 'WT', 'WP', 'WB']);
  });

  test('a private page has the types of the guest PAT as well', () => {
    const model = guest({ privateMemory: true });
    model.setAttributes(3, 1, true, 0);
    const first = model.access(0, 3, 0, 3, 1, true, true, 0);
    expect([words(first), ruleId(first), clauseIds(first)]).toEqual([
      'not-validated',
      'sev-snp.not-validated',
      ['sev-snp.rmp-updated-at-fault'],
    ]);
    expect(memtypeWord(model.access(0, 3, 0, 3, 1, true, true, 0))).toBe('CD');
    expect(memtypeWord(model.access(0, 3, 0, 1, 1, true, true, 0))).toBe('WT');
  });
});

describe('CR0', () => {
  test('without paging the guest PAT counts as WB, which is told beside the cell of the tables', () => {
    const model = guest({ cr0: { pg: false, cd: false, nw: false } });
    const unpaged = model.access(0, 3, 0, 3, 1, false, true, 0);
    expect([memtypeWord(unpaged), ruleId(unpaged), clauseIds(unpaged)]).toEqual([
      'WB',
      'sev-snp.guest-wb-mtrr-wb',
      ['sev-snp.paging-off'],
    ]);
    model.writeCr0(0, true, false, false);
    expect(memtypeWord(model.access(0, 3, 0, 3, 1, false, true, 0))).toBe('CD');
    model.init(0);
    expect(memtypeWord(model.access(0, 3, 0, 3, 1, false, true, 0))).toBe('WB');
  });

  test('CD reaches the hardware only with the quirk disabled, and INIT keeps it', () => {
    const stripped = guest({ cr0: { pg: true, cd: true, nw: true } });
    expect(memtypeWord(stripped.access(0, 3, 0, 0, 1, false, true, 0))).toBe('WB');
    const live = guest({ quirkCdNwCleared: false });
    live.writeCr0(0, true, true, false);
    live.init(0);
    expect(memtypeWord(live.access(0, 3, 0, 0, 1, false, true, 0))).toBe('CD');
    live.writeCr0(0, true, false, false);
    expect(memtypeWord(live.access(0, 3, 0, 0, 1, false, true, 0))).toBe('WB');
  });

  test('NW without CD is a #GP that changes nothing', () => {
    const model = guest({ quirkCdNwCleared: false, cr0: { pg: true, cd: true, nw: true } });
    expect(words(model.writeCr0(0, true, false, true))).toBe('gp');
    expect(memtypeWord(model.access(0, 3, 0, 0, 1, false, true, 0))).toBe('CD');
  });

  test('is that of the vCPU', () => {
    const model = guest({ quirkCdNwCleared: false });
    model.writeCr0(1, true, true, false);
    expect([0, 1].map((vcpu) => memtypeWord(model.access(vcpu, 3, 0, 0, 1, false, true, 0)))).toEqual(['WB', 'CD']);
  });
});

describe('The level of a mapping', () => {
  const levelAt = (regions: Machine['regions'], gfn: number): number =>
    levelOf(guest({ regions }).access(0, gfn, 0, 0, 1, false, true, 0));

  test('is the largest aligned block inside the region, as the host allows', () => {
    const big = [region(512, 2 * 262144, 3)];
    expect([512, 262143, 262144, 2 * 262144 - 1, 2 * 262144].map((gfn) => levelAt(big, gfn))).toEqual([2, 2, 3, 3, 2]);
    expect(levelAt([region(512, 2 * 262144, 2)], 262144)).toBe(2);
    expect(levelAt([region(513, 1024, 2)], 600)).toBe(1);
    expect(levelAt([region(513, 1024, 2)], 1024)).toBe(2);
  });

  test('is 4K for what is not RAM', () => {
    expect([0, 1, 2, 3, 6, 7].map((backing) => levelAt([region(0, 512, 2, { backing: backing as never })], 1))).toEqual([
      2, 2, 1, 1, 1, 1,
    ]);
  });
});

describe('Answers recorded for nested paging with a live guest PAT', () => {
  const vectors = readFileSync(join(__dirname, '../../../corpora/conformance/recorded/kvm-npt.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Parameters<typeof disagreements>[1]);

  test.each(profiles.filter((profile) => !profile.name.includes('+')))('$name gives them too', (profile) => {
    expect(vectors.length).toBeGreaterThan(50);
    expect(vectors.flatMap((vector) => disagreements(profile, vector)).slice(0, 10)).toEqual([]);
  });
});

describe('Registers', () => {
  const write = (msr: number, hi: number, lo: number): string => {
    const answer = guest({ maxPhysAddr: 36 }).writeMsr(0, msr, hi, lo);
    return outcomeOf(answer) === 0 ? 'ok' : ruleId(answer).slice('sev-snp.'.length);
  };

  test.each([
    [0xfe, 0, 0, 'capabilities-read-only'],
    [0x210, 0, 0, 'absent-msr'],
    [0x21f, 0, 0, 'absent-msr'],
    [0x2ff, 0, 0xc06, 'ok'],
    [0x2ff, 0, 0x1000, 'def-type-reserved-bits'],
    [0x2ff, 0, 0x306, 'def-type-reserved-bits'],
    [0x2ff, 1, 0x806, 'def-type-reserved-bits'],
    [0x2ff, 0, 0x807, 'def-type-invalid'],
    [0x2ff, 0, 0x802, 'def-type-invalid'],
    [0x200, 0, 0x40000006, 'ok'],
    [0x20e, 0xf, 0xfffff006, 'ok'],
    [0x200, 0, 0x106, 'phys-base-reserved-bits'],
    [0x200, 0x10, 0x6, 'phys-base-reserved-bits'],
    [0x200, 0, 0x3, 'phys-base-type-invalid'],
    [0x200, 0, 0x87, 'phys-base-type-invalid'],
    [0x201, 0xf, 0xfffff800, 'ok'],
    [0x201, 0, 0x800, 'ok'],
    [0x201, 0, 0x1, 'phys-mask-reserved-bits'],
    [0x201, 0x10, 0x800, 'phys-mask-reserved-bits'],
    [0x250, 0x06060606, 0x06050401, 'ok'],
    [0x26f, 0x06060706, 0x06060606, 'fixed-type-invalid'],
    [0x259, 0x06060606, 0x02060606, 'fixed-type-invalid'],
    [0x277, 0x00070406, 0x00070106, 'ok'],
    [0x277, 0x00070406, 0x00070206, 'pat-type-invalid'],
    [0x277, 0x08070406, 0x00070406, 'pat-type-invalid'],
  ])('WRMSR %p of %p:%p: %s', (msr, hi, lo, expected) => expect(write(msr, hi, lo)).toBe(expected));

  test('RDMSR returns what was written, of each vCPU and each MSR, by the rule of the write', () => {
    const model = guest({ guestMtrr: false });
    const msrs = [0x200, 0x20f, 0x250, 0x258, 0x259, 0x268, 0x26f, 0x277, 0x2ff];
    const values = new Map<string, string>();
    for (const vcpu of [0, 1]) {
      for (const [index, msr] of msrs.entries()) {
        const lo = msr === 0x20f ? 0x800 * (vcpu + 1) + 0x1000 : msr === 0x2ff ? 0x800 + vcpu : vcpu * 0x100 + (index % 2);
        const legal = msr === 0x200 ? 0x1000 * (vcpu + 1) : lo;
        expect(words(model.writeMsr(vcpu, msr, 0, legal >>> 0))).toBe('ok');
        values.set(`${vcpu} ${msr}`, `0:${legal >>> 0}`);
      }
    }
    for (const [key, value] of values) {
      const [vcpu, msr] = key.split(' ').map(Number);
      const rule = ruleId(model.readMsr(vcpu, msr));
      const expected = msr === 0x277 ? 'sev-snp.pat-stored' : 'sev-snp.mtrr-stored';
      expect([key, `${model.valueHi}:${model.valueLo}`, rule]).toEqual([key, value, expected]);
    }
  });

  test('start with MTRRs disabled and the reset PAT, and MTRRCAP says 8 pairs, fixed ranges and WC', () => {
    const model = guest();
    const read = (msr: number): number[] => {
      model.readMsr(0, msr);
      return [model.valueHi, model.valueLo];
    };
    expect([read(0x2ff), read(0x277), read(0xfe)]).toEqual([
      [0, 0],
      [0x00070406, 0x00070406],
      [0, 0x508],
    ]);
    expect(ruleOf(model.readMsr(0, 0x210))).toBeGreaterThan(0);
  });

  test('writes of MTRRs, changes of CR0.CD and devices zap nothing, each by a rule', () => {
    const model = guest();
    const zapRules = [
      () => model.writeMsr(0, 0x2ff, 0, 0xc06),
      () => model.writeMsr(0, 0x2ff, 0, 0xc07),
      () => model.writeMsr(0, 0x277, 0, 0),
      () => model.writeCr0(0, true, true, false),
      () => model.writeCr0(0, false, true, true),
      () => model.attachDevice(false),
      () => model.attachDevice(true),
    ].map((step) => [step(), rules[model.takeZapRule()]][1]);
    expect(zapRules.map((rule) => (rule as Rule | null)?.id ?? '')).toEqual([
      'sev-snp.mtrr-write-spares',
      '',
      '',
      'sev-snp.cd-toggle-spares',
      '',
      'sev-snp.device-spares',
      '',
    ]);
  });

  test('a refused write leaves the old value', () => {
    const model = guest();
    model.writeMsr(0, 0x2ff, 0, 0xc06);
    model.writeMsr(0, 0x2ff, 0, 0xc07);
    model.readMsr(0, 0x2ff);
    expect(model.valueLo).toBe(0xc06);
  });
});
