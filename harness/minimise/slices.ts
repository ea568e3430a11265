/** Pass: keep only what the last step could depend on, by guesses from the narrowest to the widest. A wrong guess costs one evaluation. */
import type { Operation } from '../../models/contract/operation.js';
import { adoptFirst } from './adoption.js';
import type { Search, Trial } from './search.js';

/** What a slice looks at: the step that shows, the frame it touches (null: none), its vCPU (null: none). */
interface Target {
  readonly step: Operation;
  readonly gfn: number | null;
  readonly vcpu: number | null;
  /** Register writes that a later write to the same register of the same vCPU overwrites. */
  readonly overwritten: ReadonlySet<Operation>;
}

type Slice = (step: Operation, target: Target) => boolean;

const SLICES: readonly Slice[] = [
  () => false,
  (step, target) => isRegisterWrite(step) && sameVcpu(step, target) && !target.overwritten.has(step),
  (step, target) => (isRegisterWrite(step) ? sameVcpu(step, target) && !target.overwritten.has(step) : touches(step, target)),
  (step, target) => isRegisterWrite(step) || touches(step, target),
];

export function* sliceSteps(search: Search): Trial<void> {
  const { scenario } = search;
  const step = scenario.steps[scenario.steps.length - 1];
  const target: Target = {
    step,
    gfn: 'gfn' in step ? step.gfn : null,
    vcpu: 'vcpu' in step ? step.vcpu : null,
    overwritten: overwrittenIn(scenario.steps),
  };
  yield* adoptFirst(
    search,
    SLICES.map((slice) => ({ ...scenario, steps: scenario.steps.filter((other) => other === step || slice(other, target)) })),
  );
}

function isRegisterWrite(step: Operation): boolean {
  return step.op === 'write-msr' || step.op === 'write-cr0' || step.op === 'init';
}

function sameVcpu(step: Operation, target: Target): boolean {
  return target.vcpu === null || ('vcpu' in step && step.vcpu === target.vcpu);
}

/** Whether a step that writes no register could matter to the target's frame: it touches the frame, or names none. */
function touches(step: Operation, { gfn }: Target): boolean {
  if (step.op === 'read-msr' || gfn === null) return false;
  if ('pages' in step) return step.gfn <= gfn && gfn < step.gfn + step.pages;
  return !('gfn' in step) || step.gfn === gfn;
}

function overwrittenIn(steps: readonly Operation[]): ReadonlySet<Operation> {
  const written = new Set<string>();
  const overwritten = new Set<Operation>();
  for (const step of steps.toReversed()) {
    if (step.op !== 'write-msr' && step.op !== 'write-cr0') continue;
    const register = `${step.vcpu} ${step.op === 'write-msr' ? step.msr : 'cr0'}`;
    if (written.has(register)) overwritten.add(step);
    written.add(register);
  }
  return overwritten;
}
