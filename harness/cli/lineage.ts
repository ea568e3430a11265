/** The family of a profile by its name; an external model is a family of its own. */
import { PROFILES } from '../../models/registry.js';

const LINEAGES = new Map(PROFILES.map(({ name, lineage }) => [name, lineage]));

export function lineageOf(name: string): string {
  return LINEAGES.get(name) ?? LINEAGES.get(name.replace(/\+.*$/, '')) ?? name;
}
