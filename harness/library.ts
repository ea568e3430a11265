/** emtdiff as a library: campaigns, the generator as a fast-check arbitrary, and agreement as an assertion for users' own properties. */
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
