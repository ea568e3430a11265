/** Carries a plan out: in this thread, or by worker threads whose counts are united; with a journal where there is a folder. */
import { type CampaignOptions, type CampaignResult, type Progress, runCampaign } from '../campaign.js';
import type { ExternalModel } from '../external/external-model.js';
import { type Contribution, type Journal, writeJournal } from '../journal/journal.js';
import type { CampaignState } from '../pipeline/campaign-state.js';
import { unitedState } from '../pipeline/united-state.js';
import { PROFILES } from '../../models/registry.js';
import { bootSetups } from './boot-corpus.js';
import type { CampaignPlan } from './campaign-plan.js';
import type { ProgressRecord } from './progress-record.js';
import type { StopWatch } from './stop-watch.js';
import { packageVersion } from './version.js';
import { runCrew } from './worker-crew.js';

/** Milliseconds from one journal to the next: soon at first, for a short run, then each time twice as long, to at most 2 s. */
const FIRST_DISTANCE = 100;
const LONGEST_DISTANCE = 2000;

export async function carryOut(
  plan: CampaignPlan,
  outsiders: readonly ExternalModel[],
  watch: StopWatch,
  record: ProgressRecord,
  onProgress: (progress: Progress) => void,
): Promise<CampaignResult> {
  const common = {
    seed: plan.seed,
    profiles: plan.profiles,
    outsiders,
    known: PROFILES,
    lenses: plan.lenses,
    setups: bootSetups(),
    shouldStop: () => watch.isOver,
    shouldHurry: () => watch.isImpatient,
    onProgress(progress: Progress) {
      if (progress.stage === 'minimising') watch.stopCounting();
      record.note(progress, (plan.used + watch.counted) / 1000);
      onProgress(progress);
    },
  } satisfies Partial<CampaignOptions>;
  const journal = new JournalKeeper(plan, outsiders, watch, record);
  // From its first moment on a run can go on: nothing is counted yet.
  if (plan.out !== null && !plan.resumes) {
    const { state } = await runCampaign({ ...common, cases: 0, countsOnly: true });
    journal.keep(state, plan.contributions);
  }
  if (plan.contributions.length === 1) {
    const [contribution] = plan.contributions;
    const counted = plan.before?.done ?? 0;
    const far = (state: CampaignState) => [{ ...contribution, done: contribution.done + state.done - counted }];
    const result = await runCampaign({
      ...common,
      cases: plan.cases,
      shard: contribution,
      from: contribution.done,
      before: plan.before,
      onChunk: (state) =>
        journal.keepNowAndThen(() => {
          const now = state();
          return { state: now, contributions: far(now) };
        }),
    });
    journal.keep(result.state, far(result.state));
    return result;
  }
  const withBefore = (states: readonly CampaignState[]) =>
    unitedState(plan.before === undefined ? states : [plan.before, ...states]);
  const states = await runCrew(plan, {
    shouldStop: () => watch.isOver,
    onProgress: common.onProgress,
    onStates(states, contributions) {
      journal.contributions = contributions;
      journal.keepNowAndThen(() => ({ state: withBefore(states), contributions }));
    },
  });
  const result = await runCampaign({ ...common, cases: 0, before: withBefore(states) });
  journal.keep(result.state, journal.contributions);
  return result;
}

/** Writes the journal of a run folder; none without a folder. */
class JournalKeeper {
  contributions: readonly Contribution[];
  private last = performance.now();
  private distance = FIRST_DISTANCE;

  constructor(
    private readonly plan: CampaignPlan,
    private readonly outsiders: readonly ExternalModel[],
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
    const externals = this.outsiders.map(({ name }) => name);
    const journal: Journal = {
      version: packageVersion(),
      seed: plan.seed,
      profiles: [...plan.profiles.map(({ name }) => name), ...externals],
      externals,
      lenses: plan.lenses,
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
