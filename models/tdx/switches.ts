/** In what the versions and variants of KVM with TDX differ. */
import { type SwitchesOf, type SwitchTexts, toggle } from '../contract/switch.js';

export const SWITCHES = {
  zapFirst: toggle(
    'A conversion zaps the leaves of the opposite type before it stores the attribute, and then ends the invalidation; else it zaps both EPTs after the stores.',
  ),
  earlyOutEqual: toggle('A conversion to the attributes that the range has already returns at once.'),
  headTailAdd: toggle('Huge regions at the head and tail of a conversion that are not mixed yet join the invalidation.'),
  mismatchBeforeSlot: toggle(
    'A fault compares access and attribute before it looks at the memslot; RFC v8 in the other order (unverified).',
  ),
  stalePrecheck: toggle('A fault asks for a running invalidation before it looks up the page too, not only under the lock.'),
  notifierSparesPrivate: toggle('An invalidation by the MMU notifier leaves private leaves alone; RFC v8 leaves it open.'),
  skipZap: toggle('Planted: a conversion flushes TLBs but removes no leaf.'),
  noInvalidation: toggle('Planted: a conversion announces no invalidation.'),
} as const satisfies SwitchTexts;

export type Switches = SwitchesOf<typeof SWITCHES>;
