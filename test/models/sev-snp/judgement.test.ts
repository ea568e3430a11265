/** Each invariant of the state notices the state that breaks it, and nothing else does. */
import { PRIVATE, SHARED } from '../../../models/contract/observation.js';
import { Conversion } from '../../../models/sev-snp/conversion.js';
import { GuestMemfd } from '../../../models/sev-snp/guest-memfd.js';
import { INVARIANTS } from '../../../models/sev-snp/invariants.js';
import { brokenByState } from '../../../models/sev-snp/judgement.js';
import {
  ASSIGNED,
  ATTRIBUTE_PRIVATE,
  DIRECT_MAP_ABSENT,
  DIRECT_MAP_SPLIT,
  generationBits,
  HAS_FOLIO,
} from '../../../models/sev-snp/page-runs.js';
import { Tlb } from '../../../models/sev-snp/tlb.js';
import { VirtualMachine } from '../../../models/sev-snp/virtual-machine.js';
import { DESIGNS, machine } from './guest.js';

const PAGE = HAS_FOLIO | generationBits(1);
const SOUND = PAGE | ATTRIBUTE_PRIVATE | ASSIGNED | DIRECT_MAP_ABSENT | DIRECT_MAP_SPLIT;

/** The ids broken after the state of a fresh machine was tampered with. */
function brokenAfter(design: 'rfc-v8' | '6.11', tamper: (vm: VirtualMachine, conversion: Conversion) => void): string[] {
  const vm = new VirtualMachine(DESIGNS[design], 4);
  vm.reset(machine());
  const conversion = new Conversion(vm, new GuestMemfd(vm));
  tamper(vm, conversion);
  const bits = brokenByState(vm, conversion);
  return INVARIANTS.filter((_, bit) => (bits & (1 << bit)) !== 0).map(({ id }) => id);
}

const privateLeaf = (vm: VirtualMachine, word: number): void => {
  vm.pages.change(1, 2, 0, word);
  vm.npt.insert(1, 1, PRIVATE, 1, 6);
};

/** The range of one frame, of which `stage` says how far its conversion has come. */
function convert(conversion: Conversion, from: number): void {
  conversion.from = from;
  conversion.to = from + 1;
}

