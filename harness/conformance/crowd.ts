/** Scenarios that random ones hardly ever are: every segment of the fixed-range MTRRs at both ends, more ranges than tables begin with. */
import { Place } from '../operations/usage-error.js';
import { scenarioFrom } from '../scenario/parse.js';
import type { Scenario } from '../scenario/scenario.js';
import { fixedRange } from './registers.js';

const FIXED = [0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f];
/** In an order in which no two neighbours are alike, wherever one starts. */
const TYPES = [6, 0, 4, 1, 5];
const SEGMENTS = 8;
/** MTRRs and fixed ranges enabled, default type UC. */
const ALL_ENABLED = '0xc00';
/** More than any table of a model holds before it grows. */
const RANGES = 40;
const RAM_PAGES = 0x4000;

const PAGE = 0x1000;
/** Bits 35:0, of a guest whose addresses have 36. */
const MASKABLE = 2 ** 36;
const VALID = 0x800;
const OUTER = 0x1000;
const INNER = 0x1100;

type Step = Readonly<Record<string, unknown>>;
const hex = (value: number) => `0x${value.toString(16)}`;
const access = (gfn: number): Step => ({ op: 'access', vcpu: 0, gfn: hex(gfn), kind: 'read', pat: 0 });
const write = (msr: number, value: string): Step => ({ op: 'write-msr', vcpu: 0, msr: hex(msr), value });

function scenario(steps: readonly Step[], machine: object): Scenario {
  const regions = [{ gfn: '0x0', pages: hex(RAM_PAGES), backing: 'ram' }];
  return scenarioFrom({ format: 'emtdiff-scenario/1', machine: { regions, ...machine }, steps }, new Place('crowd', '$'));
}

/** The eight bytes of a fixed-range MTRR, the types one further for each register. */
function spread(index: number): string {
  const bytes = Array.from({ length: SEGMENTS }, (_, byte) => TYPES[(index + byte) % TYPES.length]);
  return `0x${bytes
    .reverse()
    .map((type) => type.toString(16).padStart(2, '0'))
    .join('')}`.replace(/^0x0/, '0x');
}

/** First and last frame of every segment. */
function segmentEdges(msr: number): number[] {
  const { gfn, end } = fixedRange(msr) as { gfn: number; end: number };
  const pages = (end - gfn) / SEGMENTS;
  const firsts = Array.from({ length: SEGMENTS }, (_, byte) => gfn + byte * pages);
  return firsts.flatMap((first) => (pages === 1 ? [first] : [first, first + pages - 1]));
}

/** All fixed ranges are of one type but for one byte, so that only that byte keeps the first huge page apart. */
function oneByteApart(at: number): Scenario {
  const same = '0x606060606060606';
  const different = (byte: number) =>
    `0x${Array.from({ length: SEGMENTS }, (_, i) => (7 - i === byte ? '00' : '06')).join('')}`.replace('0x0', '0x');
  const writes = FIXED.map((msr, index) => write(msr, index === at >> 3 ? different(at & 7) : same));
  const regions = [{ gfn: '0x0', pages: hex(RAM_PAGES), backing: 'ram', level: '2M' }];
  return scenario([...writes, write(0x2ff, '0xc06'), access(0x180)], { regions, noncoherentDevices: 1 });
}

/** Every second frame backed anew: more ranges than tables begin with. The first and the last are looked at. */
function manyRanges(): Scenario {
  const frames = Array.from({ length: RANGES }, (_, index) => 0x1000 + 2 * index);
  const backed = frames.map((gfn): Step => ({ op: 'set-backing', gfn: hex(gfn), pages: '0x1', backing: 'device' }));
  return scenario([...backed, ...aroundEnds(frames).map(access)], { noncoherentDevices: 1 });
}

function aroundEnds(frames: readonly number[]): number[] {
  return [frames[0], frames[0] + 1, frames[frames.length >> 1], frames[frames.length - 1], frames[frames.length - 1] + 1];
}

/** As many conversions, of every second frame, each touched. */
function manyConversions(): Scenario {
  const frames = Array.from({ length: RANGES }, (_, index) => 0x1000 + 2 * index);
  const touch = (gfn: number) => ({ ...access(gfn), private: true });
  const converted = frames.flatMap((gfn): Step[] => [
    { op: 'set-attributes', gfn: hex(gfn), pages: '0x1', to: 'private' },
    touch(gfn),
  ]);
  return scenario([...converted, ...aroundEnds(frames).flatMap((gfn) => [access(gfn), touch(gfn)])], { privateMemory: true });
}

/** Two ranges of every two types, the second inside the first: before, in and after both. */
function overlaps(): Scenario {
  const types = [...TYPES].sort();
  const range = (pair: number, gfn: number, pages: number): Step[] => [
    write(0x200 + 2 * pair, hex(gfn * PAGE)),
    write(0x201 + 2 * pair, hex(MASKABLE - pages * PAGE + VALID)),
  ];
  const pairs = types.flatMap((outer) => types.map((inner) => [outer, inner] as const));
  return scenario(
    [
      write(0x2ff, '0x800'),
      ...range(0, OUTER, 0x200),
      ...range(1, INNER, 0x100),
      ...pairs.flatMap(([outer, inner]) => [
        write(0x200, hex(OUTER * PAGE + outer)),
        write(0x202, hex(INNER * PAGE + inner)),
        access(INNER),
      ]),
      ...[OUTER - 1, OUTER, INNER - 1, OUTER + 0x1ff, OUTER + 0x200].map(access),
    ],
    { maxPhysAddr: 36, noncoherentDevices: 1 },
  );
}

/** Each register written while frames at both ends of what it covers, and right after, are mapped; then they are looked at again. */
function zapEnds(): Scenario {
  const around = (first: number, end: number) => [first, end - 1, end].map(access);
  const fixed = FIXED.flatMap((msr, index) => {
    const { gfn, end } = fixedRange(msr) as { gfn: number; end: number };
    return [...around(gfn, end), write(msr, spread(index + 2)), ...around(gfn, end)];
  });
  const variable = [
    write(0x201, hex(MASKABLE - 0x200 * PAGE + VALID)),
    write(0x200, hex(OUTER * PAGE + 5)),
    ...around(OUTER, OUTER + 0x200),
    write(0x200, hex(OUTER * PAGE + 4)),
    ...around(OUTER, OUTER + 0x200),
  ];
  return scenario([write(0x2ff, '0xc06'), ...fixed, ...variable], { maxPhysAddr: 36, noncoherentDevices: 1 });
}

/** @param hasPrivateMemory whether the subject converts frames */
export function crowdedScenarios(hasPrivateMemory: boolean): Scenario[] {
  const writes = FIXED.map((msr, index) => write(msr, spread(index)));
  const everySegment = scenario([...writes, write(0x2ff, ALL_ENABLED), ...FIXED.flatMap(segmentEdges).map(access)], {
    noncoherentDevices: 1,
  });
  const apart = [0, 1, 7, 8, 24, 87].map(oneByteApart);
  return [everySegment, overlaps(), zapEnds(), ...apart, manyRanges(), ...(hasPrivateMemory ? [manyConversions()] : [])];
}
