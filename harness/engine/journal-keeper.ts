/** Writes the journal of a run folder while the campaign goes on; none without a folder. */
import type { ExternalModel } from '../external/external-model.js';
import { type Contribution, type Journal, writeJournal } from './journal.js';
import type { CampaignState } from '../panel/campaign-state.js';
import type { CampaignPlan } from './campaign-plan.js';
import type { ProgressRecord } from './progress-record.js';
import type { StopWatch } from './stop-watch.js';

/** Milliseconds from one journal to the next: soon at first, for a short run, then each time twice as long, to at most 2 s. */
const FIRST_DISTANCE = 100;
const LONGEST_DISTANCE = 2000;

export class JournalKeeper {
  contributions: readonly Contribution[];
  private last = performance.now();
  private distance = FIRST_DISTANCE;

  constructor(
    private readonly plan: CampaignPlan,
    private readonly externals: readonly ExternalModel[],
    private readonly version: string,
    private readonly watch: StopWatch,
    private readonly record: ProgressRecord,
  ) {
    this.contributions = plan.contributions;
  }

  keepNowAndThen(make: () => { state: CampaignState; contributions: readonly Contribution[] }): void {
    if (this.plan.out === null || performance.now() - this.last < this.distance) return;
    this.last = performance.now();
    this.distance = Math.min(LONGEST_DISTANCE, 2 * this.distance);
    const { state, contributions } = make();
    this.keep(state, contributions);
  }

  keep(state: CampaignState, contributions: readonly Contribution[]): void {
    const { plan } = this;
    if (plan.out === null) return;
    const externals = this.externals.map(({ name }) => name);
    const journal: Journal = {
      version: this.version,
      seed: plan.seed,
      profiles: [...plan.profiles.map(({ name }) => name), ...externals],
      externals,
      lenses: plan.lenses,
      ...(plan.guestOses.length === 0 ? {} : { guestOses: plan.guestOses }),
      cases: Number.isFinite(plan.cases) ? plan.cases : null,
      milliseconds: Number.isFinite(plan.milliseconds) ? plan.milliseconds : null,
      used: plan.used + this.watch.counted,
      contributions,
      curves: this.record.curves,
      state,
    };
    writeJournal(plan.out, journal);
  }
}
