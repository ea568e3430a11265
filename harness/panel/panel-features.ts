/** What the cases of a panel hold: what its profiles know, and those that its external models claim to be. */
import { type FeatureSet, featureSetOf } from '../generate/feature-set.js';
import type { GuestOsName } from '../../models/contract/guest-os.js';
import type { Profile } from '../../models/contract/model.js';
import type { External } from './external.js';

export interface PanelMembers {
  readonly profiles: readonly Profile[];
  readonly externals?: readonly External[];
  readonly known?: readonly Profile[];
  /** Operating systems that some cases have in their guest; default: none. */
  readonly guestOses?: readonly GuestOsName[];
}

export function panelFeatures({ profiles, externals = [], known = profiles, guestOses }: PanelMembers): FeatureSet {
  const claimed = externals.flatMap(({ claims }) => known.filter(({ name }) => name === claims));
  return featureSetOf([...profiles, ...claimed], guestOses);
}
