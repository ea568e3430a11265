/** Rules of an external model, as it names them: numbered in the order in which they come. */
import { RULE_LIMIT, type Rule } from '../../models/contract/rule.js';

/** Longest id that is taken as one: an id is a name, not an essay. */
const LONGEST_ID = 120;

export class ExternalRules {
  /** By number; grows as the model names rules. 0 is no rule. */
  readonly rules: (Rule | null)[] = [null];
  private readonly numbers = new Map<string, number>();

  constructor(private readonly model: string) {}

  /** Number of a rule; 0 for an id that is no name and for more rules than an observation can tell apart. */
  numberOf(id: string): number {
    const known = this.numbers.get(id);
    if (known !== undefined) return known;
    if (this.rules.length >= RULE_LIMIT || id.length > LONGEST_ID || !/^[\w.+-]+$/.test(id)) return 0;
    this.numbers.set(id, this.rules.length);
    this.rules.push({
      id,
      sentence: `The model names the rule ${id}.`,
      citation: { document: this.model, place: 'its own answer' },
    });
    return this.rules.length - 1;
  }
}
