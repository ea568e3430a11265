import { AMD, INTEL, type MtrrTypeName, type PatTypeName } from '../../../models/shadow-paging/combination.js';
import { BOTH, leaf, memtype, PAT, patWithEntry0, region, ruleId, start, SVM, touch, VMX, writeMsr } from './bench.js';

const MTRR_TYPES: readonly MtrrTypeName[] = ['UC', 'WC', 'WT', 'WP', 'WB'];

/** Typed a second time: columns of the SDM's table, each downwards over the MTRR types UC WC WT WP WB. */
const INTEL_BY_PAT: Readonly<Record<PatTypeName, string>> = {
  WB: 'UC WC WT WP WB',
  WP: 'UC UC WP WP WP',
  WT: 'UC UC WT WT WT',
  WC: 'WC WC WC WC WC',
  'UC-': 'UC WC UC WC UC',
  UC: 'UC UC UC UC UC',
};

/** As above, from the APM's table. */
const AMD_BY_PAT: Readonly<Record<PatTypeName, string>> = {
  WB: 'UC WC WT WP WB',
  WP: 'UC CD CD WP WP',
  WT: 'UC CD WT CD WT',
  WC: 'WC WC WC WC WC',
  'UC-': 'UC WC CD CD CD',
  UC: 'UC CD CD CD CD',
};

describe.each(Object.keys(INTEL_BY_PAT) as PatTypeName[])('a selected PAT entry of type %s', (pat) => {
  test('combines with the MTRR types as in the table of the SDM', () => {
    expect(MTRR_TYPES.map((mtrr) => INTEL[mtrr][pat]).join(' ')).toBe(INTEL_BY_PAT[pat]);
  });

  test('combines with the MTRR types as in the table of the APM', () => {
    expect(MTRR_TYPES.map((mtrr) => AMD[mtrr][pat]).join(' ')).toBe(AMD_BY_PAT[pat]);
  });

  test('in entry 0 of the guest PAT types every access on VMX, over any host MTRR type', () => {
    const model = start(VMX, { regions: MTRR_TYPES.map((mtrr, index) => region(index, 1, 'ram', 1, mtrr)) });
    writeMsr(model, 0, PAT, patWithEntry0(pat));
    expect(MTRR_TYPES.map((_, gfn) => memtype(touch(model, gfn))).join(' ')).toBe(INTEL_BY_PAT[pat]);
  });

  test('in entry 0 of the guest PAT changes nothing on SVM, where the host PAT stays live', () => {
    const model = start(SVM, { regions: MTRR_TYPES.map((mtrr, index) => region(index, 1, 'ram', 1, mtrr)) });
    writeMsr(model, 0, PAT, patWithEntry0(pat));
    expect(MTRR_TYPES.map((_, gfn) => memtype(touch(model, gfn))).join(' ')).toBe(AMD_BY_PAT.WB);
  });
});

test('the rule of an access names the host MTRR type and, on VMX, the type of the guest PA0', () => {
  const regions = [region(0, 1, 'ram', 1, 'WP')];
  const vmx = start(VMX, { regions });
  writeMsr(vmx, 0, PAT, patWithEntry0('UC-'));
  expect(ruleId(touch(vmx, 0))).toBe('shadow-paging.vmx-mtrr-wp-pa0-uc-minus');
  expect(ruleId(touch(start(SVM, { regions }), 0))).toBe('shadow-paging.svm-mtrr-wp');
});

