/** What went wrong in models during a campaign: our own defects and external models at fault. The campaign goes on. */
import type { Panel } from '../compare/panel.js';
import { Looping } from '../run/guard.js';
import type { Scenario } from '../scenario/scenario.js';
import type { External } from './external.js';

export interface ModelFault {
  readonly profile: string;
  /** Case of the campaign, -1 while minimising. */
  readonly case: number;
  readonly seed: string;
  readonly message: string;
  /** The model was set aside after too many faults. */
  readonly setAside?: true;
}

/** What a model is that gives one scenario two answers. */
export const FICKLENESS = {
  /** New instances disagree with each other. */
  differs: 'answers differently when it is asked the same scenario again',
  /** New instances agree, and it answers otherwise after other scenarios. */
  remembers: 'remembers the scenario before: a new instance answers otherwise',
} as const;
export type Fickleness = keyof typeof FICKLENESS;

const FICKLE: readonly string[] = Object.values(FICKLENESS);

/** Of one profile, more than this many defects say nothing new. */
const MOST_PER_PROFILE = 16;

export class FaultLog {
  /** Cases of the scenarios that external models were asked. */
  readonly cases = new WeakMap<Scenario, number>();
  /** The case that runs now. */
  case = -1;
  private readonly faults: ModelFault[] = [];

  constructor(
    private readonly seed: string,
    private readonly panel: Panel,
    private readonly externals: readonly External[],
  ) {}

  readonly onDefect = (seat: number, error: unknown): void => this.note(this.panel.seats[seat].name, error);

  isFickle(profile: string): boolean {
    return this.faults.some((fault) => fault.profile === profile && FICKLE.includes(fault.message));
  }

  /** A model that gave two answers to one scenario; told once. */
  onFickle(profile: string, how: Fickleness): void {
    if (!this.isFickle(profile)) this.faults.push({ profile, case: -1, seed: this.seed, message: FICKLENESS[how] });
  }

  /** The harness itself failed on a bucket. */
  onHarnessDefect(error: unknown): void {
    this.note('harness', error);
  }

  private note(profile: string, error: unknown): void {
    if (this.faults.filter((fault) => fault.profile === profile).length >= MOST_PER_PROFILE) return;
    this.faults.push({ profile, case: this.case, seed: this.seed, message: messageOf(error) });
  }

  /** Faults of cases that were run before. */
  absorb(faults: readonly ModelFault[]): void {
    this.faults.push(...faults);
  }

  /** In the order of profiles' names, then cases. */
  all(): readonly ModelFault[] {
    const outside = this.externals.flatMap(({ name, faults, isSetAside }) =>
      faults.map(({ message, scenario }, index): ModelFault => {
        const last = isSetAside && index === faults.length - 1;
        return {
          profile: name,
          case: this.cases.get(scenario) ?? -1,
          seed: this.seed,
          message,
          ...(last ? { setAside: true } : {}),
        };
      }),
    );
    const flaky = this.externals.flatMap(({ name, recoveries = 0, isSetAside, faults }): ModelFault[] => {
      if (recoveries === 0) return [];
      const message = `failed ${recoveries === 1 ? 'once' : `${recoveries} times`} and recovered: it was started anew and answered the same case`;
      return [
        { profile: name, case: -1, seed: this.seed, message, ...(isSetAside && faults.length === 0 ? { setAside: true } : {}) },
      ];
    });
    return [...this.faults, ...outside, ...flaky].sort((a, b) =>
      a.profile === b.profile ? a.case - b.case : a.profile < b.profile ? -1 : 1,
    );
  }
}

/** A fault that no case of a campaign showed. */
export function faultOf(profile: string, error: unknown, seed = ''): ModelFault {
  return { profile, case: -1, seed, message: messageOf(error) };
}

/** Where an error came from, on one line. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Looping) return error.message;
  return (error.stack ?? error.message).split('\n').slice(0, 3).join(' ').replace(/\s+/g, ' ');
}
