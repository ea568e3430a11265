import type { ConversionPause } from '../../../models/contract/operation.js';
import { VirtualMachine } from './virtual-machine.js';

const KINDS = [
  ['read', 0],
  ['write', 1],
] as const;
const LEAF = [
  ['present', true],
  ['absent', false],
] as const;
/** IP0 to IP3, by where the conversion stands; an access of a software-protected VM has no type of its own. */
const POINTS = ['before it', 'after the zap', 'after the last store', 'after the end of the invalidation'] as const;

/** Answers by direction, then by point: the column of the outcome table. */
const OUTCOMES = {
  'to private': ['ok shared 4K', 'retry', 'retry', 'ok private 4K'],
  'to shared': ['ok private 4K', 'retry', 'retry', 'ok shared 4K'],
} as const;
const FRAME = 5;

function answers(direction: keyof typeof OUTCOMES, kind: 0 | 1, hasLeaf: boolean, point: number) {
  const vm = new VirtualMachine('sw-protected/6.8', {
    regions: [{ gfn: 0, pages: 2048, backing: 0, level: 1, hostMtrr: 6, hostPat: 6, specialOffset: 0, specialPages: 0 }],
  });
  const toPrivate = direction === 'to private';
  if (!toPrivate) vm.toPrivate(FRAME, 1);
  if (hasLeaf) vm.touch(FRAME, kind);
  const set = () =>
    toPrivate ? vm.toPrivate(FRAME, 1, point as ConversionPause) : vm.toShared(FRAME, 1, point as ConversionPause);
  if (point > 0) set();
  return { vm, answer: vm.touch(FRAME, kind, 0, 1) };
}

describe.each(['to private', 'to shared'] as const)('During a conversion %s', (direction) => {
  describe.each(KINDS)('a %s', (_, kind) => {
    describe.each(LEAF)('of a frame whose leaf is %s', (__, hasLeaf) => {
      test.each(POINTS.map((point, index) => [point, index] as const))('%s', (___, point) => {
        const { vm, answer } = answers(direction, kind, hasLeaf, point);
        expect(answer).toBe(OUTCOMES[direction][point]);
        expect(vm.broken()).toEqual([]);
      });

      test('succeeds once the conversion is done, with at most one fault more', () => {
        const { vm } = answers(direction, kind, hasLeaf, 2);
        vm.finish();
        const faults = vm.counted('faults');
        expect(vm.touch(FRAME, kind, 0, 1)).toBe(OUTCOMES[direction][3]);
        expect(vm.counted('faults') - faults).toBeLessThanOrEqual(1);
      });
    });
  });

  test('a retry is counted as a fault and as a retry', () => {
    const { vm } = answers(direction, 0, false, 1);
    expect([vm.counted('retries'), vm.counted('faults')]).toEqual([1, 1]);
  });
});

describe('The kind that the guest believes an access to have', () => {
  test.each([false, true])('does not matter: private is %s', (isPrivate) => {
    const vm = new VirtualMachine();
    expect(vm.touch(FRAME, 0, 0, 0, isPrivate)).toBe('ok shared 2M');
    vm.toPrivate(FRAME, 1);
    expect(vm.touch(FRAME, 0, 0, 0, isPrivate)).toBe('ok private 4K');
  });
});