describe.each(BOTH)('%s', (profile) => {
  test('drops the PAT index of the guest entry: every index gets the type of index 0', () => {
    const model = start(profile);
    const types = [0, 1, 2, 3, 4, 5, 6, 7].map((pat) => memtype(touch(model, 0x10, { pat })));
    expect(types).toEqual(Array(8).fill('WB'));
  });

  test('cannot make memory cacheable that the host MTRRs make UC', () => {
    expect(memtype(touch(start(profile, { regions: [region(0, 1, 'device')] }), 0))).toBe('UC');
  });

  test('maps a device whose host MTRR type is WB as cacheable: what is host MMIO does not matter', () => {
    const model = start(profile, { regions: [region(0, 1, 'device', 1, 'WB'), region(1, 1, 'reserved', 1, 'WB')] });
    expect([touch(model, 0), touch(model, 1)].map(memtype)).toEqual(['WB', 'WB']);
  });

  test('ignores the guest MTRRs, disabled or UC', () => {
    const model = start(profile);
    expect(memtype(touch(model, 0xa0))).toBe('WB');
    writeMsr(model, 0, 0x2ff, 0xc00n);
    expect(memtype(touch(model, 0xa0))).toBe('WB');
    expect(memtype(touch(model, 0x5000))).toBe('WB');
  });

  test('writes index 0 into every leaf, which KVM means as WB, whatever the guest does to PAT', () => {
    const model = start(profile, { regions: [region(0, 1), region(1, 1, 'device-wc')] });
    writeMsr(model, 0, PAT, patWithEntry0('UC'));
    expect([touch(model, 0, { pat: 3 }), touch(model, 1)].map(leaf)).toEqual(['WB', 'WB']);
  });

  test('emulates an access to a frame that no memory slot covers', () => {
    const model = start(profile, { regions: [region(0x10, 0x10), region(0x30, 0x10)] });
    expect([0xf, 0x10, 0x1f, 0x20, 0x2f, 0x30, 0x3f, 0x40].map((gfn) => memtype(touch(model, gfn)))).toEqual([
      'mmio',
      'WB',
      'WB',
      'mmio',
      'mmio',
      'WB',
      'WB',
      'mmio',
    ]);
  });

  test('has the same type with CR0.PG clear, because hardware paging stays on', () => {
    const model = start(profile, { regions: [region(0, 1), region(1, 1, 'ram', 1, 'WT')] });
    writeMsr(model, 0, PAT, patWithEntry0('WC'));
    const paging = [memtype(touch(model, 0)), memtype(touch(model, 1))];
    model.writeCr0(0, false, false, false);
    expect([memtype(touch(model, 0)), memtype(touch(model, 1))]).toEqual(paging);
    expect(paging).toEqual(profile === VMX ? ['WC', 'WC'] : ['WB', 'WT']);
  });
});

describe('the live PAT on VMX', () => {
  test('is that of the accessing vCPU, also through a leaf that another vCPU built', () => {
    const model = start(VMX);
    writeMsr(model, 1, PAT, patWithEntry0('WT'));
    expect([0, 1].map((vcpu) => memtype(touch(model, 0x10, { vcpu })))).toEqual(['WB', 'WT']);
    expect(model.counters().faults).toBe(1);
  });

  test('applies to leaves built before the write, without a zap', () => {
    const model = start(VMX);
    touch(model, 0x10);
    writeMsr(model, 0, PAT, patWithEntry0('UC'));
    expect(memtype(touch(model, 0x10))).toBe('UC');
    expect(model.counters()).toEqual({ faults: 1, zaps: 0, zappedLeaves: 0, tlbFlushes: 0 });
  });

  test('stays as it was when a write is refused', () => {
    const model = start(VMX);
    writeMsr(model, 0, PAT, 0x0007040600070402n);
    expect(memtype(touch(model, 0x10))).toBe('WB');
  });

  test('stays as it was through INIT', () => {
    const model = start(VMX);
    writeMsr(model, 0, PAT, patWithEntry0('WP'));
    model.init(0);
    expect(memtype(touch(model, 0x10))).toBe('WP');
  });
});

test('with the PAT of Linux, whose entry 1 is WC, and with the reset PAT an entry with PWT set gets WB: only entry 0 is ever selected', () => {
  const model = start(VMX);
  expect(memtype(touch(model, 0x10, { pat: 1 }))).toBe('WB');
  writeMsr(model, 0, PAT, 0x0407050600070106n);
  expect([1, 5, 7].map((pat) => memtype(touch(model, 0x10, { pat })))).toEqual(['WB', 'WB', 'WB']);
});
