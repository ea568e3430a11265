/** The one documents of `history --format json` and `bisect --format json`. */
import type { Asked, Bisection, Flip } from '../history/bisection.js';
import type { Timeline } from '../history/timeline.js';
import { scenarioJson } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';

export function historyJson(scenario: Scenario, timelines: readonly Timeline[]): Record<string, unknown> {
  return {
    format: 'emtdiff-history/1',
    scenario: scenarioJson(scenario),
    families: timelines.map(({ line, steps }) => ({
      name: line.name,
      versions: line.versions.map(({ name }) => name),
      proposals: line.proposals.map(({ name }) => name),
      steps,
    })),
  };
}

export function bisectionJson(family: string, scenario: Scenario, step: number, bisection: Bisection): Record<string, unknown> {
  const { asked, oldest, newest, found, flips, open } = bisection;
  return {
    format: 'emtdiff-bisect/1',
    family,
    step,
    op: scenario.steps[step].op,
    oldest: askedJson(oldest),
    newest: askedJson(newest),
    first: found?.after.profile.name ?? null,
    flipsMoreThanOnce: flips.length > 1,
    asked: asked.map(askedJson),
    flips: flips.map(flipJson),
    open: open.map(({ name }) => name),
  };
}

function askedJson(asked: Asked | null): Record<string, unknown> | null {
  return asked === null ? null : { profile: asked.profile.name, answer: asked.answer };
}

function flipJson({ before, after, change, between }: Flip): Record<string, unknown> {
  return {
    before: askedJson(before),
    after: askedJson(after),
    commits: change.commits,
    isExact: change.isExact,
    rule: change.rule,
    between: between.map(({ name }) => name),
  };
}
