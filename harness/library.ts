/**
 * emtdiff as a library: campaigns, the generator as a fast-check arbitrary, agreement as an assertion for users' own properties; the ledger
 * of known divergences, and the engine that runs campaigns in worker threads with a journal.
 */
export type { Profile } from '../models/contract/model.js';
export { PROFILES } from '../models/registry.js';
export { assertAgreement, type AgreementOptions } from './agreement.js';
export { type CampaignOptions, type CampaignResult, runCampaign } from './campaign.js';
export { describeCorpus } from './describe-corpus.js';
export type { LensName } from './compare/lens.js';
export { scenarioArbitrary } from './generate/arbitrary.js';
export { parseScenario } from './scenario/parse.js';
export { printScenario } from './scenario/print.js';
export type { Scenario } from './scenario/scenario.js';

export { carryOut } from './engine/campaign-run.js';
export type { CampaignPlan, Surroundings } from './engine/campaign-plan.js';
export { FolderLock } from './engine/folder-lock.js';
export { runGuarded } from './engine/guarded-campaign.js';
export { type Journal, readJournal, writeJournal } from './engine/journal.js';
export { ProgressRecord } from './engine/progress-record.js';
export { countShard, type WorkerTask } from './engine/shard-worker.js';
export { StopWatch } from './engine/stop-watch.js';
export { unionOf } from './engine/union.js';
export { watchdog } from './engine/watchdog.js';

export { Baseline } from './ledger/baseline.js';
export { entriesFrom, type KnownEntry, printEntries } from './ledger/entry.js';
export { freshIn, LedgerGate, type Verdict } from './ledger/gate.js';
export { readLedger } from './ledger/ledger.js';
export { type MovedAnswer, movedAnswers } from './ledger/pinned.js';
