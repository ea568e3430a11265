/** The keys of `machine` in the order of docs/scenario-format.md: default, parsing, printing, simpler values. */
import { GUEST_OS_NAMES, type GuestOsName } from '../../models/contract/guest-os.js';
import { type Machine, NESTED_NAMES, type Nested } from '../../models/contract/machine.js';
import type { Value64 } from '../../models/contract/operation.js';
import { count, flag, flagUnlessFalse, named } from '../operations/fields.js';
import { shown } from '../operations/usage-error.js';
import { objectWith } from '../operations/known-keys.js';
import type { Place } from '../operations/usage-error.js';
import { value64 } from '../operations/value64.js';
import { DEFAULT_REGIONS, parseRegions, printRegions, sameRegions, simplerRegions } from './regions.js';

/** One JSON key of a machine. */
interface MachineKey<T> {
  /** Depends on keys before it (`hostPhysAddr`). */
  default(machine: Partial<Machine>): T;
  parse(value: unknown, place: Place, machine: Partial<Machine>): T;
  print(value: T): unknown;
  get(machine: Machine): T;
  set(machine: Partial<Machine>, value: T): Partial<Machine>;
  same(a: T, b: T): boolean;
  /** Beside the default itself. */
  simpler(value: T, machine: Machine): readonly T[];
}

type Plain =
  | 'vcpus'
  | 'maxPhysAddr'
  | 'hostPhysAddr'
  | 'guestMtrr'
  | 'selfSnoop'
  | 'noncoherentDevices'
  | 'iommu'
  | 'ioResources'
  | 'privateMemory'
  | 'vcnt'
  | 'nested'
  | 'nestedSharedPat'
  | 'initShared'
  | 'longMode'
  | 'guestOs';
interface PlainField<T> {
  parse(value: unknown, place: Place): T;
  print(value: T): unknown;
  simpler(value: T): readonly T[];
}

function plainKey<K extends Plain>(
  key: K,
  field: PlainField<Machine[K]>,
  fallback: (machine: Partial<Machine>) => Machine[K],
): MachineKey<Machine[K]> {
  return {
    default: fallback,
    parse: (value, place) => field.parse(value, place),
    print: field.print,
    get: (machine) => machine[key],
    set: (machine, value) => ({ ...machine, [key]: value }),
    same: (a, b) => a === b,
    simpler: (value) => field.simpler(value),
  };
}

const widths = { ...count(36, 52), simpler: () => [] };
/** 8 is what every hypervisor has: fewer pairs, or more, are a step away from it. */
const vcnt = { ...count(0, 10), simpler: () => [] };
const QUIRKS = ['cd-nw-cleared', 'ignore-guest-pat'] as const;
type Quirks = readonly (typeof QUIRKS)[number][];
type Cr0 = Machine['cr0'];
const CR0_DEFAULT: Cr0 = { pg: true, cd: false, nw: false };

const quirks: MachineKey<Quirks> = {
  default: () => QUIRKS,
  parse: parseQuirks,
  print: (value) => value,
  get: (machine) => QUIRKS.filter((quirk) => (quirk === 'cd-nw-cleared' ? machine.quirkCdNwCleared : machine.quirkIgnoreGuestPat)),
  set: (machine, value) => ({
    ...machine,
    quirkCdNwCleared: value.includes('cd-nw-cleared'),
    quirkIgnoreGuestPat: value.includes('ignore-guest-pat'),
  }),
  same: (a, b) => a.join() === b.join(),
  simpler: (value) => (value.length === 0 ? [['cd-nw-cleared'], ['ignore-guest-pat']] : []),
};

function parseQuirks(value: unknown, place: Place): Quirks {
  if (!Array.isArray(value)) return place.fail(value, `an array of ${QUIRKS.map((quirk) => `"${quirk}"`).join(' and ')}`);
  value.forEach((quirk, index) => {
    if (!QUIRKS.includes(quirk)) place.at(index).fail(quirk, `one of ${QUIRKS.map((known) => `"${known}"`).join(' ')}`);
    if (value.indexOf(quirk) !== index) place.at(index).fail(quirk, 'each quirk once');
  });
  return QUIRKS.filter((quirk) => value.includes(quirk));
}

