import fc from 'fast-check';
import { MemoryAttributes } from '../../../models/sw-protected/memory-attributes.js';
import { VirtualMachine } from './virtual-machine.js';

type Event = (vm: VirtualMachine) => string | number;

const gfn = fc.oneof(fc.nat(7), fc.integer({ min: 508, max: 516 }), fc.nat(2047));
const pages = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(512, 1024));
const pause = fc.constantFrom(0, 0, 1, 2, 3) as fc.Arbitrary<0 | 1 | 2 | 3>;
const touched = fc.tuple(gfn, fc.constantFrom(0, 1), pause, fc.nat(2)).map(
  ([frame, kind, after, vcpu]): Event =>
    (vm) =>
      vm.touch(frame, kind as 0 | 1, after, vcpu),
);
const converted = fc.tuple(gfn, pages, fc.boolean(), pause).map(
  ([first, count, isPrivate, after]): Event =>
    (vm) =>
      vm.model.setAttributes(first, Math.min(count, 2048 - first), isPrivate, after),
);
const punched = fc.tuple(gfn, pages).map(
  ([first, count]): Event =>
    (vm) =>
      vm.model.punchHole(first, count),
);
const zapped = fc.tuple(gfn, pages).map(
  ([first, count]): Event =>
    (vm) =>
      vm.model.zap(first, count),
);
const resumed = fc.nat(2).map(
  (vcpu): Event =>
    (vm) =>
      vm.resume(vcpu),
);
const finished = fc.constant<Event>((vm) => vm.finish());
const events = fc.array(fc.oneof(touched, touched, converted, punched, zapped, resumed, finished), { minLength: 1, maxLength: 40 });

/** Statements broken at some step of some interleaving. */
function broken(name: string, seed: number): Set<string> {
  const found = new Set<string>();
  for (const run of fc.sample(events, { numRuns: 400, seed })) {
    const vm = new VirtualMachine(name);
    for (const event of run) {
      if (event(vm) === 'host-fatal') break;
      for (const line of vm.model.brokenInvariants()) found.add(line.split(':')[0]);
    }
  }
  return found;
}

describe('Over random interleavings of accesses, conversions, punches and notifiers', () => {
  test('with the head and tail added every invariant holds at every step', () => {
    expect([...broken('sw-protected/6.8+head-tail', 1)]).toEqual([]);
  });

  test.each([
    ['sw-protected/6.8', ['I1', 'I1h']],
    ['sw-protected/6.8+skip-zap', ['I1', 'I1h']],
    ['sw-protected/6.8+no-invalidation', ['I1', 'I1h']],
  ])('%s breaks those of the leaves, and never the balance of invalidations', (name, least) => {
    const found = broken(name, 2);
    for (const id of least) expect(found).toContain(id);
    expect(found).not.toContain('I8');
    expect(found).not.toContain('I2');
  });

  test('an access at rest succeeds with at most one fault (I5)', () => {
    for (const run of fc.sample(events, { numRuns: 300, seed: 3 })) {
      const vm = new VirtualMachine('sw-protected/6.8+head-tail');
      for (const event of run) event(vm);
      for (let vcpu = 0; vcpu < 3; vcpu++) vm.resume(vcpu);
      vm.finish();
      for (const frame of [0, 5, 511, 512, 1500]) {
        const before = vm.counted('faults');
        expect(vm.touch(frame)).toMatch(/^ok (private|shared)/);
        expect(vm.counted('faults') - before).toBeLessThanOrEqual(1);
      }
    }
  });
});

test('Ranges of attributes are what a bit for every frame would be', () => {
  const store = fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 20 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(store, { maxLength: 40 }), (stores) => {
      const ranges = new MemoryAttributes();
      const bits = Array<boolean>(60).fill(false);
      for (const [start, count, isPrivate] of stores) {
        ranges.store(start * 2, start * 2 + count, isPrivate);
        bits.fill(isPrivate, start * 2, start * 2 + count);
      }
      expect(bits.map((_, frame) => ranges.isPrivate(frame))).toEqual(bits);
      for (const [start, count] of stores) {
        const part = bits.slice(start, start + count);
        expect(ranges.isUniform(start, start + count)).toBe(new Set(part).size === 1);
      }
    }),
  );
});
