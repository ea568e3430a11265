/** The ground truth: what was planted where, within how many cases a campaign has to find it, and the scenario that it has to come down to. */
import { LENSES, type LensName } from '../../harness/compare/lens.js';
import type { Machine, Region } from '../../models/contract/machine.js';
import { UC } from '../../models/contract/memory-type.js';
import { DEF_TYPE, PAT } from '../../models/contract/msr.js';
import { levelOf, type Observation, OK, outcomeOf, plain, ruleOf, typed } from '../../models/contract/observation.js';
import { type Fault, profileNamed } from './faulty.js';

export interface PlantedFault {
  readonly id: string;
  readonly profile: string;
  /** The lens that sees it. */
  readonly lens: LensName;
  readonly fault: Fault;
  /** Of the campaign; default: `planted`. */
  readonly seed?: string;
  /** A campaign finds it before it has run as many cases. */
  readonly within: number;
  /** The bucket whose minimal scenario says what is wrong, and that scenario in the canonical form. */
  readonly bucket: string;
  readonly machine: object;
  readonly steps: readonly object[];
}

/** A cell of the effective-type table says UC. */
function wrongCell(profile: string, id: string): Fault {
  // A rule has a number for each set of its clauses.
  const { rules } = profileNamed(profile);
  return (sound) => ({
    access(...args) {
      const observation = sound.access(...args);
      const rule = ruleOf(observation);
      return rules[rule]?.id === id ? typed(UC, levelOf(observation), 0, rule) : observation;
    },
  });
}

/** An access to one frame is answered for another. */
function mistakesFrame(isMistaken: (gfn: number, machine: Machine) => boolean, offset: number): Fault {
  return (sound) => {
    let machine: Machine | null = null;
    return {
      reset(next) {
        machine = next;
        sound.reset(next);
      },
      access(vcpu, gfn, ...rest) {
        const asked = machine !== null && isMistaken(gfn, machine) ? gfn + offset : gfn;
        return sound.access(vcpu, asked, ...rest);
      },
    };
  };
}

const backingOf = (gfn: number, regions: readonly Region[]) =>
  regions.find((region) => gfn >= region.gfn && gfn < region.gfn + region.pages)?.backing;

/** Frames of a range that was backed anew keep the answer that they gave before, until something is zapped. */
const keepsLeavesOfOldBacking: Fault = (sound) => {
  const answers = new Map<number, Observation>();
  const stale = new Map<number, Observation>();
  const forget = () => {
    answers.clear();
    stale.clear();
  };
  return {
    reset(machine) {
      forget();
      sound.reset(machine);
    },
    zap(...args) {
      forget();
      return sound.zap(...args);
    },
    setBacking(gfn, pages, ...rest) {
      for (const [frame, observation] of answers) if (frame >= gfn && frame < gfn + pages) stale.set(frame, observation);
      return sound.setBacking(gfn, pages, ...rest);
    },
    access(vcpu, gfn, ...rest) {
      const observation = sound.access(vcpu, gfn, ...rest);
      if (outcomeOf(observation) === OK) answers.set(gfn, observation);
      return stale.get(gfn) ?? observation;
    },
  };
};

const EPT = 'intel-ept/6.6';
const GPAT = 'amd-npt/gpat';
const XEN = 'xen-hvm/ept-4.21';
const METAL = 'bare-metal/intel';

