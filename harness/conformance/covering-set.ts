/** Grows a covering set: random scenarios, each minimised to what it is kept for, so that every trait of a profile is shown by one of them. */
import type { Profile } from '../../models/contract/model.js';
import { withRule } from '../../models/contract/observation.js';
import { minimise } from '../minimise/minimise.js';
import type { Scenario } from '../scenario/scenario.js';
import { FollowedRun, type FollowedStep } from './followed-run.js';
import { type Trait, traitsOf } from './shown-traits.js';

/** A trait whose register did not matter this often is given up: the rule does not look at it. */
const PATIENCE = 6;

export class CoveringSet {
  private readonly kept: { readonly scenario: Scenario; readonly traits: ReadonlySet<string> }[] = [];
  private readonly whole: Scenario[] = [];
  private readonly shown = new Set<string>();
  private readonly refused = new Map<string, number>();
  private readonly run: FollowedRun;

  constructor(private readonly profile: Profile) {
    this.run = new FollowedRun(profile);
  }

  /** Traits shown so far. */
  get size(): number {
    return this.shown.size;
  }

  /** The fewest that show everything: each shows a trait that no other one does. */
  get scenarios(): Scenario[] {
    const times = new Map<string, number>();
    for (const { traits } of this.kept) for (const trait of traits) times.set(trait, (times.get(trait) ?? 0) + 1);
    const needed = this.kept.filter(({ traits }) => {
      if ([...traits].some((trait) => times.get(trait) === 1)) return true;
      for (const trait of traits) times.set(trait, (times.get(trait) as number) - 1);
      return false;
    });
    return [...this.whole, ...needed.map(({ scenario }) => scenario)];
  }

  /** Takes a scenario that stays whatever else shows its traits; they are to be shown by smaller ones, too. */
  keepWhole(scenario: Scenario): void {
    this.whole.push(scenario);
  }

  /** Takes a scenario that is kept already: what it shows need not be shown again. */
  keep(scenario: Scenario): void {
    const steps = this.run.steps(scenario);
    const traits = new Set<string>();
    traitsOf(scenario, steps, this.profile.rules).forEach((shown, step) => {
      for (const trait of shown) if (!traits.has(trait.text) && this.depends(trait, scenario, steps, step)) traits.add(trait.text);
    });
    for (const trait of traits) this.shown.add(trait);
    this.kept.push({ scenario, traits });
  }

  /** Keeps the smallest scenario for all that this one is the first to show. False: it shows nothing new. */
  offer(scenario: Scenario): boolean {
    const steps = this.run.steps(scenario);
    const fresh = new Set<string>();
    traitsOf(scenario, steps, this.profile.rules).forEach((traits, step) => {
      for (const trait of traits) {
        if (!this.shown.has(trait.text) && !fresh.has(trait.text) && this.matters(trait, scenario, steps, step))
          fresh.add(trait.text);
      }
    });
    if (fresh.size > 0) this.keep(minimise(scenario, (candidate) => this.showsAllAt(candidate, fresh)).scenario);
    return fresh.size > 0;
  }

  /** The step by which all of the traits have been shown; -1: one is missing. */
  private showsAllAt(scenario: Scenario, wanted: ReadonlySet<string>): number {
    const steps = this.run.steps(scenario);
    const missing = new Set(wanted);
    return traitsOf(scenario, steps, this.profile.rules).findIndex((traits, step) => {
      for (const trait of traits)
        if (missing.has(trait.text) && this.depends(trait, scenario, steps, step)) missing.delete(trait.text);
      return missing.size === 0;
    });
  }

  private matters(trait: Trait, scenario: Scenario, steps: readonly FollowedStep[], step: number): boolean {
    const times = this.refused.get(trait.text) ?? 0;
    if (times >= PATIENCE) return false;
    const matters = this.depends(trait, scenario, steps, step);
    if (!matters) this.refused.set(trait.text, times + 1);
    return matters;
  }

  /** Whether the answer would be another one without the step that wrote the trait's register. */
  private depends({ writer }: Trait, scenario: Scenario, steps: readonly FollowedStep[], step: number): boolean {
    if (writer < 0) return true;
    const without = { ...scenario, steps: scenario.steps.filter((_, index) => index !== writer && index <= step) };
    const answers = this.run.steps(without);
    const other = answers[answers.length - 1].observation;
    return withRule(other, 0) !== withRule(steps[step].observation, 0);
  }
}
