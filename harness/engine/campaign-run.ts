/** Carries a plan out: in this thread, or by worker threads whose counts are united; with a journal where there is a folder. */
import { type CampaignOptions, type CampaignResult, type Progress, runCampaign } from '../campaign.js';
import type { ExternalModel } from '../external/external-model.js';
import type { Contribution } from './journal.js';
import type { CampaignState } from '../panel/campaign-state.js';
import { unitedState } from '../panel/united-state.js';
import type { CampaignPlan, Surroundings } from './campaign-plan.js';
import { runGuarded } from './guarded-campaign.js';
import { raiseInliningBudget } from './inlining-budget.js';
import { JournalKeeper } from './journal-keeper.js';
import type { ProgressRecord } from './progress-record.js';
import type { StopWatch } from './stop-watch.js';
import { runCrew } from './worker-crew.js';

export async function carryOut(
  plan: CampaignPlan,
  externals: readonly ExternalModel[],
  surroundings: Surroundings,
  watch: StopWatch,
  record: ProgressRecord,
  onProgress: (progress: Progress) => void,
): Promise<CampaignResult> {
  raiseInliningBudget();
  const common: Common = {
    seed: plan.seed,
    profiles: plan.profiles,
    externals,
    known: surroundings.known,
    lenses: plan.lenses,
    guestOses: plan.guestOses,
    setups: surroundings.setups,
    shouldStop: () => watch.isOver,
    shouldHurry: () => watch.isImpatient,
    onProgress(progress: Progress) {
      if (progress.stage === 'minimising') watch.stopCounting();
      record.note(progress, (plan.used + watch.counted) / 1000);
      onProgress(progress);
    },
  };
  const journal = new JournalKeeper(plan, externals, surroundings.version, watch, record);
  // From its first moment on a run can go on: nothing is counted yet.
  if (plan.out !== null && !plan.resumes) {
    const { state } = await runCampaign({ ...common, cases: 0, countsOnly: true });
    journal.keep(state, plan.contributions);
  }
  const { contributions } = plan;
  return contributions.length === 1
    ? inThisThread(plan, contributions[0], common, journal)
    : byWorkers(plan, surroundings, common, journal);
}

/** What every campaign of a plan is run with. */
type Common = Omit<CampaignOptions, 'cases'> & Required<Pick<CampaignOptions, 'onProgress'>>;

async function inThisThread(
  plan: CampaignPlan,
  contribution: Contribution,
  common: Common,
  journal: JournalKeeper,
): Promise<CampaignResult> {
  const counted = plan.before?.done ?? 0;
  const far = (state: CampaignState) => [{ ...contribution, done: contribution.done + state.done - counted }];
  const result = await runGuarded({
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

/** Workers count, then this thread minimises what they counted together. */
async function byWorkers(
  plan: CampaignPlan,
  { worker }: Surroundings,
  common: Common,
  journal: JournalKeeper,
): Promise<CampaignResult> {
  const withBefore = (states: readonly CampaignState[]) =>
    unitedState(plan.before === undefined ? states : [plan.before, ...states]);
  const states = await runCrew(plan, worker, {
    shouldStop: common.shouldStop,
    onProgress: common.onProgress,
    onStates(states, contributions) {
      journal.contributions = contributions;
      journal.keepNowAndThen(() => ({ state: withBefore(states), contributions }));
    },
  });
  const result = await runGuarded({ ...common, cases: 0, before: withBefore(states) });
  journal.keep(result.state, journal.contributions);
  return result;
}