describe('The state breaks', () => {
  test('nothing with a sound private leaf and its translation', () =>
    expect(
      brokenAfter('6.11', (vm) => {
        privateLeaf(vm, SOUND);
        vm.tlb.fill(0, 1, true, PRIVATE, 1, true, false, 1, 6);
      }),
    ).toEqual([]));

  test('I1 with a shared leaf of a private frame', () =>
    expect(
      brokenAfter('6.11', (vm) => {
        vm.pages.change(1, 2, 0, ATTRIBUTE_PRIVATE);
        vm.npt.insert(1, 1, SHARED, 0, 6);
      }),
    ).toEqual(['I1']));

  test('I1 in the RFC orders only outside of a conversion in flight', () => {
    const lagging = (stage: 0 | 1 | 2 | 3, from = 1): string[] =>
      brokenAfter('rfc-v8', (vm, conversion) => {
        convert(conversion, from);
        vm.pages.change(1, 2, 0, ATTRIBUTE_PRIVATE);
        vm.npt.insert(1, 1, SHARED, 0, 6);
        if (stage !== 0 && stage !== 3) vm.invalidation.begin();
        conversion.stage = stage;
      });
    expect([0, 1, 2, 3].map((stage) => lagging(stage as 0))).toEqual([['I1'], [], [], ['I1']]);
    expect([lagging(2, 0), lagging(2, 2)]).toEqual([['I1'], ['I1']]);
  });

  test('I1h with a huge leaf of both attributes, or over the end of its slot', () => {
    const mixed = brokenAfter('6.11', (vm) => {
      vm.pages.change(1, 2, 0, ATTRIBUTE_PRIVATE);
      vm.npt.insert(0, 2, SHARED, 0, 6);
    });
    expect(mixed).toEqual(['I1', 'I1h']);
    expect(brokenAfter('6.11', (vm) => vm.npt.insert(16, 2, SHARED, 0, 6))).toEqual(['I1h']);
  });

  test('I2 with a translation that no leaf has, or one of another page', () => {
    expect(brokenAfter('6.11', (vm) => vm.tlb.fill(0, 1, false, SHARED, 0, true, false, 1, 6))).toEqual(['I2']);
    const other = brokenAfter('6.11', (vm) => {
      privateLeaf(vm, SOUND);
      vm.tlb.fill(7, 1, true, PRIVATE, 2, true, false, 1, 6);
    });
    expect(other).toEqual(['I2']);
  });

  test('I3 with a private leaf of an unassigned page, in RFC v8 only outside of a conversion in flight', () => {
    const leaf = (design: 'rfc-v8' | '6.11', stage: 0 | 3, from = 1): string[] =>
      brokenAfter(design, (vm, conversion) => {
        convert(conversion, from);
        privateLeaf(vm, PAGE | ATTRIBUTE_PRIVATE);
        conversion.stage = stage;
      });
    expect([leaf('6.11', 0), leaf('6.11', 3), leaf('rfc-v8', 0), leaf('rfc-v8', 3)]).toEqual([['I3'], ['I3'], ['I3'], []]);
    expect([leaf('rfc-v8', 3, 0), leaf('rfc-v8', 3, 2)]).toEqual([['I3'], ['I3']]);
  });

  test('I4a with an assigned page in the direct map, I4b with one in a block that is not split', () => {
    expect(brokenAfter('rfc-v8', (vm) => vm.pages.change(1, 2, 0, PAGE | ASSIGNED))).toEqual(['I4a', 'I4b']);
    expect(brokenAfter('6.11', (vm) => vm.pages.change(1, 2, 0, PAGE | ASSIGNED | DIRECT_MAP_ABSENT))).toEqual(['I4b']);
    expect(brokenAfter('6.11', (vm) => vm.pages.change(4, 8, 0, PAGE | ASSIGNED | DIRECT_MAP_ABSENT))).toEqual([]);
    expect(brokenAfter('6.11', (vm) => vm.pages.change(4, 9, 0, PAGE | ASSIGNED | DIRECT_MAP_ABSENT))).toEqual(['I4b']);
    expect(brokenAfter('rfc-v8', (vm) => vm.pinned.change(1, 2, 0, PAGE | ASSIGNED))).toEqual(['I4a']);
  });

  test('I7 with a leaf of a page that nobody has', () =>
    expect(
      brokenAfter('rfc-v8', (vm, conversion) => {
        vm.pages.change(1, 2, 0, ATTRIBUTE_PRIVATE);
        vm.npt.insert(1, 1, PRIVATE, 1, 6);
        convert(conversion, 1);
        conversion.stage = 3;
      }),
    ).toEqual(['I7']));

  test('I8 with an invalidation that nobody ends, or one that was not counted', () => {
    expect(brokenAfter('6.11', (vm) => vm.invalidation.begin())).toEqual(['I8']);
    expect(brokenAfter('6.11', (vm) => vm.invalidation.end())).toEqual(['I8']);
    const counted = brokenAfter('6.11', (vm) => {
      vm.invalidation.begin();
      vm.invalidation.end();
      vm.invalidation.sequence++;
    });
    expect(counted).toEqual(['I8']);
  });
});

test('RMPUPDATE drops the translations of the page, and of no other page or kind', () => {
  const tlb = new Tlb(8);
  const fills = [
    [0, 1, true, PRIVATE, 1],
    [1, 1, false, PRIVATE, 1],
    [2, 1, true, PRIVATE, 2],
    [3, 1, false, SHARED, 0],
    [0, 2, true, PRIVATE, 1],
  ] as const;
  for (const [vcpu, gfn, mode, kind, generation] of fills) tlb.fill(vcpu, gfn, mode, kind, generation, true, false, 1, 6);
  tlb.dropPages(1, 2, 1);
  expect(fills.map(([vcpu, gfn, mode]) => tlb.find(vcpu, gfn, mode) >= 0)).toEqual([false, false, true, true, true]);
});
