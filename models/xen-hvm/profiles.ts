/** The versions of Xen that this folder models. */
import type { Profile } from '../contract/model.js';
import { EptDomain, type EptHistory } from './ept-domain.js';
import {
  EMT_4_9,
  EMT_4_15,
  EMT_4_16,
  EMT_4_17,
  EMT_4_19,
  EMT_CA24B2FFDB,
  EMT_SPECIAL_V1,
  INVALIDATION_4_13,
  INVALIDATION_4_17,
  INVALIDATION_4_21,
  PINS_4_7,
  PINS_4_18,
  PINS_4_21,
  SHADOW_4_14,
  SHADOW_4_18,
  WIDTH_OF_FOUR_LEVELS,
  WIDTH_OF_HOST,
  WIDTH_OF_SHADOW,
} from './history.js';
import type { DomainHistory } from './hvm-domain.js';
import { NptDomain } from './npt-domain.js';
import { rules } from './rules.js';
import { ShadowDomain } from './shadow-domain.js';

type Words = Pick<Profile, 'span' | 'commits' | 'summary' | 'base'>;

function ept(version: string, history: EptHistory, words: Words): Profile {
  return {
    name: `xen-hvm/ept-${version}`,
    lineage: 'xen-hvm',
    vendor: 'intel',
    ...words,
    hasLeaf: true,
    rules,
    create: () => new EptDomain(history),
  };
}

function other(version: string, vendor: Profile['vendor'], create: Profile['create'], words: Words): Profile {
  return { name: `xen-hvm/${version}`, lineage: 'xen-hvm', vendor, ...words, hasLeaf: true, rules, create };
}

const NPT: DomainHistory = { invalidation: INVALIDATION_4_21, pins: PINS_4_21, width: WIDTH_OF_FOUR_LEVELS };

export const profiles: readonly Profile[] = [
  ept(
    '4.14.0',
    { emt: EMT_4_9, invalidation: INVALIDATION_4_13, pins: PINS_4_7, width: WIDTH_OF_HOST },
    {
      span: 'Xen 4.13.0 to 4.14.0',
      commits: ['0acc7010ac', 'efd5c610a2', '30921dc2df', '4e34e0586f', 'f3d880bf2b', 'f89f555827'],
      summary: 'Before the special-page patch: pages of the hypervisor follow the guest MTRRs.',
    },
  ),
  ept(
    'special-v1',
    { emt: EMT_SPECIAL_V1, invalidation: INVALIDATION_4_13, pins: PINS_4_7, width: WIDTH_OF_HOST },
    {
      span: 'never committed: posted July 2020 on b6a907f8c8',
      base: 'xen-hvm/ept-4.14.0',
      commits: ['30921dc2df', 'f3d880bf2b', 'f89f555827'],
      summary: 'The special-page patch as first posted: the first MFN decides for a whole superpage.',
    },
  ),
  ept(
    'ca24b2ffdb',
    { emt: EMT_CA24B2FFDB, invalidation: INVALIDATION_4_13, pins: PINS_4_7, width: WIDTH_OF_HOST },
    {
      span: 'Xen ca24b2ffdb; stable branches 4.13 and 4.14',
      commits: ['30921dc2df', 'f3d880bf2b', 'f89f555827', 'ca24b2ffdb'],
      summary: 'The special-page patch as committed: WB with ipat for special pages, which break superpages up.',
    },
  ),
  ept(
    '4.15',
    { emt: EMT_4_15, invalidation: INVALIDATION_4_13, pins: PINS_4_7, width: WIDTH_OF_HOST },
    {
      span: 'Xen 4.15',
      commits: ['f3d880bf2b', 'f89f555827', 'ca24b2ffdb', '81fd0d3ca4'],
      summary: 'Direct MMIO is decided after special pages, and where its MFN is invalid it is UC with ipat.',
    },
  ),
  ept(
    '4.16',
    { emt: EMT_4_16, invalidation: INVALIDATION_4_13, pins: PINS_4_7, width: WIDTH_OF_FOUR_LEVELS },
    {
      span: 'Xen 4.16',
      commits: ['ca24b2ffdb', '81fd0d3ca4', 'ed464d4e8a', '8af4b47f06'],
      summary: 'Grant and foreign mappings are WB with ipat.',
    },
  ),
  ept(
    '4.17',
    { emt: EMT_4_17, invalidation: INVALIDATION_4_17, pins: PINS_4_7, width: WIDTH_OF_FOUR_LEVELS },
    {
      span: 'Xen 4.17.0, and 4.18.0 but for pinned ranges',
      commits: ['81fd0d3ca4', '8af4b47f06', '60d1adfa18', 'c4e5cc2ccc'],
      summary: 'A superpage that is special as a whole stays one; only the first grant of I/O resources invalidates.',
    },
  ),
  ept(
    '4.19',
    { emt: EMT_4_19, invalidation: INVALIDATION_4_17, pins: PINS_4_18, width: WIDTH_OF_FOUR_LEVELS },
    {
      span: 'Xen 4.19 and 4.20',
      commits: ['60d1adfa18', 'c4e5cc2ccc', 'd484dcca79', 'ab2d47eb13', '5540b94e81', '777c71d313', '4fdd8d7556'],
      summary: 'The validity of the MFN decides nothing any more, so that direct MMIO can be WC again.',
    },
  ),
  ept(
    '4.21',
    { emt: EMT_4_19, invalidation: INVALIDATION_4_21, pins: PINS_4_21, width: WIDTH_OF_FOUR_LEVELS },
    {
      span: 'Xen 4.21 and 4.22',
      commits: ['4fdd8d7556', '8333e358e4', '50bbacacb8', '2d779cabdd', '3125ca0da2', 'd63b2c60f7'],
      summary: 'Guest MTRR writes recalculate only where cache flushes are permitted, IOMMU or not.',
    },
  ),
  other('npt', 'amd', () => new NptDomain(NPT), {
    span: 'Xen 4.21 and 4.22',
    commits: ['c61a6f74f8', '1ca8af08df', '50bbacacb8', '2d779cabdd', 'd63b2c60f7'],
    summary: 'Nested paging: the p2m type alone types an entry, guest PAT is fully effective, guest MTRRs are not.',
  }),
  other(
    'shadow-4.14',
    'intel',
    () => new ShadowDomain({ shadow: SHADOW_4_14, invalidation: INVALIDATION_4_13, pins: PINS_4_7, width: WIDTH_OF_SHADOW }),
    {
      span: 'Xen 4.14 to 4.16',
      commits: ['7720401043', 'afa65ddfd8', 'fc5805daef', 'c61a6f74f8', 'f3d880bf2b', '0537d246f8'],
      summary:
        'Shadow paging on VMX: guest MTRRs and PAT do not reach RAM, and MMIO pages with a frame table entry get no cache bits.',
    },
  ),
  other(
    'shadow-4.18',
    'intel',
    () => new ShadowDomain({ shadow: SHADOW_4_18, invalidation: INVALIDATION_4_17, pins: PINS_4_18, width: WIDTH_OF_SHADOW }),
    {
      span: 'Xen 4.18 to 4.20',
      commits: ['0537d246f8', 'c4e5cc2ccc', '1d99732f2b', 'c609108b21', 'd484dcca79', 'ab2d47eb13'],
      summary: 'Shadow paging on VMX with one test of what is MMIO, so that the guest PAT can make any direct MMIO WC.',
    },
  ),
];
