/** What a target cannot say of a scenario: told at the top of the file, so that nobody takes silence for agreement. */
import type { Operation, OperationName } from '../../models/contract/operation.js';
import { UsageError } from '../operations/usage-error.js';
import type { ExportedStep, ExportInput } from './export-input.js';

/** Null: the target does the step. */
export type CannotSay = (step: Operation) => string | null;

export interface Gaps {
  readonly steps: readonly ExportedStep[];
  /** Sentences. */
  readonly sentences: readonly string[];
}

/** Why no guest and no unprivileged program sees it. */
export const UNSEEN: Partial<Readonly<Record<OperationName, string>>> = {
  access: 'the memory type of an access shows to nobody who makes it',
  request: 'the memory type of an access shows to nobody who makes it',
};

/** @throws {UsageError} for a target that can do no step */
export function gapsOf(input: ExportInput, cannotSay: CannotSay, machine: readonly string[]): Gaps {
  const { scenario, expected } = input;
  const steps: ExportedStep[] = [];
  const left = new Map<string, number[]>();
  const open: number[] = [];
  scenario.steps.forEach((step, index) => {
    const reason = cannotSay(step);
    const answer = expected.observations[index];
    if (reason !== null) left.set(`${step.op}: ${reason}`, [...(left.get(`${step.op}: ${reason}`) ?? []), index]);
    else if (answer.outcome === 'n/a')
      left.set(`${step.op}: ${expected.profile} has no such operation`, [
        ...(left.get(`${step.op}: ${expected.profile} has no such operation`) ?? []),
        index,
      ]);
    else steps.push({ index, step, expected: answer });
    if (reason === null && answer.outcome === 'undefined') open.push(index);
  });
  if (steps.length === 0)
    throw new UsageError(
      `--to: found a target that can do none of the ${scenario.steps.length} steps (${[...left.keys()].join('; ')}), expected another one`,
    );
  const isHidden = input.step !== null && !steps.some(({ index }) => index === input.step);
  return {
    steps: [...startSteps(input, cannotSay), ...steps],
    sentences: [
      ...(isHidden ? [`the divergence itself, at step ${input.step}, does not show in it`] : []),
      ...[...left].map(([reason, indices]) => `${numbered(indices)} left out, ${reason}`),
      ...(open.length === 0 ? [] : [`${numbered(open)} done, not judged: ${expected.profile} leaves the answer open`]),
      ...machine,
    ],
  };
}

/** CR0 as the machine has it at the start, where the target can write it: not judged. */
function startSteps({ scenario }: ExportInput, cannotSay: CannotSay): ExportedStep[] {
  const { cr0, vcpus } = scenario.machine;
  if (!cr0.cd && !cr0.nw) return [];
  const writes = Array.from(
    { length: vcpus },
    (_, vcpu): Operation => ({ op: 'write-cr0', vcpu, pg: true, cd: cr0.cd, nw: cr0.nw }),
  );
  return writes.filter((step) => cannotSay(step) === null).map((step) => ({ index: -1, step, expected: { outcome: 'undefined' } }));
}

function numbered(indices: readonly number[]): string {
  const shown = indices.slice(0, 8).join(', ');
  return `step${indices.length === 1 ? '' : 's'} ${shown}${indices.length > 8 ? `, ... (${indices.length} in all)` : ''}:`;
}

/** Of the machine: what a guest alone brings about, and how else it can be had. */
export function machineGaps(
  { scenario }: ExportInput,
  says: { readonly width: string; readonly vcpus: string; readonly noMtrr: string },
): string[] {
  const { machine } = scenario;
  return [
    `machine: address width ${machine.maxPhysAddr} bits (${says.width})`,
    ...(machine.vcpus > 1 ? [`machine: ${machine.vcpus} vCPUs (${says.vcpus})`] : []),
    ...(machine.cr0.pg ? [] : ['machine: paging is off at the start, which a 64-bit guest cannot be']),
    ...(machine.guestMtrr ? [] : [`machine: CPUID without MTRR (${says.noMtrr})`]),
    ...(machine.noncoherentDevices > 0
      ? [`machine: assigned devices whose DMA does not snoop (${machine.noncoherentDevices}): assign them yourself`]
      : []),
    ...(machine.quirkCdNwCleared && machine.quirkIgnoreGuestPat ? [] : ['machine: KVM quirks that the VMM disabled: start it so']),
  ];
}