export const FAULTS: readonly PlantedFault[] = [
  {
    id: 'wrong-cell',
    profile: METAL,
    lens: 'memtype',
    fault: wrongCell(METAL, 'bare-metal.intel-mtrr-wp-pat-uc-minus'),
    within: 200,
    bucket: 'memtype-access~bare-metal.intel-pat-uc-minus-gives-way~bare-metal.intel-pat-uc-minus-gives-way',
    machine: {},
    steps: [
      { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x805' },
      { op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 6 },
    ],
  },
  {
    id: 'host-zap-dropped',
    profile: EPT,
    lens: 'memtype',
    fault: () => ({ zap: () => plain(OK, 1) }),
    seed: 'planted-0',
    within: 100,
    bucket: 'memtype-access~intel-ept.disabled-uncached~intel-ept.no-noncoherent-dma',
    machine: {},
    steps: [
      { op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0 },
      { op: 'zap', gfn: '0x0', pages: '0x1' },
      { op: 'attach-device', coherent: false },
      { op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0 },
    ],
  },
  {
    id: 'device-dropped',
    profile: 'intel-ept/6.16',
    lens: 'memtype',
    fault: () => ({ attachDevice: () => plain(OK, 1) }),
    seed: 'planted-3',
    within: 100,
    bucket: 'memtype-access~intel-ept.noncoherent-honours-pat~intel-ept.no-noncoherent-dma',
    machine: {},
    steps: [
      { op: 'write-msr', vcpu: 0, msr: '0x277', value: '0x0' },
      { op: 'attach-device', coherent: false },
      { op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0 },
    ],
  },
  {
    id: 'fixed-range-edge',
    profile: METAL,
    lens: 'memtype',
    fault: mistakesFrame((gfn, { regions }) => gfn === 0x9f && backingOf(0x9f, regions) === backingOf(0xa0, regions), 1),
    seed: 'planted-0',
    within: 2000,
    bucket: 'memtype-access~bare-metal.intel-fixed-range~bare-metal.intel-fixed-range',
    machine: {},
    steps: [
      { op: 'write-msr', vcpu: 0, msr: '0x258', value: '0x600000000000000' },
      { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0xc00' },
      { op: 'access', vcpu: 0, gfn: '0x9f', kind: 'read', pat: 0 },
    ],
  },
  {
    id: 'special-page-edge',
    profile: XEN,
    lens: 'memtype',
    fault: mistakesFrame(
      (gfn, { regions }) =>
        regions.some((region) => region.specialPages > 0 && gfn === region.gfn + region.specialOffset + region.specialPages - 1),
      1,
    ),
    seed: 'planted-8',
    within: 60,
    bucket: 'memtype-access~xen-hvm.special-page-ipat~xen-hvm.guest-mtrrs-disabled',
    machine: {
      iommu: true,
      regions: [{ gfn: '0x0', pages: '0x100', backing: 'ram', special: { offset: '0x0', pages: '0x1' } }],
    },
    steps: [{ op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0 }],
  },
  {
    id: 'pat-of-vcpu-1-dropped',
    profile: GPAT,
    lens: 'memtype',
    fault: (sound) => ({
      writeMsr: (vcpu, msr, hi, lo) => (vcpu === 1 && msr === PAT ? plain(OK, 1) : sound.writeMsr(vcpu, msr, hi, lo)),
    }),
    within: 60,
    bucket: 'memtype-access~amd-npt.guest-uc-minus-mtrr-wb~amd-npt.guest-wb-mtrr-wb',
    machine: { vcpus: 2 },
    steps: [
      { op: 'write-msr', vcpu: 1, msr: '0x277', value: '0x7' },
      { op: 'access', vcpu: 1, gfn: '0x0', kind: 'read', pat: 0 },
    ],
  },
  {
    id: 'stale-leaf-of-old-backing',
    profile: EPT,
    lens: 'memtype',
    fault: keepsLeavesOfOldBacking,
    seed: 'planted-2',
    within: 60,
    bucket: 'memtype-access~intel-ept.no-noncoherent-dma~intel-ept.mmio-uncached',
    machine: { regions: [{ gfn: '0x0', pages: '0x100', backing: 'device' }] },
    steps: [
      { op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0 },
      { op: 'set-backing', gfn: '0x0', pages: '0x1', backing: 'ram' },
      { op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0 },
    ],
  },
  {
    id: 'reserved-bit-accepted',
    profile: METAL,
    lens: 'msr',
    fault: (sound) => ({
      writeMsr: (vcpu, msr, hi, lo) => sound.writeMsr(vcpu, msr, hi, msr === DEF_TYPE ? lo & ~0x200 : lo),
    }),
    within: 1000,
    bucket: 'msr-write-msr~bare-metal.intel-def-type-reserved-bits~bare-metal.intel-mtrr-written',
    machine: {},
    steps: [{ op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x200' }],
  },
  {
    id: 'value-truncated',
    profile: GPAT,
    lens: 'msr',
    fault: () => ({ valueHi: 0 }),
    within: 50,
    bucket: 'msr-read-msr~amd-npt.register-at-start~amd-npt.register-at-start',
    machine: {},
    steps: [{ op: 'read-msr', vcpu: 0, msr: '0x277' }],
  },
  {
    id: 'device-zap-uncounted',
    profile: 'intel-ept/6.16',
    lens: 'cost',
    fault: (sound) => ({ counters: () => ({ ...sound.counters(), zaps: 0 }) }),
    within: 50,
    bucket: 'cost-end~intel-ept.6.16~intel-ept.device-zap-uncounted-zaps',
    machine: {},
    steps: [{ op: 'attach-device', coherent: false }],
  },
];

/** The lenses of a campaign that looks for it: the default ones and its own. */
export const lensesFor = ({ lens }: PlantedFault): LensName[] =>
  (Object.keys(LENSES) as LensName[]).filter((name) => name === 'memtype' || name === 'msr' || name === lens);
