/** Where KVM_SET_MEMORY_ATTRIBUTES stands while it is paused. One at a time: slots_lock is held throughout. */
import { type ConversionPause, NO_PAUSE } from '../contract/operation.js';

export class ConversionInFlight {
  start = 0;
  end = 0;
  toPrivate = false;
  /** The step that it stopped after, or NO_PAUSE if none is in flight. */
  pausedAt: ConversionPause = NO_PAUSE;
  /** It has begun an invalidation and not ended it. */
  isInvalidating = false;

  reset(): void {
    this.pausedAt = NO_PAUSE;
    this.isInvalidating = false;
  }

  get isInFlight(): boolean {
    return this.pausedAt !== NO_PAUSE;
  }
}
