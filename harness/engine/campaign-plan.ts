/** What a campaign is to do: chosen by who starts it, or read from the journal of a run that goes on. */
import type { LensName } from '../compare/lens.js';
import type { GuestOsName } from '../../models/contract/guest-os.js';
import type { Profile } from '../../models/contract/model.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { CampaignState } from '../panel/campaign-state.js';
import type { ProgressCurve } from '../panel/progress-curve.js';
import type { Contribution } from './journal.js';

export interface CampaignPlan {
  readonly seed: string;
  readonly profiles: readonly Profile[];
  readonly lenses: readonly LensName[];
  /** Operating systems that some cases have in their guest. */
  readonly guestOses: readonly GuestOsName[];
  /** `NAME=COMMAND` of each external model. */
  readonly externals: readonly string[];
  /** Infinity where a time was asked for. */
  readonly cases: number;
  /** Milliseconds for the cases, Infinity where a number was asked for; and those used before. */
  readonly milliseconds: number;
  readonly used: number;
  /** A worker each: the shard it counts, and how many of its cases were counted before. */
  readonly contributions: readonly Contribution[];
  readonly before: CampaignState | undefined;
  /** How the cases before went over time. */
  readonly curves: readonly ProgressCurve[];
  /** The run folder. */
  readonly out: string | null;
  readonly resumes: boolean;
}

/** What a campaign finds where it runs. */
export interface Surroundings {
  /** Version of the package: a journal goes on with the version that began it. */
  readonly version: string;
  /** All profiles that exist. */
  readonly known: readonly Profile[];
  /** What a share of the cases starts from. */
  readonly setups: readonly EncodedScenario[];
  /** The module that a worker thread runs: it finds the profiles of a task by their names and calls `countShard`. */
  readonly worker: URL;
}
