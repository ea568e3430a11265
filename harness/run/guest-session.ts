/** The guest OS of one seat: it boots before the first `request` of a scenario acts, and each request becomes an access of the subject. */
import {
  type GuestOs,
  type GuestOsProfile,
  type GuestPlatform,
  REQUEST_REFUSED,
  type RequestType,
} from '../../models/contract/guest-os.js';
import type { Machine } from '../../models/contract/machine.js';
import type { Model, Profile } from '../../models/contract/model.js';
import { EBUSY, ENODEV, NOT_ASKED, type Observation, OK, outcomeOf, refused } from '../../models/contract/observation.js';
import { NO_PAUSE, READ } from '../../models/contract/operation.js';
import { NO_RULE, type Rule } from '../../models/contract/rule.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { codeOf } from '../operations/registry.js';
import type { Trace } from './trace.js';

const WRITE_CR0 = codeOf('write-cr0');
const INIT = codeOf('init');

export class GuestSession {
  /** PAT index of the last request that was not refused. */
  index = 0;
  private machine: Machine | null = null;
  /** null: not asked for yet, or nobody plays it. */
  private os: GuestOs | null = null;
  private isBooted = false;

  constructor(private readonly profile: Pick<Profile, 'name' | 'lineage' | 'vendor' | 'guestOses'>) {}

  /** A scenario on this machine begins. */
  start(machine: Machine): void {
    this.machine = machine;
    this.os = null;
    this.isBooted = false;
  }

  /** A driver of vCPU `vcpu` maps the frame and reads it. @param words, step, trace the scenario, and what was answered before the step */
  request(model: Model, vcpu: number, gfn: number, type: RequestType, words: Int32Array, step: number, trace: Trace): Observation {
    const { machine } = this;
    if (machine === null || machine.guestOs === null) return NOT_ASKED;
    if (this.os === null) {
      const profile = this.played(machine.guestOs);
      if (profile === null) return NOT_ASKED;
      this.os = profile.create();
      this.isBooted = this.os.boot(model, this.platformOf(machine, words, step, trace));
    }
    if (!this.isBooted) return refused(ENODEV, NO_RULE);
    const index = this.os.request(gfn, type);
    if (index === REQUEST_REFUSED) return refused(EBUSY, NO_RULE);
    this.index = index;
    return model.access(vcpu, gfn, READ, index, 1, false, true, NO_PAUSE);
  }

  /** By which rule the OS decided last. */
  lastRule(): Rule | null {
    return this.os?.lastRule() ?? null;
  }

  private played(name: string): GuestOsProfile | null {
    return this.profile.guestOses?.find((profile) => profile.name === name) ?? null;
  }

  private platformOf(machine: Machine, words: Int32Array, steps: number, trace: Trace): GuestPlatform {
    const { name, lineage, vendor } = this.profile;
    return {
      vcpus: machine.vcpus,
      vendor,
      hypervisor: !name.startsWith('bare-metal/'),
      isolation: lineage === 'sev-snp' ? 'snp' : lineage === 'tdx' ? 'tdx' : 'none',
      mtrr: machine.guestMtrr,
      selfSnoop: machine.selfSnoop,
      maxPhysAddr: machine.maxPhysAddr,
      regions: machine.regions,
      cr0: cr0Before(machine, words, steps, trace),
    };
  }
}

/** CR0 of each vCPU after the first `steps` steps. */
function cr0Before(machine: Machine, words: Int32Array, steps: number, { observations }: Trace): GuestPlatform['cr0'] {
  const cr0 = Array.from({ length: machine.vcpus }, () => machine.cr0);
  for (let step = 0, at = 0; step < steps; step++, at += STEP_WORDS) {
    const vcpu = words[at + 1];
    if (outcomeOf(observations[step]) !== OK) continue;
    if (words[at] === WRITE_CR0) cr0[vcpu] = { pg: words[at + 2] !== 0, cd: words[at + 3] !== 0, nw: words[at + 4] !== 0 };
    else if (words[at] === INIT) cr0[vcpu] = { ...cr0[vcpu], pg: false };
  }
  return cr0;
}

/** The session of a profile's seat; null where no OS is at hand, and `request` is `n/a`. */
export function guestSessionOf(profile: Pick<Profile, 'name' | 'lineage' | 'vendor' | 'guestOses'> | null): GuestSession | null {
  return profile === null || (profile.guestOses ?? []).length === 0 ? null : new GuestSession(profile);
}
