/** The seats of a panel, whoever sits there: a model of ours answers at once, an outside one when it has answered. */
import type { Counters, Profile } from '../../models/contract/model.js';
import { BenchOfModels } from '../run/bench-of-models.js';
import type { Trace } from '../run/trace.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import { withRule } from '../../models/contract/observation.js';
import type { ForeignRules } from './foreign-rules.js';
import type { OutsideAnswer, OutsideModel } from './external-model.js';

export type OnDefect = (seat: number, error: unknown) => void;

export class Seats {
  private readonly bench: BenchOfModels;
  private readonly outsideCounters = new Map<number, Counters>();

  /** Profiles first, then outside models: the order of the panel. */
  constructor(
    readonly profiles: readonly Profile[],
    readonly outsiders: readonly OutsideModel[],
    private readonly onDefect: OnDefect,
    /** By external model: the rules that it names; without, they are not kept. */
    private readonly foreignRules: readonly ForeignRules[],
  ) {
    this.bench = new BenchOfModels([...profiles, ...outsiders.map(() => null)]);
  }

  get traces(): readonly Trace[] {
    return this.bench.traces;
  }

  /** Every model of ours. */
  run(scenario: EncodedScenario): void {
    this.bench.run(scenario, this.onDefect);
  }

  /** The answers of the outside models to a scenario, in their order. */
  ask(scenario: Scenario): Promise<(OutsideAnswer | null)[]> {
    return Promise.all(this.outsiders.map((outsider) => outsider.answer(scenario)));
  }

  /** Makes answers the traces of the outside models' seats. */
  place(answers: readonly (OutsideAnswer | null)[], steps: number): void {
    answers.forEach((answer, index) => {
      this.placeOne(this.profiles.length + index, answer, steps);
    });
  }

  /** Every seat's trace of one scenario. */
  async answerAll(encoded: EncodedScenario, scenario: Scenario): Promise<void> {
    const answers = this.ask(scenario);
    this.run(encoded);
    this.place(await answers, encoded.steps);
  }

  /** One seat's trace of one scenario. */
  async answer(seat: number, encoded: EncodedScenario, scenario: Scenario): Promise<void> {
    if (seat < this.profiles.length) this.bench.runSeat(seat, encoded, this.onDefect);
    else this.placeOne(seat, await this.outsiders[seat - this.profiles.length].answer(scenario), encoded.steps);
  }

  /** Counters after the scenario that ran last on a seat. */
  counters(seat: number): Counters {
    return this.bench.models[seat]?.counters() ?? this.outsideCounters.get(seat) ?? {};
  }

  private placeOne(seat: number, answer: OutsideAnswer | null, steps: number): void {
    this.bench.silence(seat, steps);
    this.outsideCounters.set(seat, answer?.counters ?? {});
    if (answer === null) return;
    const { observations, values } = this.traces[seat];
    observations.set(answer.observations.subarray(0, steps));
    values.set(answer.values.subarray(0, 2 * steps));
    const foreign = this.foreignRules[seat - this.profiles.length];
    if (foreign === undefined) return;
    answer.rules?.forEach((id, step) => {
      if (id !== undefined && step < steps) observations[step] = withRule(observations[step], foreign.numberOf(id));
    });
  }
}
