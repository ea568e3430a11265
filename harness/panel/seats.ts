/** The seats of a panel, whoever sits there: a model of ours answers at once, an external one when it has answered. */
import type { Counters, Profile } from '../../models/contract/model.js';
import { BenchOfModels } from '../run/bench-of-models.js';
import { type Guard, Interrupted, Looping, unguarded } from '../run/guard.js';
import type { Trace } from '../run/trace.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import { withRule } from '../../models/contract/observation.js';
import type { ExternalRules } from './external-rules.js';
import type { ExternalAnswer, External } from './external.js';

/** A model that loops costs the time limit twice a case. */
const MOST_LOOPS = 3;

export type OnDefect = (seat: number, error: unknown) => void;

export class Seats {
  private readonly bench: BenchOfModels;
  /** By seat: cases in which its model looped. */
  private readonly loops = new Map<number, number>();
  private readonly externalCounters = new Map<number, Counters>();

  /** Profiles first, then external models: the order of the panel. */
  constructor(
    readonly profiles: readonly Profile[],
    readonly externals: readonly External[],
    private readonly onDefect: OnDefect,
    /** By external model: the rules that it names; without, they are not kept. */
    private readonly externalRules: readonly ExternalRules[],
    private readonly guard: Guard = unguarded,
  ) {
    this.bench = new BenchOfModels([...profiles, ...externals.map(() => null)]);
  }

  get traces(): readonly Trace[] {
    return this.bench.traces;
  }

  /** Every model of ours. */
  run(scenario: EncodedScenario): void {
    this.bench.run(scenario, this.onDefect);
  }

  /**
   * Does the work, in which models of ours run, under guard. False: it was interrupted in a model; `finishSeat` or `finish` goes on from there.
   * @throws {Interrupted} if it was interrupted between models: the process was suspended, say
   */
  guarded(work: () => void): boolean {
    try {
      this.guard(work);
      return true;
    } catch (error) {
      if (error instanceof Interrupted && this.bench.running >= 0) return false;
      throw error;
    }
  }

  /** The model that was interrupted gets a second chance, as a new one, alone; then those after it run. */
  finish(scenario: EncodedScenario): void {
    for (let seat = this.finishSeat(scenario) + 1; seat < this.profiles.length; seat++)
      if (!this.guarded(() => this.bench.runSeat(seat, scenario, this.onDefect))) this.finishSeat(scenario);
  }

  /** The interrupted seat's trace, by a new model. It loops if that one is interrupted, too: silent for this scenario. Returns the seat. */
  finishSeat(scenario: EncodedScenario): number {
    const seat = this.bench.running;
    this.bench.renew(seat);
    if (!this.guarded(() => this.bench.runSeat(seat, scenario, this.onDefect))) this.onLoop(seat, scenario);
    return seat;
  }

  private onLoop(seat: number, scenario: EncodedScenario): void {
    this.bench.renew(seat);
    this.bench.silence(seat, scenario.steps);
    const loops = (this.loops.get(seat) ?? 0) + 1;
    this.loops.set(seat, loops);
    const isLast = loops === MOST_LOOPS;
    if (isLast) this.bench.retire(seat);
    this.onDefect(
      seat,
      new Looping(`loops: no answer in time, nor from a new instance${isLast ? `; asked no more, after ${loops} such cases` : ''}`),
    );
  }

  /** A seat's answers by a new model, which then stays. */
  renew(seat: number): void {
    this.bench.renew(seat);
  }

  /** The answers of the external models to a scenario, in their order. */
  ask(scenario: Scenario): Promise<(ExternalAnswer | null)[]> {
    return Promise.all(this.externals.map((external) => external.answer(scenario)));
  }

  /** Makes answers the traces of the external models' seats. */
  place(answers: readonly (ExternalAnswer | null)[], steps: number): void {
    answers.forEach((answer, index) => {
      this.placeOne(this.profiles.length + index, answer, steps);
    });
  }

  /** Every seat's trace of one scenario. */
  async answerAll(encoded: EncodedScenario, scenario: Scenario): Promise<void> {
    const answers = this.ask(scenario);
    if (!this.guarded(() => this.run(encoded))) this.finish(encoded);
    this.place(await answers, encoded.steps);
  }

  /** One seat's trace of one scenario. */
  async answer(seat: number, encoded: EncodedScenario, scenario: Scenario): Promise<void> {
    if (seat >= this.profiles.length)
      this.placeOne(seat, await this.externals[seat - this.profiles.length].answer(scenario), encoded.steps);
    else if (!this.guarded(() => this.runSeat(seat, encoded))) this.finishSeat(encoded);
  }

  /** One model of ours. */
  runSeat(seat: number, encoded: EncodedScenario): void {
    this.bench.runSeat(seat, encoded, this.onDefect);
  }

  /** Counters after the scenario that ran last on a seat. */
  counters(seat: number): Counters {
    return this.externalCounters.get(seat) ?? this.bench.counters(seat);
  }

  private placeOne(seat: number, answer: ExternalAnswer | null, steps: number): void {
    this.bench.silence(seat, steps);
    this.externalCounters.set(seat, answer?.counters ?? {});
    if (answer === null) return;
    const { observations, values } = this.traces[seat];
    observations.set(answer.observations.subarray(0, steps));
    values.set(answer.values.subarray(0, 2 * steps));
    const external = this.externalRules[seat - this.profiles.length];
    if (external === undefined) return;
    answer.rules?.forEach((id, step) => {
      if (id !== undefined && step < steps) observations[step] = withRule(observations[step], external.numberOf(id));
    });
  }
}
