/** What an operating system does to PAT and CR0 at boot, on each processor. */
import { GUEST_OS_NAMES, type GuestOsName } from '../../models/contract/guest-os.js';
import { shown, UsageError } from '../operations/usage-error.js';

type Step = Readonly<Record<string, unknown>>;

export interface GuestBoot {
  /** Who resolves requests; null: nobody. */
  readonly guestOs: GuestOsName | null;
  readonly steps: readonly Step[];
  /** One sentence. */
  readonly says: string;
}

/** Linux arch/x86/mm/pat/memtype.c: WB WC UC- UC WB WP UC- WT. */
const LINUX_PAT = '0x407050600070106';
/** As two public dumps show it. */
const WINDOWS_PAT = '0x7010600070106';
/** From this release on Linux writes its PAT also where MTRRs are off. */
const PAT_WITHOUT_MTRR = [6, 2];

/** @param isEnabled MTRRs are, after the firmware. @throws {UsageError} */
export function guestBoot(os: string, vcpus: number, isEnabled: boolean): GuestBoot {
  const all = Array.from({ length: vcpus }, (_, vcpu) => vcpu);
  const paging = all.map((vcpu) => ({ op: 'write-cr0', vcpu, pg: true, cd: false, nw: false }));
  if (os === 'none') return { guestOs: null, steps: [], says: 'no operating system' };
  if (os === 'windows')
    return {
      guestOs: null,
      steps: [...paging, ...all.map((vcpu) => patWrite(vcpu, WINDOWS_PAT))],
      says: 'Windows: its PAT as public dumps show it; what it does with MTRRs is not documented',
    };
  const { name, release } = linuxOf(os);
  const writesPat = isEnabled || isAtLeast(release, PAT_WITHOUT_MTRR);
  const steps = writesPat ? all.flatMap((vcpu) => section(vcpu, isEnabled)) : [];
  return {
    guestOs: name,
    steps: [...paging, ...steps],
    says: `Linux ${release.join('.')} (${name}): its PAT ${writesPat ? 'written with caching off' : 'not written, as MTRRs are off'}; requests are resolved by it, the first one boots it, which writes the same again`,
  };
}

function patWrite(vcpu: number, value: string): Step {
  return { op: 'write-msr', vcpu, msr: '0x277', value };
}

/** cache_disable(), cache_enable(): MTRRs off and CR0.CD set around the write. */
function section(vcpu: number, isEnabled: boolean): Step[] {
  const cr0 = (cd: boolean) => ({ op: 'write-cr0', vcpu, pg: true, cd, nw: false });
  const defType = (value: string) => (isEnabled ? [{ op: 'write-msr', vcpu, msr: '0x2ff', value }] : []);
  return [cr0(true), ...defType('0x0'), patWrite(vcpu, LINUX_PAT), ...defType('0xc06'), cr0(false)];
}

/** The profile whose releases hold this one: each name is where its releases begin, the first one stands for older ones from 4.14 on. */
function linuxOf(os: string): { name: GuestOsName; release: number[] } {
  const fields = /^linux-(\d+)\.(\d+)(?:\.\d+)?$/.exec(os);
  if (fields === null) throw new UsageError(`--os: found ${shown(os)}, expected linux-RELEASE such as linux-6.6, windows or none`);
  const release = [Number(fields[1]), Number(fields[2])];
  if (!isAtLeast(release, BEGINS[0].from)) throw new UsageError(`--os: found ${shown(os)}, expected Linux 4.14 or later`);
  const name = BEGINS.findLast(({ from }) => isAtLeast(release, from))?.name ?? GUEST_OS_NAMES[0];
  return { name, release };
}

const BEGINS: readonly { readonly name: GuestOsName; readonly from: readonly number[] }[] = [
  { name: 'linux-4.19', from: [4, 14] },
  { name: 'linux-6.1', from: [5, 19] },
  { name: 'linux-6.2', from: [6, 2] },
  { name: 'linux-6.6', from: [6, 5] },
  { name: 'linux-6.9', from: [6, 9] },
  { name: 'linux-6.13', from: [6, 13] },
  { name: 'linux-6.18', from: [6, 18] },
];

function isAtLeast([major, minor]: readonly number[], [least, minorLeast]: readonly number[]): boolean {
  return major > least || (major === least && minor >= minorLeast);
}
