/** The models of a panel with their traces: every one runs a whole case before the next does. */
import type { Counters, Model, Profile } from '../../models/contract/model.js';
import { NOT_ASKED } from '../../models/contract/observation.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import { type GuestSession, guestSessionOf } from './guest-session.js';
import { runnerOf, type StepRunner } from './step-runner.js';
import { Trace } from './trace.js';

const ROOM = 128;

export class BenchOfModels {
  /** The seat whose model answers now, -1 between two: what a guard that interrupts asks. */
  running = -1;
  readonly traces: readonly Trace[];
  private readonly models: (Model | null)[];
  private readonly runners: readonly (StepRunner | null)[];
  private readonly guests: (GuestSession | null)[];
  /** Seats whose model is asked no more. */
  private readonly retired = new Set<number>();
  /** Seats without an answer to the scenario that ran last. */
  private readonly silent = new Set<number>();

  /** A null stands for an external model, whose trace others fill. */
  constructor(private readonly profiles: readonly (Profile | null)[]) {
    this.models = profiles.map((profile) => profile?.create() ?? null);
    this.guests = profiles.map(guestSessionOf);
    this.traces = profiles.map((profile) => new Trace(ROOM, lastingInvariants(profile)));
    this.runners = this.models.map((model, seat) => model && runnerOf(model, this.traces[seat].broken !== null));
  }

  /** Runs every model. One that throws is `n/a` for the case and handed to `onDefect`. */
  run(scenario: EncodedScenario, onDefect: (seat: number, error: unknown) => void): void {
    for (let seat = 0; seat < this.models.length; seat++) this.runSeat(seat, scenario, onDefect);
  }

  runSeat(seat: number, scenario: EncodedScenario, onDefect: (seat: number, error: unknown) => void): void {
    const model = this.models[seat];
    const runner = this.runners[seat];
    if (model === null || runner === null) {
      if (this.retired.has(seat)) this.silence(seat, scenario.steps);
      return;
    }
    const trace = this.traces[seat];
    if (this.silent.size > 0) this.silent.delete(seat);
    this.running = seat;
    try {
      trace.reserve(scenario.steps);
      runner(model, scenario.machine, scenario.words, scenario.steps, trace, this.guests[seat]);
    } catch (error) {
      this.silence(seat, scenario.steps);
      onDefect(seat, error);
    }
    this.running = -1;
  }

  /** A new model takes the seat: the old one was interrupted, or holds what it should not. */
  renew(seat: number): void {
    const profile = this.profiles[seat];
    this.models[seat] = profile?.create() ?? null;
    this.guests[seat] = guestSessionOf(profile);
    this.running = -1;
  }

  /** The seat answers `n/a` from now on. */
  retire(seat: number): void {
    this.models[seat] = null;
    this.retired.add(seat);
  }

  /** Counters after the scenario that ran last; none without a model of ours that answered it. */
  counters(seat: number): Counters {
    return this.silent.has(seat) ? {} : (this.models[seat]?.counters() ?? {});
  }

  /** The seat answers `n/a` to every step. */
  silence(seat: number, steps: number): void {
    const trace = this.traces[seat];
    this.silent.add(seat);
    trace.reserve(steps);
    trace.observations.fill(NOT_ASKED, 0, steps);
    trace.values.fill(0, 0, 2 * steps);
    trace.broken?.fill(0, 0, steps);
  }
}

/** Of a profile that states invariants: those that are judged of the state a step left, one bit each. */
export function lastingInvariants(profile: Profile | null): number | null {
  if (profile?.invariants === undefined) return null;
  return profile.invariants.reduce((bits, invariant, bit) => (invariant?.event === true ? bits : bits | (1 << bit)), 0);
}
