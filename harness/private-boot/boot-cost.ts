/** What boots cost two models: their counters, side by side. */
import type { Counters } from '../../models/contract/counters.js';
import type { Model, Profile } from '../../models/contract/model.js';
import { HOST_FATAL, OUTCOME_NAMES, outcomeOf, VM_DEAD } from '../../models/contract/observation.js';
import { runModel } from '../run/run.js';
import { Trace } from '../run/trace.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import { acceptedFrames, BOOT_KINDS, type BootKind, BOUNCE_FRAMES, bootScenario, GUEST_FRAMES } from './boot.js';

export const PERCENTAGES = [1, 10, 100] as const;

/** What one model counted, and where it ended if the host or the VM did not survive. */
export interface BootRun {
  readonly counters: Counters;
  readonly ended: { readonly step: number; readonly outcome: string } | null;
}

export interface BootCost {
  readonly kind: BootKind;
  /** The boot in a sentence. */
  readonly says: string;
  readonly percent: number;
  readonly accepted: number;
  readonly steps: number;
  readonly a: BootRun;
  readonly b: BootRun;
}

/** Whether the profile counts conversions at all: only then has the question an answer. */
export function countsConversions(profile: Profile): boolean {
  const model = profile.create();
  model.reset(bootScenario('at-launch', BOUNCE_FRAMES, BOUNCE_FRAMES).machine);
  return model.counters().attributeStores !== undefined;
}

/** Every boot at every percentage, A and B on the same scenario. */
export function bootCosts(a: Profile, b: Profile, guestFrames = GUEST_FRAMES): BootCost[] {
  const models = [a.create(), b.create()];
  const kinds = Object.keys(BOOT_KINDS) as BootKind[];
  return kinds.flatMap((kind) =>
    PERCENTAGES.map((percent) => {
      const accepted = acceptedFrames(percent, guestFrames);
      const scenario = bootScenario(kind, accepted, guestFrames);
      const [runA, runB] = models.map((model) => runOf(model, scenario));
      return { kind, says: BOOT_KINDS[kind], percent, accepted, steps: scenario.steps, a: runA, b: runB };
    }),
  );
}

function runOf(model: Model, scenario: EncodedScenario): BootRun {
  const trace = new Trace(scenario.steps);
  runModel(model, scenario, trace);
  return { counters: model.counters(), ended: endOf(trace, scenario.steps) };
}

function endOf({ observations }: Trace, steps: number): BootRun['ended'] {
  for (let step = 0; step < steps; step++) {
    const outcome = outcomeOf(observations[step]);
    if (outcome === HOST_FATAL || outcome === VM_DEAD) return { step, outcome: OUTCOME_NAMES[outcome] };
  }
  return null;
}
