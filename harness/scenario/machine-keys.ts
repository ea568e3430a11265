/** The keys of `machine` in the order of scenario.md: default, parsing, printing, simpler values. */
import type { Machine } from '../../models/contract/machine.js';
import { count, flag, flagUnlessFalse } from '../operations/fields.js';
import { objectWith } from '../operations/known-keys.js';
import type { Place } from '../operations/usage-error.js';
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
  | 'privateMemory';
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

/** In the order of scenario.md. */
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
