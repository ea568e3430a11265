/** A campaign whose models may loop: each case under a watchdog, and from its last state on where the process was suspended while it counted. */
import { type CampaignOptions, type CampaignResult, runCampaign } from '../campaign.js';
import type { CampaignState } from '../panel/campaign-state.js';
import { Interrupted } from '../run/guard.js';
import { watchdog } from './watchdog.js';

/** Milliseconds between two states that are kept. */
const KEEP_EVERY = 2000;
/** A suspended process wakes up once each time; the harness itself must not take so long. */
const MOST_RESTARTS = 100;

export async function runGuarded(options: CampaignOptions): Promise<CampaignResult> {
  const guard = options.guard ?? watchdog();
  const first = { before: options.before, from: options.from ?? 0 };
  const far = (state: CampaignState) => ({ before: state, from: first.from + state.done - (first.before?.done ?? 0) });
  let last: { before: CampaignState | undefined; from: number } = first;
  let kept = performance.now();
  for (let restarts = 0; ; restarts++) {
    try {
      return await runCampaign({
        ...options,
        ...last,
        guard,
        onChunk(state) {
          options.onChunk?.(state);
          if (performance.now() - kept < KEEP_EVERY) return;
          kept = performance.now();
          last = far(state());
        },
      });
    } catch (error) {
      if (!(error instanceof Interrupted) || restarts >= MOST_RESTARTS) throw error;
    }
  }
}
