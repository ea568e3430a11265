/**
 * Rules of one statement of a source: one document, one place in it, one commit. Within a family a patch changes statements, and the
 * rules of a statement that it adds or drops are one cause: the outcomes of a look-up, the cells of a table. Between families rules
 * have nothing in common, and each stands for itself.
 */
import type { Rule } from '../../models/contract/rule.js';
import type { SideName } from './cause.js';
import type { Pair } from './pair.js';

/** Names that buckets give to rules: a rule's id, or the cause that it shares with others. */
export interface RulePair {
  readonly a: string;
  readonly b: string;
}

/** Names of the rules that each side reached in the whole search. */
export interface Reached {
  readonly a: ReadonlySet<string>;
  readonly b: ReadonlySet<string>;
}

export class Statements {
  private readonly areOneFamily: boolean;
  /** Both sides have rules: an external model has none. */
  readonly areOfBoth: boolean;
  private readonly byRule = new Map<string, string>();
  private readonly reached: Reached;

  constructor(pair: Pair, reached: Reached) {
    const seats = [pair.work.panel.seats[pair.a], pair.work.panel.seats[pair.b]];
    this.areOneFamily = seats[0].lineage === seats[1].lineage;
    this.areOfBoth = seats.every(({ rules }) => rules.length > 0);
    for (const rule of seats.flatMap(({ rules }) => rules)) if (rule !== null) this.note(rule);
    const statements = (names: ReadonlySet<string>) => new Set([...names].map((name) => this.of(name)));
    this.reached = { a: statements(reached.a), b: statements(reached.b) };
  }

  /** The statement of a rule, as a text to tell it from others; of a name that is no rule, the name. */
  of(name: string): string {
    return (this.areOneFamily ? this.byRule.get(name) : undefined) ?? name;
  }

  /** The side that alone reached the statement of its rule; B if both did: what is new says more than what it replaces. */
  onlySide(rules: RulePair): SideName | null {
    if (!this.areOneFamily) return null;
    const a = this.of(rules.a);
    const b = this.of(rules.b);
    if (this.reached.b.has(b) && !this.reached.a.has(b)) return 'b';
    return this.reached.a.has(a) && !this.reached.b.has(a) ? 'a' : null;
  }

  /** Of pairs of statements that both sides reached: the side with fewer of them, so that they join to fewer differences. */
  favouredSide(pairs: readonly RulePair[]): SideName {
    const common = pairs.filter((rules) => this.onlySide(rules) === null && this.of(rules.a) !== this.of(rules.b));
    const count = (side: SideName) => new Set(common.map((rules) => this.of(rules[side]))).size;
    return count('b') <= count('a') ? 'b' : 'a';
  }

  private note(rule: Rule): void {
    const { document, place, commit = '' } = rule.citation;
    const name = rule.cause ?? rule.id;
    if (!this.byRule.has(name)) this.byRule.set(name, `${document}, ${place}, ${commit}`);
  }
}
