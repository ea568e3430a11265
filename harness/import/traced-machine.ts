/** The machine of a traced VM, as JSON of the scenario format, and what it rests on. */
import { LEVEL_NAMES } from '../../models/contract/address.js';
import { pagesOf } from './leaf-entry.js';
import { bitLength, DEFAULT_WIDTH } from './register-draft.js';
import type { TraceFacts } from './trace-steps.js';
import type { VmFacts } from './vm-facts.js';

export interface TracedMachine {
  readonly machine: Record<string, unknown>;
  readonly notes: readonly string[];
}

/** What the user knows better. */
export interface KnownMachine {
  /** Devices whose DMA does not snoop. */
  readonly noncoherentDevices?: number | undefined;
}

/** Regions beyond this are left out of the machine. */
const MOST_REGIONS = 4096;
const NARROWEST = 36;

export function tracedMachine(vm: VmFacts, facts: TraceFacts, width: number, known: KnownMachine): TracedMachine {
  const notes: string[] = [];
  const noncoherent = known.noncoherentDevices ?? (vm.noncoherent.atStart() ? 1 : 0);
  if (known.noncoherentDevices === undefined && vm.noncoherent.isSilent)
    notes.push('assumed: no device with non-coherent DMA: neither a leaf nor a zap shows one');
  else if (known.noncoherentDevices === undefined)
    notes.push(
      `${noncoherent === 0 ? 'no device' : 'a device'} with non-coherent DMA at the start: leaves and zaps show it, no event says it`,
    );
  if (vm.reset === null)
    notes.push('assumed: CR0 at the start with paging on and caches enabled: the trace does not show the reset');
  else notes.push(`registers at the start are those of reset (${vm.reset})`);
  const quirks = vm.uncachedIpat > 1 ? ['ignore-guest-pat'] : undefined;
  if (quirks !== undefined) notes.push('quirk cd-nw-cleared disabled: leaves UC with ipat show it');
  if (width === 0) notes.push(`assumed: an address width of ${DEFAULT_WIDTH} bits: no mask tells it`);
  const bits = Math.max(width === 0 ? DEFAULT_WIDTH : Math.max(NARROWEST, width), bitLength(BigInt(vm.top)) + 12);
  return {
    machine: {
      ...(vm.vcpus === 1 ? {} : { vcpus: vm.vcpus }),
      ...(bits === DEFAULT_WIDTH ? {} : { maxPhysAddr: bits }),
      ...(noncoherent === 0 ? {} : { noncoherentDevices: noncoherent, iommu: true }),
      ...(quirks === undefined ? {} : { quirks }),
      ...(vm.isColdCpu ? { cr0: { pg: false, cd: true, nw: true } } : {}),
      ...regionsKey(vm, facts, 2 ** (bits - 12), notes),
    },
    notes,
  };
}

interface Piece {
  readonly start: number;
  readonly end: number;
  /** Null: nothing behind it. */
  readonly backing: 'ram' | 'device' | null;
  readonly level: 1 | 2 | 3;
}

/** RAM from 0 to beyond the last frame seen, but for holes and devices; large where a large leaf was seen. */
function regionsKey(vm: VmFacts, facts: TraceFacts, limit: number, notes: string[]): { regions?: unknown } {
  const holes = runsOf(vm.holes(facts.hasLeafEvents)).map(({ start, end }): Piece => ({ start, end, backing: null, level: 1 }));
  const devices = runsOf(vm.devices()).map(({ start, end }): Piece => ({ start, end, backing: 'device', level: 1 }));
  const large = [...vm.large].map(([start, level]): Piece => ({ start, end: start + pagesOf(level), backing: 'ram', level }));
  let top = 0x100000;
  while (top <= vm.top) top *= 2;
  const special = [...holes, ...devices];
  const levels = joined(large.filter(({ start, end }) => !special.some((other) => other.start < end && start < other.end)));
  const pieces = [...special, ...levels].sort((a, b) => a.start - b.start);
  if (pieces.length > MOST_REGIONS)
    notes.push(`${pieces.length} ranges that are no plain RAM: those from the ${MOST_REGIONS}th on are taken for RAM`);
  if (devices.length > 0)
    notes.push(`assumed: a device behind ${counted(vm.devices().length, 'frame')} with leaves that are UC without ipat`);
  if (holes.length > 0)
    notes.push(`nothing behind ${counted(vm.holes(facts.hasLeafEvents).length, 'frame')}: faults that no leaf followed`);
  const regions = filled(pieces.slice(0, MOST_REGIONS), Math.min(top, limit));
  if (regions.length === 1 && regions[0].start === 0 && regions[0].end === 0x100000 && regions[0].level === 1) return {};
  return {
    regions: regions.map(({ start, end, backing, level }) => ({
      gfn: `0x${start.toString(16)}`,
      pages: `0x${(end - start).toString(16)}`,
      backing,
      ...(level === 1 ? {} : { level: LEVEL_NAMES[level] }),
    })),
  };
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** RAM of small pages between the pieces. */
function filled(pieces: readonly Piece[], top: number): Piece[] {
  const regions: Piece[] = [];
  let next = 0;
  for (const piece of pieces) {
    if (piece.start < next) continue;
    if (piece.start > next) regions.push({ start: next, end: piece.start, backing: 'ram', level: 1 });
    if (piece.backing !== null) regions.push(piece);
    next = piece.end;
  }
  if (next < top) regions.push({ start: next, end: top, backing: 'ram', level: 1 });
  return regions;
}

function runsOf(frames: readonly number[]): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  for (const gfn of frames) {
    const last = runs.at(-1);
    if (last?.end === gfn) last.end++;
    else runs.push({ start: gfn, end: gfn + 1 });
  }
  return runs;
}

function joined(pieces: readonly Piece[]): Piece[] {
  const found: Piece[] = [];
  for (const piece of [...pieces].sort((a, b) => a.start - b.start)) {
    const last = found.at(-1);
    if (last !== undefined && last.end === piece.start && last.level === piece.level)
      found[found.length - 1] = { ...last, end: piece.end };
    else if (last === undefined || piece.start >= last.end) found.push(piece);
  }
  return found;
}
