/**
 * Judges silence. `undefined` and `n/a` are no answers and agree with any, but for three that hide a fault: `n/a` to an operation that the
 * subject has, and between kin `undefined` where the other is sure, or other candidates.
 */
import {
  detailOf,
  memtypeOf,
  NOT_APPLICABLE,
  NOT_ASKED,
  type Observation,
  OUTCOME_MASK,
  UNDEFINED,
} from '../../models/contract/observation.js';
import { UC, WC, WB, WP, WT } from '../../models/contract/memory-type.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import { areKin, claims } from './kinship.js';
import { OwedAnswers } from './owed-answers.js';
import type { Panel } from './panel.js';

/** In the order of the bits of candidates. */
const CANDIDATE_TYPES: readonly number[] = [UC, WC, WT, WP, WB];

export class Silence {
  private readonly owed: readonly OwedAnswers[];
  /** By edge. */
  private readonly kin: readonly boolean[];
  /** By edge: the side that claims to be the other: 1 the reference, 2 the seat, 0 neither. */
  private readonly claimant: readonly number[];

  constructor(private readonly panel: Panel) {
    const { seats, edges } = panel;
    this.owed = seats.map((seat) => new OwedAnswers(seat));
    this.kin = edges.map(({ reference, seat }) => areKin(seats[reference], seats[seat]));
    this.claimant = edges.map(({ reference, seat }) =>
      claims(seats[reference], seats[seat]) ? 1 : claims(seats[seat], seats[reference]) ? 2 : 0,
    );
  }

  isBetweenKin(edge: number): boolean {
    return this.kin[edge];
  }

  /** Whether a step on which a side was silent tells a fault. */
  hidesFault(edge: number, step: number, scenario: EncodedScenario, expected: Observation, got: Observation): boolean {
    if (expected === NOT_ASKED || got === NOT_ASKED) return false;
    const { reference, seat } = this.panel.edges[edge];
    const [left, right] = [expected & OUTCOME_MASK, got & OUTCOME_MASK];
    if (left === NOT_APPLICABLE || right === NOT_APPLICABLE) {
      if (left === right) return false;
      return this.owed[left === NOT_APPLICABLE ? reference : seat].owes(scenario, step);
    }
    if (!this.kin[edge]) return false;
    if (left === right) return detailOf(expected) !== detailOf(got);
    // What an external may be where its profile leaves it open: one of the candidates.
    if (left === UNDEFINED && this.claimant[edge] === 2) return isOutside(got, detailOf(expected));
    if (right === UNDEFINED && this.claimant[edge] === 1) return isOutside(expected, detailOf(got));
    return true;
  }
}

/** Whether a memory type is none of the candidates. CD counts as UC and WC+ as WC; an answer without a type is outside of any. */
function isOutside(observation: Observation, candidates: number): boolean {
  if (candidates === 0) return false;
  const type = memtypeOf(observation);
  return type === null ? (observation & OUTCOME_MASK) !== 0 : (candidates & (1 << CANDIDATE_TYPES.indexOf(type & 7))) === 0;
}
