import { BOTH, leaf, memtype, outcome, region, ruleId, start, SVM, touch, VMX } from './bench.js';

const EVERY_MTRR_TYPE = ['UC', 'WC', 'WT', 'WP', 'WB'].map((type, index) => region(index, 1, 'ram', 1, type));
const CACHES_OFF = { pg: true, cd: true, nw: true };

function typesByHostMtrr(profile: string, quirkCdNwCleared: boolean): string {
  const model = start(profile, { cr0: CACHES_OFF, quirkCdNwCleared, regions: EVERY_MTRR_TYPE });
  return EVERY_MTRR_TYPE.map(({ gfn }) => memtype(touch(model, gfn))).join(' ');
}

test('CR0.CD never reaches hardware on VMX, with the cd-nw-cleared quirk or without', () => {
  expect(typesByHostMtrr(VMX, true)).toBe('UC WC WT WP WB');
  expect(typesByHostMtrr(VMX, false)).toBe('UC WC WT WP WB');
});

test('CR0.CD never reaches hardware on SVM while the cd-nw-cleared quirk is enabled', () => {
  expect(typesByHostMtrr(SVM, true)).toBe('UC WC WT WP WB');
});

test('CR0.CD of the VMCB disables caching on SVM once userspace disabled the quirk; UC memory stays UC', () => {
  expect(typesByHostMtrr(SVM, false)).toBe('UC CD CD CD CD');
});

test('on SVM without the quirk CD counts for the vCPU that has it set, and from write to write, without a zap', () => {
  const model = start(SVM, { quirkCdNwCleared: false });
  model.writeCr0(1, true, true, false);
  expect([0, 1].map((vcpu) => memtype(touch(model, 0x10, { vcpu })))).toEqual(['WB', 'CD']);
  model.writeCr0(1, true, false, false);
  expect(memtype(touch(model, 0x10, { vcpu: 1 }))).toBe('WB');
  expect(model.counters()).toEqual({ faults: 1, zaps: 0, zappedLeaves: 0, tlbFlushes: 0 });
});

test('on SVM with CD live the leaf is what it always is, and the rule is that of the cache disable', () => {
  const model = start(SVM, { quirkCdNwCleared: false, cr0: CACHES_OFF, regions: EVERY_MTRR_TYPE });
  expect(leaf(touch(model, 4))).toBe('WB');
  expect(ruleId(touch(model, 4))).toBe('shadow-paging.svm-cache-disabled');
  expect(ruleId(touch(model, 0))).toBe('shadow-paging.svm-cache-disabled-over-uc');
});

test('CR0.CD is live on SVM with CR0.PG clear too', () => {
  const model = start(SVM, { quirkCdNwCleared: false });
  model.writeCr0(0, false, true, true);
  expect(memtype(touch(model, 0x10))).toBe('CD');
});

describe.each(BOTH)('%s', (profile) => {
  test('refuses NW without CD and keeps CR0 as it was', () => {
    const model = start(profile);
    model.writeCr0(0, true, true, true);
    expect(outcome(model.writeCr0(0, false, false, true))).toBe('gp');
    expect(model.state()['vcpu0 CR0']).toEqual({ pg: true, cd: true, nw: true });
  });

  test('accepts every other CR0', () => {
    const model = start(profile);
    for (const pg of [false, true]) {
      for (const [cd, nw] of [
        [false, false],
        [true, false],
        [true, true],
      ]) {
        expect(outcome(model.writeCr0(1, pg, cd, nw))).toBe('ok');
        expect(model.state()['vcpu1 CR0']).toEqual({ pg, cd, nw });
      }
    }
  });

  test('clears PG at INIT and keeps CD and NW, set or clear, of that vCPU alone', () => {
    const model = start(profile);
    model.writeCr0(0, true, true, true);
    expect(outcome(model.init(0))).toBe('ok');
    expect(model.state()['vcpu0 CR0']).toEqual({ pg: false, cd: true, nw: true });
    expect(model.state()['vcpu1 CR0']).toEqual({ pg: true, cd: false, nw: false });
    model.init(1);
    expect(model.state()['vcpu1 CR0']).toEqual({ pg: false, cd: false, nw: false });
  });
});
