/** A point of the decision space as a scenario of a few steps that ends in the access which answers it. */
import {
  BACKING_HOST_MTRR,
  BACKING_HOST_PAT,
  type Backing,
  type Machine,
  DEVICE,
  type Region,
} from '../../models/contract/machine.js';
import { UC, WB, WC, WP, WT } from '../../models/contract/memory-type.js';
import { DEF_TYPE, PAT } from '../../models/contract/msr.js';
import type { Operation } from '../../models/contract/operation.js';
import { Place } from '../operations/usage-error.js';
import { machineFrom } from '../scenario/parse.js';
import type { Scenario } from '../scenario/scenario.js';
import { BACKINGS, DEVICES, MTRRS, PATS, pointAt, QUIRKS } from './dimensions.js';

/** The only frame there is: above 1 MiB, so that no fixed range covers it. */
const FRAME = 0x100;
const HOLE = BACKINGS.indexOf('hole');
const TYPES = { UC, WC, WT, WP, WB } as const;
/** MTRRdefType.E. */
const ENABLE = 0x800;
/** PAT with every type in it: as after reset, but for entry 4, WC, and entry 5, WP. */
const ALL_TYPES = { hi: 0x00070501, lo: 0x00070406 };
/** Entry that holds the type; those below 4 hold it from reset on. */
const ENTRY: Readonly<Record<(typeof PATS)[number], number>> = { WB: 0, WT: 1, 'UC-': 2, UC: 3, WC: 4, WP: 5 };
const DEFAULT_MACHINE = machineFrom({}, new Place('the default machine', '$'));

/**
 * The scenario of the point with this number.
 * @param isTypeAsked of a hole the type that the MTRRs give it, which an access of it does not show
 */
export function pointScenario(index: number, isTypeAsked = false): Scenario {
  const [backing, devices, quirks, selfSnoop, cacheDisable, mtrr, pat] = pointAt(index);
  return {
    origin: `decision space, point ${index}`,
    machine: machineOf(
      backing === HOLE ? (isTypeAsked ? DEVICE : null) : (backing as Backing),
      DEVICES[devices],
      QUIRKS[quirks],
      selfSnoop === 0,
    ),
    steps: [
      ...(DEVICES[devices] === 'coherent' ? [ATTACH_COHERENT] : []),
      ...(ENTRY[PATS[pat]] < 4 ? [] : [WRITE_PAT]),
      ...mtrrSteps(MTRRS[mtrr]),
      ...(cacheDisable === 0 ? [] : [DISABLE_CACHES]),
      readBy(ENTRY[PATS[pat]]),
    ],
  };
}

const ATTACH_COHERENT: Operation = { op: 'attach-device', coherent: true };
const WRITE_PAT: Operation = { op: 'write-msr', vcpu: 0, msr: PAT, value: ALL_TYPES };
const DISABLE_CACHES: Operation = { op: 'write-cr0', vcpu: 0, pg: true, cd: true, nw: false };

function mtrrSteps(type: (typeof MTRRS)[number]): Operation[] {
  return type === 'off' ? [] : [{ op: 'write-msr', vcpu: 0, msr: DEF_TYPE, value: { hi: 0, lo: ENABLE | TYPES[type] } }];
}

function readBy(entry: number): Operation {
  return { op: 'access', vcpu: 0, gfn: FRAME, kind: 0, pat: entry, pageSize: 1, private: false, ack: true, pauseAfter: 0 };
}

function machineOf(
  backing: Backing | null,
  devices: (typeof DEVICES)[number],
  quirks: (typeof QUIRKS)[number],
  selfSnoop: boolean,
): Machine {
  return {
    ...DEFAULT_MACHINE,
    selfSnoop,
    noncoherentDevices: devices === 'non-coherent' ? 1 : 0,
    iommu: devices === 'iommu' || devices === 'coherent' || devices === 'non-coherent',
    ioResources: devices === 'io-resources',
    quirkCdNwCleared: quirks === 'both' || quirks === 'cd-nw-cleared',
    quirkIgnoreGuestPat: quirks === 'both' || quirks === 'ignore-guest-pat',
    regions: backing === null ? [] : [regionOf(backing)],
  };
}

function regionOf(backing: Backing): Region {
  return {
    gfn: FRAME,
    pages: 1,
    backing,
    level: 1,
    hostMtrr: BACKING_HOST_MTRR[backing],
    hostPat: BACKING_HOST_PAT[backing],
    specialOffset: 0,
    specialPages: 0,
  };
}
