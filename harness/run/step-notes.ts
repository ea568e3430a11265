/** What a model says of its own steps beside its answers: which rule zapped or spared its mappings, which registers gave a type. */
import type { Profile } from '../../models/contract/model.js';
import { OK, OUTCOME_MASK } from '../../models/contract/observation.js';
import type { Rule } from '../../models/contract/rule.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { encodeScenario } from '../scenario/encoded.js';
import type { Scenario } from '../scenario/scenario.js';
import { guestSessionOf } from './guest-session.js';
import { runModel } from './run.js';
import { runnerOf } from './step-runner.js';
import { Trace } from './trace.js';

export interface StepNotes {
  /** The rule of an invalidation, or of a decision against one; null: the step had nothing to do with any, or the model does not say. */
  readonly zap: Rule | null;
  /** Registers that gave the type of an access, in the order of their say; null: none, or the model does not say. */
  readonly registers: string | null;
}

/** Of each step. */
export function stepNotes(profile: Profile, scenario: Scenario): StepNotes[] {
  const model = profile.create();
  const guest = guestSessionOf(profile);
  const { machine, words } = encodeScenario(scenario);
  runModel(model, { machine, words, steps: 0 }, new Trace(1), guest);
  model.takeZapRule?.();
  const run = runnerOf(model);
  return scenario.steps.map((operation, step): StepNotes => {
    const trace = new Trace(1);
    run(model, null, words.subarray(step * STEP_WORDS), 1, trace, guest);
    const isServed = operation.op === 'access' && (trace.observations[0] & OUTCOME_MASK) === OK;
    return {
      zap: profile.rules[model.takeZapRule?.() ?? 0] ?? null,
      registers: isServed ? (model.decidingRegisters?.(operation.vcpu, operation.gfn, operation.pageSize) ?? null) : null,
    };
  });
}

/** The first step at which one of two models zaps otherwise than the other, and by which rules; null: none, or they do not say. */
export function zapsApart(
  a: readonly StepNotes[],
  b: readonly StepNotes[],
): { step: number; a: Rule | null; b: Rule | null } | null {
  const zaps = ({ zap }: StepNotes) => zap?.kind === 'zap';
  const step = a.findIndex((notes, index) => zaps(notes) !== zaps(b[index]));
  return step < 0 ? null : { step, a: a[step].zap, b: b[step].zap };
}
