/** The scenario kept so far and the candidates tried: each is evaluated at most once. */
import type { Machine } from '../../models/contract/machine.js';
import type { Operation } from '../../models/contract/operation.js';
import { printStep } from '../operations/step-codec.js';
import { fits } from '../scenario/fits.js';
import { machineJson } from '../scenario/print.js';
import type { Scenario } from '../scenario/scenario.js';

/**
 * Work that needs answers: it yields a candidate and is resumed with the index of the first step at which the candidate shows what
 * must be kept, or -1. So the same passes serve models that answer at once and external ones that take their time.
 */
export type Trial<T> = Generator<Scenario, T, number>;

export class Search {
  /** Candidates that were evaluated. */
  evaluations = 0;
  private readonly answers = new Map<string, number>();
  private kept: Scenario;

  /** @param scenario within the bounds of its machine */
  constructor(scenario: Scenario) {
    // Copies: two steps of a scenario may be one object, and the passes tell steps apart by identity.
    this.kept = { ...scenario, steps: scenario.steps.map((step) => ({ ...step })) };
  }

  /** The simplest scenario so far; its last step is the one that shows what is kept. */
  get scenario(): Scenario {
    return this.kept;
  }

  /** Makes the candidate the kept scenario, cut after the step that shows, if it shows at all. False: it does not, or does not fit. */
  *adopt(candidate: Scenario): Trial<boolean> {
    const text = textOf(candidate);
    if (text === textOf(this.kept) && this.evaluations > 0) return true;
    if (candidate.steps.length === 0 || !fits(candidate)) return false;
    const shows = yield* this.answerTo(candidate, text);
    if (shows >= 0) this.kept = shows + 1 < candidate.steps.length ? upTo(candidate, shows) : candidate;
    return shows >= 0;
  }

  /** Whether the kept scenario itself shows: it may have been cut on the promise that the steps after the shown one do not matter. */
  *isConfirmed(): Trial<boolean> {
    return (yield* this.answerTo(this.kept, textOf(this.kept))) >= 0;
  }

  private *answerTo(candidate: Scenario, text: string): Trial<number> {
    const known = this.answers.get(text);
    if (known !== undefined) return known;
    this.evaluations++;
    const shows = yield candidate;
    this.answers.set(text, shows);
    return shows;
  }
}

function upTo(scenario: Scenario, step: number): Scenario {
  return { ...scenario, steps: scenario.steps.slice(0, step + 1) };
}

const STEP_TEXTS = new WeakMap<Operation, string>();
const MACHINE_TEXTS = new WeakMap<Machine, string>();

/** The canonical text without name and origin. Candidates share most of their steps: each is printed once. */
function textOf({ machine, steps }: Scenario): string {
  return `${cached(MACHINE_TEXTS, machine, machineJson)}\n${steps.map((step) => cached(STEP_TEXTS, step, printStep)).join('\n')}`;
}

function cached<T extends object>(texts: WeakMap<T, string>, value: T, print: (value: T) => unknown): string {
  let text = texts.get(value);
  if (text === undefined) {
    text = JSON.stringify(print(value));
    texts.set(value, text);
  }
  return text;
}
