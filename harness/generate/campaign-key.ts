/** A text seed as the key of a campaign: seedrandom once, then case i is a function of (key, i) alone. */
import seedrandom from 'seedrandom';

export interface CampaignKey {
  readonly hi: number;
  readonly lo: number;
}

/** Version of the generator's streams, weights and draws: a change of it changes every case. It stands in findings and run folders. */
export const GENERATOR_VERSION = 2;

export function campaignKey(seed: string): CampaignKey {
  const arc4 = seedrandom(`emtdiff-v${GENERATOR_VERSION}|${seed}`);
  return { hi: arc4.int32(), lo: arc4.int32() };
}
