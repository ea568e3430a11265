/** Makes the scenario of a bucket small, whoever sits on its edge; one whose answers cannot be had again is told as what it is. */
import { ruleOf } from '../../models/contract/observation.js';
import type { Panel } from '../compare/panel.js';
import { type Minimised, minimisation } from '../minimise/minimise.js';
import { Interrupted } from '../run/guard.js';
import { encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import type { ExternalAnswer, External } from './external.js';
import type { FaultLog, Fickleness } from './faults.js';
import type { Probe, Target } from './probe.js';
import type { Seats } from './seats.js';

/** A scenario that shows a bucket, as small as it could be made. */
export interface Minimal extends Target {
  readonly scenario: Scenario;
  /** Where it shows. */
  readonly step: number;
  readonly evaluations: number;
  readonly certifying: number;
}

/** Candidates evaluated under one guard. */
const CANDIDATES = 16;
/** How often a search that was interrupted between models begins anew. */
const ATTEMPTS = 3;

type Holds = (candidate: Scenario) => Promise<number>;

export class BucketReduction {
  constructor(
    private readonly panel: Panel,
    private readonly seats: Seats,
    private readonly probe: Probe,
    private readonly faults: FaultLog,
  ) {}

  /** @param hurry only cuts off what comes after the step that shows it */
  async minimise(target: Target, scenario: Scenario, hurry: boolean): Promise<Minimal> {
    const holds: Holds = (candidate) => this.probe.show(target, candidate);
    const external = this.externalOf(target);
    // One that was set aside answers nothing any more: its findings are reported as they were.
    const isCut = hurry || (external !== undefined && !(await this.isSteady(external, scenario)));
    const minimal = isCut ? await truncated(scenario, holds) : await this.smallest(target, scenario, holds, external);
    // -1: a model at fault; the last step of a minimal scenario is the one that shows.
    const step = await holds(minimal.scenario);
    const { length } = minimal.scenario.steps;
    return { ...target, ...minimal, step: target.bucket.op === 'end' ? length : step < 0 ? length - 1 : step };
  }

  /** What answers now so, now otherwise cannot be minimised with: its finding is reported as it was. */
  private async smallest(target: Target, scenario: Scenario, holds: Holds, external: External | undefined): Promise<Minimised> {
    if (external === undefined) {
      const { reference, seat } = this.panel.edges[target.edge];
      const both = [...new Set([reference, seat])];
      const used = both.map((one) => this.answersOf(one, scenario));
      // A finding is what anybody sees who replays it: with models that ran nothing before.
      for (const one of both) this.seats.renew(one);
      let defect: unknown = null;
      try {
        if ((await holds(scenario)) >= 0) return this.smallestHere(target, scenario);
      } catch (error) {
        // A model that answers otherwise from time to time may show the bucket once and not again.
        defect = error;
      }
      const how = both.map((one, index) => this.ficklenessOf(one, scenario, target, used[index]));
      if (defect !== null && how.every((one) => one === null)) throw defect;
      both.forEach((one, index) => {
        const fickleness = how[index];
        if (fickleness !== null) this.faults.onFickle(this.panel.seats[one].name, fickleness);
      });
      return truncated(scenario, holds);
    }
    try {
      const work = minimisation(scenario);
      let next = work.next();
      while (!next.done) next = work.next(await holds(next.value));
      return next.value;
    } catch {
      if (!external.isSetAside) this.faults.onFickle(external.name, 'differs');
      return truncated(scenario, holds);
    }
  }

  /** With models of ours at both ends: a few candidates under one guard. */
  private smallestHere(target: Target, scenario: Scenario, attempt = 1): Minimised {
    const work = minimisation(scenario);
    let next = work.next();
    const some = () => {
      for (let count = 0; count < CANDIDATES && !next.done; count++) next = work.next(this.probe.showNow(target, next.value));
    };
    try {
      while (!next.done) {
        if (this.seats.guarded(some)) continue;
        // The candidate made a model loop, or the process was suspended.
        this.seats.finishSeat(encodeScenario(next.value as Scenario));
        next = work.next(-1);
      }
      return next.value;
    } catch (error) {
      if (error instanceof Interrupted && attempt < ATTEMPTS) return this.smallestHere(target, scenario, attempt + 1);
      throw error;
    }
  }

  /**
   * Of a model on the edge of a target that new models do not show. Two new ones that disagree differ by themselves; else the one that
   * ran the campaign's cases kept something of another case, if it answers otherwise, or if a new one never decides by the target's rule.
   */
  private ficklenessOf(seat: number, scenario: Scenario, { edge, bucket }: Target, used: string): Fickleness | null {
    const fresh = [0, 1].map(() => {
      this.seats.renew(seat);
      return this.answersOf(seat, scenario);
    });
    if (fresh[0] !== fresh[1]) return 'differs';
    const cause = seat === this.panel.edges[edge].reference ? bucket.expectedSide : bucket.gotSide;
    const { rules } = this.panel.seats[seat];
    const isDecided = [...this.seats.traces[seat].observations.subarray(0, scenario.steps.length)].some((observation) => {
      const rule = rules[ruleOf(observation)];
      return (rule?.cause ?? rule?.id) === cause;
    });
    return used !== fresh[0] || !isDecided ? 'remembers' : null;
  }

  /** What a seat answers, as text. */
  private answersOf(seat: number, scenario: Scenario): string {
    const encoded = encodeScenario(scenario);
    if (!this.seats.guarded(() => this.seats.runSeat(seat, encoded))) this.seats.finishSeat(encoded);
    const { observations, values } = this.seats.traces[seat];
    return [...observations.subarray(0, encoded.steps), ...values.subarray(0, 2 * encoded.steps)].join();
  }

  /** Does it answer, and twice the same? One that does not cannot be minimised with: told once, and what it is. */
  private async isSteady(external: External, scenario: Scenario): Promise<boolean> {
    if (this.faults.isFickle(external.name)) return false;
    const [first, second] = [await external.answer(scenario), await external.answer(scenario)];
    if (first === null || second === null) return false;
    if (isSame(first, second)) return true;
    const again = external.answerAfresh?.bind(external) ?? external.answer.bind(external);
    const [fresh, other] = [await again(scenario), await again(scenario)];
    this.faults.onFickle(external.name, fresh !== null && other !== null && isSame(fresh, other) ? 'remembers' : 'differs');
    return false;
  }

  /** The external model on the target's edge, if there is one. */
  private externalOf({ edge }: Target): External | undefined {
    const { reference, seat } = this.panel.edges[edge];
    const { profiles, externals } = this.seats;
    return externals[seat - profiles.length] ?? externals[reference - profiles.length];
  }
}

function isSame(one: ExternalAnswer, other: ExternalAnswer): boolean {
  return (
    one.observations.every((word, step) => word === other.observations[step]) &&
    one.values.every((word, index) => word === other.values[index])
  );
}

async function truncated(scenario: Scenario, holds: Holds): Promise<Minimised> {
  const step = await holds(scenario);
  const steps = step < 0 ? scenario.steps : scenario.steps.slice(0, step + 1);
  return { scenario: { ...scenario, steps }, evaluations: 1, certifying: 0 };
}
