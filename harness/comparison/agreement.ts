/** What was looked at and did not differ: without it, "no difference" says nothing. */
import { NO_RULE, RULE_LIMIT } from '../../models/contract/rule.js';
import { ruleOf } from '../../models/contract/observation.js';
import { abstains } from '../compare/lens.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Pair } from './pair.js';
import type { Reached } from './statements.js';

/** A step that both sides answered alike, by rules with different ids. */
export interface SilentChange {
  readonly a: string;
  readonly b: string;
  readonly steps: number;
}

/** How often the sides' rules decided, by id. */
export interface RuleCoverage {
  readonly id: string;
  readonly a: number;
  readonly b: number;
}

export class Agreement {
  steps = 0;
  /** Steps that any lens looks at, on which neither side abstained. */
  compared = 0;
  /** Of those: answered alike in every lens. */
  alike = 0;
  /** Of the steps that any lens looks at: those on which a side abstained. */
  abstained = 0;
  /** By rule of A * RULE_LIMIT + rule of B, of compared steps with equal answers. */
  private readonly alikeBy = new Map<number, number>();
  /** By side and rule number. */
  private readonly reached = [new Float64Array(RULE_LIMIT), new Float64Array(RULE_LIMIT)];
  private readonly isLookedAt: readonly boolean[];

  constructor(private readonly pair: Pair) {
    const { lenses } = pair.work;
    this.isLookedAt = OPERATION_NAMES.map((name) => lenses.some(({ operations }) => operations.includes(name)));
  }

  /** Adds a scenario that both sides have just run. */
  add(scenario: EncodedScenario): void {
    const { words, steps } = scenario;
    const { traces } = this.pair.work.seats;
    /** By step: not 0 where a lens sees a difference. */
    const differs = new Uint8Array(steps);
    this.pair.work.comparator.compareEdge(0, scenario, traces, (_lens, _edge, step) => {
      differs[step] = 1;
    });
    const a = traces[this.pair.a].observations;
    const b = traces[this.pair.b].observations;
    const [reachedByA, reachedByB] = this.reached;
    this.steps += steps;
    for (let step = 0; step < steps; step++) {
      const ruleA = ruleOf(a[step]);
      const ruleB = ruleOf(b[step]);
      reachedByA[ruleA]++;
      reachedByB[ruleB]++;
      if (!this.isLookedAt[words[step * STEP_WORDS]]) continue;
      if (abstains(a[step]) || abstains(b[step])) {
        this.abstained++;
        continue;
      }
      this.compared++;
      if (differs[step] !== 0) continue;
      this.alike++;
      if (ruleA === NO_RULE || ruleB === NO_RULE) continue;
      const key = ruleA * RULE_LIMIT + ruleB;
      this.alikeBy.set(key, (this.alikeBy.get(key) ?? 0) + 1);
    }
  }

  /** Coverage of every rule that either side could reach, by id. */
  coverage(): RuleCoverage[] {
    const counts = new Map<string, { a: number; b: number }>();
    this.sides().forEach(({ rules, reached }, side) => {
      rules.forEach((rule, number) => {
        // Rules of zaps and clauses are told beside those that observations carry.
        if (rule === null || (rule.kind !== undefined && reached[number] === 0)) return;
        const count = counts.get(rule.id) ?? { a: 0, b: 0 };
        // A rule stands in the list once more for each set of clauses.
        count[side === 0 ? 'a' : 'b'] += reached[number];
        counts.set(rule.id, count);
      });
    });
    return [...counts].map(([id, count]) => ({ id, ...count })).sort(byId);
  }

  /** Between rules with different ids, most frequent first. */
  silentChanges(): SilentChange[] {
    const [{ rules: rulesA }, { rules: rulesB }] = this.sides();
    const changes = new Map<string, SilentChange>();
    for (const [key, steps] of this.alikeBy) {
      const a = rulesA[Math.floor(key / RULE_LIMIT)]?.id ?? '';
      const b = rulesB[key % RULE_LIMIT]?.id ?? '';
      const pair = `${a} ${b}`;
      changes.set(pair, { a, b, steps: (changes.get(pair)?.steps ?? 0) + steps });
    }
    return [...changes.values()]
      .filter(({ a, b }) => a !== b)
      .sort((x, y) => y.steps - x.steps || (`${x.a} ${x.b}` < `${y.a} ${y.b}` ? -1 : 1));
  }

  /** Names that buckets give to the rules that each side reached. */
  reachedSides(): Reached {
    const [a, b] = this.sides().map(
      ({ rules, reached }) =>
        new Set(rules.flatMap((rule, number) => (rule === null || reached[number] === 0 ? [] : [rule.cause ?? rule.id]))),
    );
    return { a, b };
  }

  private sides() {
    const { work, a, b } = this.pair;
    return [a, b].map((seat, side) => ({ rules: work.panel.seats[seat].rules, reached: this.reached[side] }));
  }
}

const byId = (x: RuleCoverage, y: RuleCoverage) => (x.id < y.id ? -1 : 1);
