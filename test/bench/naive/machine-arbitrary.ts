/** Random machines the way fast-check's users draw records: same keys, layouts and odds as the campaign's, without private memory. */
import fc from 'fast-check';
import { DEFAULT_MACHINE } from '../../default-machine.js';
import {
  type Backing,
  BACKING_HOST_MTRR,
  BACKING_HOST_PAT,
  type Machine,
  RAM,
  type Region,
} from '../../../models/contract/machine.js';
import type { Level } from '../../../models/contract/address.js';

const level = fc.constantFrom<Level>(1, 1, 2, 2, 3);
const backing = fc.constantFrom<Backing>(0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);

const region = (gfn: number, pages: number, kinds: fc.Arbitrary<Backing>): fc.Arbitrary<Region> =>
  fc.record({ backing: kinds, level }).map((drawn) => ({
    gfn,
    pages,
    ...drawn,
    hostMtrr: BACKING_HOST_MTRR[drawn.backing],
    hostPat: BACKING_HOST_PAT[drawn.backing],
    specialOffset: 0,
    specialPages: 0,
  }));

const ram = fc.constant<Backing>(RAM);
const flat = fc.tuple(region(0, 0x100000, ram));
const pc = fc.tuple(
  region(0, 0xa0, ram),
  region(0xa0, 0x20, backing),
  region(0xc0, 0x40, ram),
  region(0x100, 0x7ff00, ram),
  region(0x80000, 0x400, backing),
  region(0x100000, 0x40000, ram),
);
const scattered = fc.tuple(
  region(0, 0x80, backing),
  region(0xa0, 0x10, backing),
  region(0x100, 0x100, backing),
  region(0x400, 0x200, backing),
  region(0xc0000, 0x400, backing),
);

export const machineArbitrary: fc.Arbitrary<Machine> = fc
  .record({
    vcpus: fc.constantFrom(1, 1, 1, 2, 2, 2, 3, 8),
    maxPhysAddr: fc.constantFrom(46, 46, 46, 36, 39, 40, 48, 52),
    guestMtrr: fc.integer({ min: 0, max: 15 }).map((draw) => draw > 0),
    selfSnoop: fc.integer({ min: 0, max: 7 }).map((draw) => draw > 0),
    noncoherentDevices: fc.constantFrom(0, 0, 0, 0, 1, 1, 1, 2),
    iommu: fc.boolean(),
    ioResources: fc.boolean(),
    quirkCdNwCleared: fc.boolean(),
    quirkIgnoreGuestPat: fc.boolean(),
    cr0: fc.record({ pg: fc.constantFrom(true, true, true, false), cd: fc.constantFrom(false, false, true) }),
    regions: fc.oneof(flat, pc, scattered),
  })
  .map((drawn) => ({
    ...DEFAULT_MACHINE,
    ...drawn,
    hostPhysAddr: Math.max(46, drawn.maxPhysAddr),
    cr0: { ...drawn.cr0, nw: false },
  }));
