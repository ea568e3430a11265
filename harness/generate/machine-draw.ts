/** Random machines: mostly ordinary, with each key at its edges now and then. */
import { type Machine, NO_NESTED } from '../../models/contract/machine.js';
import type { Value64 } from '../../models/contract/operation.js';
import type { Random } from '../operations/random.js';
import type { Share } from './feature-set.js';
import { drawRegions, drawSlots } from './region-draw.js';

const VCPUS = [1, 1, 1, 2, 2, 2, 3, 8];
const WIDTHS = [46, 46, 46, 36, 39, 40, 48, 52];
const STARTS: readonly Machine['cr0'][] = [
  { pg: true, cd: false, nw: false },
  { pg: true, cd: false, nw: false },
  { pg: true, cd: false, nw: false },
  { pg: true, cd: false, nw: false },
  { pg: false, cd: false, nw: false },
  { pg: true, cd: true, nw: false },
  { pg: true, cd: true, nw: true },
  { pg: false, cd: true, nw: true },
];

const NOTHING: Value64 = { hi: 0, lo: 0 };

/** What the generator makes: every machine has its keys in one order, so that V8 knows a single shape of them. */
export type DrawnMachine = { -readonly [K in keyof Machine]: Machine[K] };

export function drawMachine(random: Random, privateMemory: Share): DrawnMachine {
  const maxPhysAddr = WIDTHS[random.below(8)];
  const machine = drawHost(random, maxPhysAddr, privateMemory);
  if (machine.privateMemory && random.chance(144)) {
    machine.vcpus = Math.max(2, machine.vcpus);
    machine.regions = drawSlots(random);
  } else machine.regions = drawRegions(random, 2 ** (maxPhysAddr - 12));
  return machine;
}

/** Everything but the memory layout, which is empty: what a real set-up is run under, too. */
export function drawHost(random: Random, maxPhysAddr: number, privateMemory: Share): DrawnMachine {
  // It is drawn always, so that the rest of the machine is the same whoever sits on the panel.
  const someHaveIt = random.chance(23);
  return {
    vcpus: VCPUS[random.below(8)],
    maxPhysAddr,
    hostPhysAddr: random.chance(208) ? Math.max(46, maxPhysAddr) : maxPhysAddr + random.below(53 - maxPhysAddr),
    guestMtrr: random.chance(240),
    selfSnoop: random.chance(216),
    noncoherentDevices: random.chance(128) ? 0 : random.chance(208) ? 1 : 2 + random.below(2),
    iommu: random.chance(160),
    ioResources: random.chance(72),
    quirkCdNwCleared: random.chance(192),
    quirkIgnoreGuestPat: random.chance(192),
    cr0: STARTS[random.below(8)],
    privateMemory: privateMemory === 'all' || (privateMemory === 'some' && someHaveIt),
    regions: [],
    vcnt: 8,
    syscfg: NOTHING,
    topMem2: NOTHING,
    nested: NO_NESTED,
    nestedSharedPat: true,
    initShared: false,
    longMode: false,
    guestOs: null,
  };
}

/** A machine for a set-up: what its steps depend on is kept. */
export function drawAround(random: Random, setup: Machine, privateMemory: Share): DrawnMachine {
  const machine = drawHost(random, setup.maxPhysAddr, privateMemory);
  machine.vcpus = setup.vcpus;
  machine.cr0 = setup.cr0;
  machine.regions = setup.regions;
  return machine;
}
