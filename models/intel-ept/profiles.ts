import type { Profile } from '../contract/model.js';

/** Placeholder until the model of this folder lands. */
export const profiles: readonly Profile[] = [];
