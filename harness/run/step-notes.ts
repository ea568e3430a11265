/** What a model says of its own steps beside its answers: which rule zapped or spared its mappings, which registers gave a type. */
import { LEVEL_4K } from '../../models/contract/address.js';
import type { Profile } from '../../models/contract/model.js';
import { OK, OUTCOME_MASK } from '../../models/contract/observation.js';
import type { Rule } from '../../models/contract/rule.js';
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
  /** By which rule the guest OS gave the index of a request, or refused it; null: the step is none, or there is no OS. */
  readonly guestOs: Rule | null;
}

/** Of each step. */
export function stepNotes(profile: Profile, scenario: Scenario): StepNotes[] {
  const model = profile.create();
  const guest = guestSessionOf(profile);
  const { machine, words, steps } = encodeScenario(scenario);
  const trace = new Trace(steps);
  runModel(model, { machine, words, steps: 0 }, trace, guest);
  trace.reserve(steps);
  model.takeZapRule?.();
  const run = runnerOf(model);
  return scenario.steps.map((operation, step): StepNotes => {
    run(model, null, words, step + 1, trace, guest, step);
    const isServed = (operation.op === 'access' || operation.op === 'request') && (trace.observations[step] & OUTCOME_MASK) === OK;
    const pageSize = operation.op === 'access' ? operation.pageSize : LEVEL_4K;
    return {
      zap: profile.rules[model.takeZapRule?.() ?? 0] ?? null,
      registers: isServed ? (model.decidingRegisters?.(operation.vcpu, operation.gfn, pageSize) ?? null) : null,
      guestOs: operation.op === 'request' ? (guest?.lastRule() ?? null) : null,
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
