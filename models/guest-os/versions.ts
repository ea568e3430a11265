/** Linux guests, oldest first: each is what it changed in the one before. */
import type { GuestOsName, GuestOsProfile } from '../contract/guest-os.js';
import type { Behaviour } from './behaviour.js';
import { LinuxGuest } from './linux-guest.js';

interface Version {
  readonly name: GuestOsName;
  readonly span: string;
  readonly commits: readonly string[];
  readonly changes: Partial<Behaviour>;
  readonly summary: string;
}

const FIRST: Behaviour = {
  patWithoutMtrrs: 'off',
  tdKeepsPat: false,
  bootCopiesMtrrs: false,
  patInsideSection: true,
  variableRanges: 'masks',
  confidentialState: 'read',
};

const VERSIONS: readonly Version[] = [
  {
    name: 'linux-4.19',
    span: 'Linux 4.14 to 5.18',
    commits: [],
    changes: {},
    summary: 'PAT is set up only where MTRRs are in use, and is off elsewhere.',
  },
  {
    name: 'linux-6.1',
    span: 'Linux 5.19 to 6.1',
    commits: ['72cbc8f04fe2'],
    changes: { patWithoutMtrrs: 'kept-in-vm' },
    summary: 'As 4.19, but a VM without MTRRs in use counts the PAT that it found as on.',
  },
  {
    name: 'linux-6.2',
    span: 'Linux 6.2 to 6.4',
    commits: [],
    changes: { patWithoutMtrrs: 'written', tdKeepsPat: true, bootCopiesMtrrs: true },
    summary: 'PAT is set up with MTRRs in use or without, except in a TD.',
  },
  {
    name: 'linux-6.6',
    span: 'Linux 6.5 to 6.8',
    commits: [],
    changes: { variableRanges: 'intervals' },
    summary: 'As 6.2, but the look-up takes variable ranges as intervals.',
  },
  {
    name: 'linux-6.9',
    span: 'Linux 6.9 to 6.12.0',
    commits: ['ffc92cf3db62'],
    changes: { tdKeepsPat: false, patInsideSection: false },
    summary: 'As 6.6, but the boot processor writes the PAT with caching on, also in a TD.',
  },
  {
    name: 'linux-6.13',
    span: 'Linux 6.13 to 6.17',
    commits: ['8e690b817e38'],
    changes: { confidentialState: 'write-back' },
    summary: 'As 6.9, but SNP and TDX guests of KVM take all of memory for WB.',
  },
  {
    name: 'linux-6.18',
    span: 'Linux 6.18 to 7.3, and 6.12.117',
    commits: ['0dccbc75e18d'],
    changes: { confidentialState: 'write-back-with-hole' },
    summary: 'As 6.13, but SNP and TDX guests of KVM take the hole below 4 GiB for UC.',
  },
];

function profilesOf(versions: readonly Version[]): GuestOsProfile[] {
  let behaviour = FIRST;
  return versions.map(({ changes, ...version }) => {
    behaviour = { ...behaviour, ...changes };
    const own = behaviour;
    return { ...version, create: () => new LinuxGuest(own) };
  });
}

export const guestOses: readonly GuestOsProfile[] = profilesOf(VERSIONS);
