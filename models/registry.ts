/** Every profile, one line per model. */
import { profiles as acrn } from './acrn/versions.js';
import { profiles as amdNpt } from './amd-npt/versions.js';
import { profiles as bareMetal } from './bare-metal/versions.js';
import { profiles as bhyve } from './bhyve/versions.js';
import type { Profile } from './contract/model.js';
import { guestOses } from './guest-os/versions.js';
import { profiles as intelEpt } from './intel-ept/versions.js';
import { profiles as jailhouse } from './jailhouse/versions.js';
import { profiles as nested } from './nested/versions.js';
import { profiles as nestedSvm } from './nested-svm/versions.js';
import { profiles as nestedVmx } from './nested-vmx/versions.js';
import { profiles as sevSnp } from './sev-snp/versions.js';
import { profiles as shadowPaging } from './shadow-paging/versions.js';
import { profiles as swProtected } from './sw-protected/versions.js';
import { profiles as tdx } from './tdx/versions.js';
import { profiles as virtualbox } from './virtualbox/versions.js';
import { profiles as xenHvm } from './xen-hvm/versions.js';

/** In the guest of every subject every OS may run, also where its switches are set otherwise. */
function withGuests(profile: Profile): Profile {
  const { withSwitches } = profile;
  return {
    ...profile,
    guestOses,
    ...(withSwitches === undefined ? {} : { withSwitches: (overrides) => withGuests(withSwitches(overrides)) }),
  };
}

export const PROFILES: readonly Profile[] = [
  ...bareMetal,
  ...intelEpt,
  ...amdNpt,
  ...shadowPaging,
  ...xenHvm,
  ...sevSnp,
  ...tdx,
  ...swProtected,
  ...nestedSvm,
  ...nestedVmx,
  ...nested,
  ...bhyve,
  ...acrn,
  ...jailhouse,
  ...virtualbox,
].map(withGuests);
