/** Leaves of one EPT root: no frame has two, so that an answer never depends on which leaf was looked up before. */
import { EptLeaves } from '../../../models/intel-ept/ept-leaves.js';
import type { LeafWord } from '../../../models/intel-ept/leaf-word.js';
import { DrivenVm, LEVEL_1G, LEVEL_2M, LEVEL_4K, region } from './driven-vm.js';

const word = (number: number) => number as LeafWord;

describe('A leaf that is larger than those below it', () => {
  test('takes their place, and only theirs', () => {
    const leaves = new EptLeaves();
    for (const gfn of [0x1ff, 0x200, 0x3ff, 0x400]) leaves.add(gfn, LEVEL_4K, word(gfn));
    // The small ones are the ones found last.
    for (const gfn of [0x200, 0x3ff]) expect(leaves.word(leaves.find(gfn))).toBe(gfn);
    leaves.add(0x200, LEVEL_2M, word(1));
    expect(leaves.count).toBe(3);
    expect([0x1ff, 0x200, 0x3ff, 0x400].map((gfn) => leaves.word(leaves.find(gfn)))).toEqual([0x1ff, 1, 1, 0x400]);
    leaves.add(0, LEVEL_1G, word(2));
    expect(leaves.count).toBe(1);
  });

  test('is of the vCPU that built it for all, where another had built smaller ones by its own MTRRs', () => {
    const vm = new DrivenVm('6.6', { regions: [region(0, 0x400, 0, LEVEL_2M)] });
    // vCPU 1: WB everywhere. vCPU 0: WB below 0x80, UC above, so that it maps by 4 KiB.
    vm.writeAll('2ff=806', 1);
    vm.writeAll('200=6 201=ffff80800 2ff=800', 0);
    expect([vm.level(0xa0, 0), vm.leaf(0xa0, 0)]).toEqual(['4K', 'UC']);
    expect([vm.level(0x10, 1), vm.leaf(0x10, 1)]).toEqual(['2M', 'WB']);
    // Another leaf is built and found in between, so that the large one is not the first to be tried.
    expect([vm.level(0x200, 1), vm.leaf(0x200, 1)]).toEqual(['2M', 'WB']);
    expect([vm.level(0xa0, 0), vm.leaf(0xa0, 0)]).toEqual(['2M', 'WB']);
    expect(vm.counters()).toMatchObject({ zappedLeaves: 0, faults: 3 });
  });
});
