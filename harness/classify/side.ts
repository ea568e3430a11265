/** One side of a divergence as the cause it contributes: its deciding rule, or, of a model without rules, its answer. */
import { LEVEL_NAMES } from '../../models/contract/address.js';
import { MEMORY_TYPE_NAMES } from '../../models/contract/memory-type.js';
import {
  detailOf,
  ERRNO_NAMES,
  ENTRY_FAILED,
  ERROR,
  L1_EXIT,
  LEVEL_MASK,
  levelOf,
  MEMTYPE_MASK,
  MEMTYPE_VARIANT,
  memtypeOf,
  type Observation,
  OUTCOME_MASK,
  OUTCOME_NAMES,
  outcomeOf,
  REASON_NAMES,
  ruleOf,
} from '../../models/contract/observation.js';
import { DETAIL_MASK } from '../../models/contract/observation.js';
import { abstains, BUCKET_LENSES, type Lens } from '../compare/lens.js';
import type { Seat } from '../compare/panel.js';

/** A model without rules that was silent where an answer was owed. */
export const ABSTAINS = 'abstains';
const ANSWER_BITS = OUTCOME_MASK | MEMTYPE_MASK | LEVEL_MASK | DETAIL_MASK;

/** A memory type without its variant bit; all of them set: none. */
const FOLDED = MEMTYPE_MASK & ~MEMTYPE_VARIANT;

/** Readable name of a side: `intel-ept.ignore-guest-pat`, `sev-snp.served-private`, `ok-UC`, `gp`. */
export function sideName(seat: Seat, observation: Observation, lens: Lens): string {
  const rule = seat.rules[ruleOf(observation)];
  if (rule?.typeOnly && comparesNoType(lens)) return `${rule.id.split('.')[0]}.${SERVED[detailOf(observation)]}`;
  return (
    rule?.cause ?? rule?.id ?? (abstains(observation) ? ABSTAINS : answerName(observation & lens.mask & ANSWER_BITS, lens.mask))
  );
}

/** By the page of private memory that served an access. */
const SERVED = ['served', 'served-private', 'served-shared'] as const;

/** Lenses of private memory: a rule that decides a memory type alone says nothing of what they look at. */
function comparesNoType(lens: Lens): boolean {
  return lens.name === 'private' || lens.name === 'invariant';
}

/** The answer without the value of a `read-msr`: values are no causes. */
function answerName(observation: Observation, mask: number): string {
  const outcome = outcomeOf(observation);
  const memtype =
    (mask & MEMTYPE_MASK) === 0 || outcome !== 0
      ? null
      : memtypeOf(observation | (~mask & MEMTYPE_MASK & ((observation & FOLDED) === FOLDED ? MEMTYPE_VARIANT : 0)));
  const level = levelOf(observation);
  return [
    (mask & OUTCOME_MASK) === 0 ? '' : OUTCOME_NAMES[outcome],
    outcome === ERROR ? ERRNO_NAMES[detailOf(observation)] : '',
    outcome === ENTRY_FAILED || outcome === L1_EXIT ? REASON_NAMES[detailOf(observation)] : '',
    memtype === null ? '' : MEMORY_TYPE_NAMES[memtype],
    level === 0 ? '' : LEVEL_NAMES[level],
  ]
    .filter((part) => part !== '')
    .join('-');
}

/**
 * Numbers sides, so that a bucket is found by small integers: sides with one name have one number, whatever the profile.
 * By seat: the number of each rule's side.
 */
export class Sides {
  private readonly numbers = new Map<string, number>();
  private readonly byRule: readonly Int32Array[];
  private readonly byAnswer: readonly Map<number, number>[];

  constructor(private readonly seats: readonly Seat[]) {
    this.byRule = seats.map(({ rules }) =>
      Int32Array.from(rules, (rule) => (rule === null ? -1 : this.numberOf(rule.cause ?? rule.id))),
    );
    this.byAnswer = seats.map(() => new Map());
  }

  /** Number of the side that seat `seat` contributes. Below 2 ** 13. */
  of(seat: number, observation: Observation, lens: Lens): number {
    const rule = ruleOf(observation);
    const rules = this.byRule[seat];
    if (rule > 0 && rule < rules.length) {
      const isNamedByRule = !(comparesNoType(lens) && this.seats[seat].rules[rule]?.typeOnly);
      return isNamedByRule ? rules[rule] : this.numberOf(sideName(this.seats[seat], observation, lens));
    }
    // Of an external model that names rules as it goes, or none: found by the rule, else by the answer.
    // The same bits read differently in two lenses: `ok` of an MSR write, `ok-UC` of an access.
    const answer =
      rule > 0 ? -rule : BUCKET_LENSES.indexOf(lens.name) * 2 ** 21 + (observation & (lens.mask | OUTCOME_MASK) & ANSWER_BITS);
    const known = this.byAnswer[seat].get(answer);
    if (known !== undefined) return known;
    const number = this.numberOf(sideName(this.seats[seat], observation, lens));
    this.byAnswer[seat].set(answer, number);
    return number;
  }

  /** Number of the side with this name, made if it is new. */
  numberOf(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    this.numbers.set(name, this.numbers.size);
    return this.numbers.size - 1;
  }
}
