import fc from 'fast-check';
import type { Conversion } from '../../../models/sw-protected/conversion.js';
import type { GuestMemory } from '../../../models/sw-protected/guest-memory.js';
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

/** Two leaves of one frame. */
function hasOverlap({ model }: VirtualMachine): boolean {
  const leaves = Object.entries(model.state()).flatMap(([key, leaf]) => {
    const base = key.startsWith('gfn ') ? Number(key.slice(4)) : -1;
    const pages = { '4K': 1, '2M': 512, '1G': 262144 }[(leaf as { level: '4K' | '2M' | '1G' }).level];
    return base < 0 ? [] : [{ base, end: base + pages }];
  });
  return leaves.some(({ base, end }, index) => leaves.some((other, at) => at !== index && other.base < end && other.end > base));
}

/** Statements broken at some step of some interleaving; `overlap`: two leaves of one frame. */
function broken(name: string, seed: number): Set<string> {
  const found = new Set<string>();
  for (const run of fc.sample(events, { numRuns: 400, seed })) {
    const vm = new VirtualMachine(name);
    for (const event of run) {
      if (event(vm) === 'host-fatal') break;
      for (const id of vm.broken()) found.add(id);
    }
    if (hasOverlap(vm)) found.add('overlap');
  }
  return found;
}

describe('Over random interleavings of accesses, conversions, punches and notifiers', () => {
  test('with the head and tail added every invariant holds at every step', () => {
    expect([...broken('sw-protected/6.8+head-tail', 1)]).toEqual([]);
  });

  test.each([
    ['sw-protected/6.8', ['I1', 'I1h']],
    ['sw-protected/6.8+skip-zap', ['I1', 'I1h', 'I12']],
    ['sw-protected/6.8+no-invalidation', ['I1', 'I1h', 'I12']],
  ])('%s breaks those of the leaves, and never the balance of invalidations', (name, least) => {
    const found = broken(name, 2);
    for (const id of least) expect(found).toContain(id);
    expect(found).not.toContain('I8');
    expect(found).not.toContain('overlap');
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

describe('Each invariant is judged: a state or a step made wrong by hand breaks it', () => {
  type Inside = { memory: GuestMemory; conversion: Conversion };
  const prepared = () => {
    const vm = new VirtualMachine();
    vm.toPrivate(5, 1);
    expect([vm.touch(5), vm.touch(600)]).toEqual(['ok private 4K', 'ok shared 2M']);
    expect(vm.broken()).toEqual([]);
    return { vm, inside: vm.model as unknown as Inside };
  };

  test('I1 by an attribute that changes under its leaf', () => {
    const { vm, inside } = prepared();
    inside.memory.attributes.store(5, 6, false);
    expect(vm.broken()).toEqual(['I1']);
  });

  test('I1h by a huge leaf over a block that is mixed', () => {
    const { vm, inside } = prepared();
    inside.memory.mixedFrom.store(700, 701, true);
    expect(vm.broken()).toEqual(['I1h']);
  });

  test('I5 and I6 by a fault that retries for ever with nothing in flight', () => {
    const { vm, inside } = prepared();
    inside.memory.invalidation.isStale = () => true;
    expect(vm.touch(1600)).toBe('retry');
    expect(vm.broken()).toEqual(['I5', 'I6']);
  });

  test('I7 by a leaf of a page that is free', () => {
    const { vm, inside } = prepared();
    inside.memory.pages.free(5, 6);
    expect(vm.broken()).toEqual(['I7']);
  });

  test('I8 by an invalidation that nobody ends, and by a sequence that counts too much', () => {
    const { vm, inside } = prepared();
    inside.memory.invalidation.begin();
    expect(vm.broken()).toEqual(['I8']);
    inside.memory.invalidation.inProgress = 0;
    inside.memory.invalidation.sequence++;
    expect(vm.broken()).toEqual(['I8']);
  });

  test('I9 by an exit although attribute and memslot agree with the fault', () => {
    const { vm, inside } = prepared();
    vm.touch(1600, 0, 1);
    const { isPrivate } = inside.memory.attributes;
    let asked = 0;
    inside.memory.attributes.isPrivate = (gfn) => (asked++ === 0 ? true : isPrivate.call(inside.memory.attributes, gfn));
    expect(vm.resume()).toBe('memory-fault shared');
    expect(vm.broken()).toEqual(['I9']);
  });

  test('I12 by an access that the old page serves, but not while the conversion is open', () => {
    const { vm, inside } = prepared();
    inside.memory.attributes.store(600, 601, true);
    vm.touch(600);
    expect(vm.broken()).toEqual(['I1', 'I1h', 'I12']);
    inside.conversion.at = 2;
    [inside.conversion.start, inside.conversion.end] = [600, 601];
    vm.touch(600);
    expect(vm.broken()).not.toContain('I12');
  });

  test('I14 by a redundant conversion that does something', () => {
    const { vm, inside } = prepared();
    const { run } = inside.conversion;
    inside.conversion.run = (...range) => {
      inside.memory.invalidate(5, 6);
      return run.apply(inside.conversion, range);
    };
    vm.toPrivate(5, 1);
    expect(vm.broken()).toEqual(['I14']);
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