const cr0: MachineKey<Cr0> = {
  default: () => CR0_DEFAULT,
  parse(value, place) {
    const found = objectWith(value, Object.keys(CR0_DEFAULT), place);
    const bit = (key: keyof Cr0) => (Object.hasOwn(found, key) ? flag.parse(found[key], place.at(key)) : CR0_DEFAULT[key]);
    return { pg: bit('pg'), cd: bit('cd'), nw: bit('nw') };
  },
  print: (value) => value,
  get: (machine) => ({ pg: machine.cr0.pg, cd: machine.cr0.cd, nw: machine.cr0.nw }),
  set: (machine, value) => ({ ...machine, cr0: value }),
  same: (a, b) => a.pg === b.pg && a.cd === b.cd && a.nw === b.nw,
  simpler: (value) =>
    [
      { ...value, pg: true },
      { ...value, nw: false },
      { ...value, cd: false, nw: false },
    ].filter((simpler) => !cr0.same(simpler, value) && !cr0.same(simpler, CR0_DEFAULT)),
};

const regions: MachineKey<Machine['regions']> = {
  default: () => DEFAULT_REGIONS,
  parse: (value, place) => parseRegions(value, place),
  print: printRegions,
  get: (machine) => machine.regions,
  set: (machine, value) => ({ ...machine, regions: value }),
  same: sameRegions,
  simpler: (value) => simplerRegions(value),
};

/** A register as the firmware left it. */
function registerKey(key: 'syscfg' | 'topMem2'): MachineKey<Value64> {
  return {
    default: () => ({ hi: 0, lo: 0 }),
    parse: (value, place) => value64.parse(value, place),
    print: value64.print,
    get: (machine) => machine[key],
    set: (machine, value) => ({ ...machine, [key]: value }),
    same: (a, b) => a.hi === b.hi && a.lo === b.lo,
    simpler: ({ hi, lo }) =>
      withoutBits(hi)
        .map((other) => ({ hi: other, lo }))
        .concat(withoutBits(lo).map((other) => ({ hi, lo: other }))),
  };
}

/** The half without one of its bits, highest first. */
function withoutBits(half: number): number[] {
  return Array.from({ length: 32 }, (_, index) => 2 ** (31 - index))
    .filter((bit) => (half & bit) !== 0)
    .map((bit) => half - bit);
}

const longMode: MachineKey<boolean> = {
  ...plainKey('longMode', flag, () => false),
  parse(value, place, machine) {
    const isLong = flag.parse(value, place);
    return isLong && machine.cr0?.pg === false ? place.fail(value, 'false where machine.cr0.pg is false') : isLong;
  },
};

const guestOs: MachineKey<GuestOsName | null> = {
  ...plainKey('guestOs', { print: (value) => value, parse: parseGuestOs, simpler: () => [] }, () => null),
  simpler: (value) => (value === null ? [] : GUEST_OS_NAMES.slice(0, GUEST_OS_NAMES.indexOf(value))),
};

function parseGuestOs(value: unknown, place: Place): GuestOsName {
  return GUEST_OS_NAMES.find((name) => name === value) ?? place.fail(value, `one of ${GUEST_OS_NAMES.map(shown).join(' ')}`);
}

/** In the order of docs/scenario-format.md, then those added later. */
export const MACHINE_KEYS: Readonly<Record<string, MachineKey<unknown>>> = {
  vcpus: plainKey('vcpus', count(1, 8), () => 1),
  maxPhysAddr: plainKey('maxPhysAddr', widths, () => 46),
  hostPhysAddr: hostPhysAddr(),
  guestMtrr: plainKey('guestMtrr', flagUnlessFalse, () => true),
  selfSnoop: plainKey('selfSnoop', flagUnlessFalse, () => true),
  noncoherentDevices: plainKey('noncoherentDevices', count(0, 3), () => 0),
  iommu: plainKey('iommu', flag, () => false),
  ioResources: plainKey('ioResources', flag, () => false),
  quirks,
  cr0,
  privateMemory: plainKey('privateMemory', flag, () => false),
  regions,
  vcnt: plainKey('vcnt', vcnt, () => 8),
  syscfg: registerKey('syscfg'),
  topMem2: registerKey('topMem2'),
  nested: plainKey('nested', named<Nested>(NESTED_NAMES, [0, 1, 2]), () => 0),
  nestedSharedPat: plainKey('nestedSharedPat', flagUnlessFalse, () => true),
  initShared: plainKey('initShared', flag, () => false),
  longMode,
  guestOs,
} as unknown as Readonly<Record<string, MachineKey<unknown>>>;

function hostPhysAddr(): MachineKey<number> {
  const key = plainKey('hostPhysAddr', widths, (machine) => Math.max(46, machine.maxPhysAddr ?? 46));
  return {
    ...key,
    parse(value, place, machine) {
      const least = machine.maxPhysAddr ?? 46;
      return count(least, 52).parse(value, place);
    },
  };
}
