/** The model's own structures against plain ones: maps under collisions and removal, attributes as ranges, page tables. */
import { AttributeRanges } from '../../../models/tdx/attribute-ranges.js';
import { FrameMap } from '../../../models/tdx/frame-map.js';
import { Draw } from './draw.js';
import { machine, region, Td } from './td.js';

test('a frame map holds what a Map holds, through growth, removal and clearing', () => {
  const draw = new Draw(11);
  const map = new FrameMap();
  for (let round = 0; round < 6; round++) {
    const plain = new Map<number, number>();
    for (let step = 0; step < 1000; step++) {
      const key = draw.below(400) * draw.of([1, 2 ** 12, 2 ** 33]);
      const entry = map.find(key);
      expect(entry < 0 ? undefined : map.pfns[entry]).toBe(plain.get(key));
      if (entry < 0) {
        map.insert(key, step, step & 255);
        plain.set(key, step);
      } else if (draw.below(3) > 0) {
        map.removeAt(entry);
        plain.delete(key);
      }
      expect(map.count).toBe(plain.size);
    }
    expect([...map.keys.subarray(0, map.count)].sort()).toEqual([...plain.keys()].sort());
    map.clear();
    for (const key of plain.keys()) expect(map.find(key)).toBe(-1);
  }
});

test('attributes as ranges are the attributes frame by frame', () => {
  const draw = new Draw(5);
  const ranges = new AttributeRanges();
  const frames = Array<boolean>(160).fill(false);
  for (let step = 0; step < 1500; step++) {
    const start = draw.below(156);
    const end = start + 1 + draw.below(4);
    const isPrivate = draw.below(2) === 0;
    const inside = frames.slice(start, end);
    expect(ranges.isUniform(start, end)).toBe(inside.every((one) => one === inside[0]));
    expect(ranges.isAll(start, end, isPrivate)).toBe(inside.every((one) => one === isPrivate));
    ranges.set(start, end, isPrivate);
    frames.fill(isPrivate, start, end);
    const gfn = draw.below(160);
    expect(ranges.isPrivate(gfn)).toBe(frames[gfn]);
  }
  const listed = ranges.ranges().flatMap(([start, end]) => frames.map((_, gfn) => gfn).slice(start, end));
  expect(listed).toEqual(frames.flatMap((isPrivate, gfn) => (isPrivate ? [gfn] : [])));
});

test('a guest of 2^40 frames converts, maps and punches without a walk over them', () => {
  const pages = 2 ** 40;
  const td = new Td('tdx/6.16', machine({ maxPhysAddr: 52, hostPhysAddr: 52, regions: [region(0, pages, 3)] }));
  td.shared(pages - 1);
  td.convert(0, pages, 'private');
  expect(td.acknowledged(pages - 1)).toBe('ok 4K WB private');
  td.convert(pages - 1, pages, 'shared');
  expect([td.shared(pages - 1), td.punch(0, pages), td.zap(0, pages), td.shared(pages - 2)]).toEqual([
    'ok 4K WB shared',
    'ok',
    'ok',
    'memory-fault shared',
  ]);
  expect([...td.broken]).toEqual([]);
});

test('ten thousand accepted pages are mapped, converted and freed', () => {
  const td = new Td('tdx/6.16', { regions: [region(0, 16384)] });
  td.convert(0, 16384, 'private');
  for (let gfn = 0; gfn < 10_000; gfn++) td.model.access(0, gfn, 1, 0, 1, true, true, 0);
  td.convert(0, 5000, 'shared');
  expect([td.since('accept'), td.since('remove')]).toEqual([10_000, 5000]);
  td.punch(0, 16384);
  expect([td.since('free'), td.since('remove')]).toEqual([10_000, 10_000]);
  expect([...td.broken]).toEqual([]);
});

test('a 1G leaf under which one page is converted comes back in one piece', () => {
  const G = 512 * 512;
  const td = new Td('tdx/6.16', { regions: [region(0, G, 3)] });
  const levels = [td.shared(5)];
  td.convert(5, 6, 'private');
  levels.push(td.shared(6), td.shared(512), td.acknowledged(5));
  td.convert(5, 6, 'shared');
  td.mark();
  levels.push(td.shared(5));
  expect(levels).toEqual(['ok 1G WB shared', 'ok 4K WB shared', 'ok 2M WB shared', 'ok 4K WB private', 'ok 1G WB shared']);
  // The page table gave way, with the two leaves under it, and the range was flushed.
  expect([td.since('tlbFlush'), td.since('zapLeaf'), Object.keys(td.model.state()).filter((key) => key.startsWith('gfn'))]).toEqual(
    [1, 0, ['gfn 0x0']],
  );
  td.zap(0, 1);
  td.mark();
  expect([td.shared(7), td.since('tlbFlush')]).toEqual(['ok 1G WB shared', 0]);
  // The page tables under it went too.
  td.convert(1024, 1025, 'private');
  td.mark();
  expect([td.shared(7), td.since('tlbFlush')]).toEqual(['ok 2M WB shared', 0]);
});
