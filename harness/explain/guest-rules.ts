/** By which rule the guest OS answered each request of a scenario, subject by subject. */
import type { Profile } from '../../models/contract/model.js';
import type { Rule } from '../../models/contract/rule.js';
import { stepNotes } from '../run/step-notes.js';
import type { Scenario } from '../scenario/scenario.js';

export interface GuestRule {
  readonly step: number;
  readonly rule: Rule;
  /** Names of the subjects in whose guest it decided. */
  readonly profiles: readonly string[];
}

/** In the order of the steps. */
export function guestRules(profiles: readonly Profile[], scenario: Scenario): GuestRule[] {
  if (scenario.machine.guestOs === null) return [];
  const notes = profiles.map((profile) => ({ name: profile.name, own: stepNotes(profile, scenario) }));
  return scenario.steps.flatMap((_, step) => {
    const found = new Map<string, { rule: Rule; profiles: string[] }>();
    for (const { name, own } of notes) {
      const rule = own[step].guestOs;
      if (rule === null) continue;
      const known = found.get(keyOf(rule));
      if (known === undefined) found.set(keyOf(rule), { rule, profiles: [name] });
      else known.profiles.push(name);
    }
    return [...found.values()].map((each) => ({ step, ...each }));
  });
}

function keyOf({ id, clauses = [] }: Rule): string {
  return [id, ...clauses.map((clause) => clause.id)].join(' ');
}
