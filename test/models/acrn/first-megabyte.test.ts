/** What a write of MTRRdefType does to the first megabyte, frame by frame, and to large pages. */
import { DEFAULT_MACHINE } from '../../default-machine.js';
import { LEVEL_2M, LEVEL_4K, type Level } from '../../../models/contract/address.js';
import { RAM, type Region } from '../../../models/contract/machine.js';
import { UC, WB, WC, WP, WT } from '../../../models/contract/memory-type.js';
import { levelOf, memtypeOf } from '../../../models/contract/observation.js';
import { NO_PAUSE, READ } from '../../../models/contract/operation.js';
import { profiles } from '../../../models/acrn/versions.js';

function vm(level: Level = LEVEL_4K) {
  const region: Region = { ...DEFAULT_MACHINE.regions[0], level };
  const model = profiles[0].create();
  model.reset({ ...DEFAULT_MACHINE, regions: [region] });
  const access = (gfn: number) => model.access(0, gfn, READ, 0, LEVEL_4K, false, true, NO_PAUSE);
  return { model, type: (gfn: number) => memtypeOf(access(gfn)), level: (gfn: number) => levelOf(access(gfn)) };
}

test.each([
  ['64K', 0x250, 3, 0x30, 0x10],
  ['16K', 0x258, 7, 0x9c, 4],
  ['16K', 0x259, 0, 0xa0, 4],
  ['4K', 0x268, 5, 0xc5, 1],
  ['4K', 0x26f, 7, 0xff, 1],
])('A byte of a %s range, MSR %#x byte %i, types its frames and no other', (_, msr, byte, first, pages) => {
  const { model, type } = vm();
  const value = (index: number) => (index === byte ? WT : WB) * 2 ** (8 * (index % 4));
  const half = (from: number) => [0, 1, 2, 3].reduce((sum, index) => sum + value(from + index), 0);
  model.writeMsr(0, msr, half(4), half(0));
  expect(type(first)).toBe(WB);
  model.writeMsr(0, 0x2ff, 0, 0xc06);
  const typed = Array.from({ length: 0x100 }, (_each, gfn) => gfn).filter((gfn) => type(gfn) !== WB);
  expect([typed[0], typed.length, type(first)]).toEqual([first, pages, WT]);
});

test.each([
  [0x800, UC],
  [0x801, WC],
  [0x402, UC],
  [0x803, UC],
  [0x4, WT],
  [0x405, WP],
  [0x806, WB],
  [0x807, UC],
  [0x816, UC],
])('MTRRdefType %#x fills the first megabyte with its type, what is none with UC', (value, type) => {
  const machine = vm();
  machine.model.writeMsr(0, 0x2ff, 0, value);
  expect([machine.type(0), machine.type(0xff), machine.type(0x100)]).toEqual([type, type, WB]);
});

test('The large page that begins at 0 is split and stays so until the range is mapped anew; the next one stays large', () => {
  const { model, level, type } = vm(LEVEL_2M);
  expect([level(0), level(0x1ff)]).toEqual([LEVEL_2M, LEVEL_2M]);
  model.writeMsr(0, 0x2ff, 0, 0x800);
  expect([level(0), level(0x1ff), level(0x200)]).toEqual([LEVEL_4K, LEVEL_4K, LEVEL_2M]);
  model.setBacking(0, 0x200, RAM, LEVEL_2M, WB);
  expect([level(0), type(0)]).toEqual([LEVEL_2M, WB]);
});

test('A write that changes MTRRdefType counts a zap, one that changes nothing does not', () => {
  const { model } = vm();
  for (const value of [0xc00, 0xc06, 0xc06, 0xc00]) model.writeMsr(0, 0x2ff, 0, value);
  expect(model.counters().zaps).toBe(2);
});

test('A restore writes fixed ranges before MTRRdefType, so that one which was late is in force', () => {
  const { model, type } = vm();
  model.writeMsr(0, 0x2ff, 0, 0xc06);
  model.writeMsr(0, 0x250, 0, 0);
  expect(type(0)).toBe(WB);
  model.saveRestore();
  expect([type(0), model.counters().zaps]).toEqual([UC, 1]);
});

test('While CR0.PG=0 the PAT is not consulted, so that CR0.CD has no effect', () => {
  const { model, type } = vm();
  model.writeCr0(0, true, true, false);
  expect(type(0x200)).toBe(UC);
  model.writeCr0(0, false, true, false);
  expect(type(0x200)).toBe(WB);
});
