/** A trace of KVM as a scenario: what the guest did, step by step, on a machine that the trace shows. */
import { ACCESS_KIND_NAMES } from '../../models/contract/operation.js';
import { printHex, printValue64 } from '../operations/number.js';
import { Place, UsageError } from '../operations/usage-error.js';
import { machineJson, oneLine } from '../scenario/print.js';
import { machineFrom } from '../scenario/parse.js';
import { SCENARIO_FORMAT } from '../scenario/scenario.js';
import { TRACE_FORMAT } from './import-format.js';
import { importName, originOf } from './import-document.js';
import type { EntryKind } from './leaf-entry.js';
import type { TextFile } from './line-reader.js';
import { accessKindOf } from './access-kind.js';
import { initialWrites } from './initial-registers.js';
import { type TraceFacts, tracedSteps } from './trace-steps.js';
import { type KnownMachine, tracedMachine } from './traced-machine.js';
import type { TracedStep } from './traced-step.js';
import { factsAgain, seenEntryKind, tracedVms } from './traced-vms.js';

/** The scenario's text in pieces, so that its length does not matter. @throws {UsageError} before the first piece */
export function* importedTrace(file: TextFile, vm: number, known: KnownMachine): Generator<string> {
  const kind: EntryKind = seenEntryKind(file) ?? 'ept';
  const { vms, facts, vcpus, width } = tracedVms(file, kind);
  if (vm > vms.length) throw new UsageError(`--vm: found ${vm}, expected 1 to ${vms.length}: so many VMs are in the trace`);
  const own = vms[vm - 1];
  const { machine, notes } = tracedMachine(own, facts, width, known);
  vcpus.restart();
  const initial = initialWrites(own);
  const all = [
    ...(vms.length > 1 ? [`VM ${vm} of ${vms.length} in the trace, one after the other (--vm)`] : []),
    ...notes,
    ...vcpus.notes,
    ...initial.notes,
    ...traceNotes(facts),
  ];
  const place = new Place(`${file.name} (as a scenario)`, '$.machine');
  yield head(file, all, machineJson(machineFrom(machine, place)));
  yield* stepsText(file, vm, own.noncoherent.changes(), known, initial.steps, factsAgain(facts), vcpus);
}

function head(file: TextFile, notes: readonly string[], machine: Record<string, unknown>): string {
  const lines = Object.entries({
    format: SCENARIO_FORMAT,
    name: importName(file.name, TRACE_FORMAT),
    origin: originOf(notes, TRACE_FORMAT, file.name),
    ...(Object.keys(machine).length === 0 ? {} : { machine }),
  }).map(([key, value]) => `  ${JSON.stringify(key)}: ${oneLine(value)},\n`);
  return `{\n${lines.join('')}  "steps": [`;
}

function* stepsText(
  file: TextFile,
  vm: number,
  changes: readonly { readonly line: number; readonly isNoncoherent: boolean }[],
  known: KnownMachine,
  initial: readonly Record<string, unknown>[],
  facts: TraceFacts,
  vcpus: Parameters<typeof tracedSteps>[1],
): Generator<string> {
  let separator = '\n    ';
  const text = (step: Record<string, unknown>) => {
    const piece = `${separator}${oneLine(step)}`;
    separator = ',\n    ';
    return piece;
  };
  for (const step of initial) yield text(step);
  const pending = known.noncoherentDevices === undefined ? [...changes] : [];
  let current = 1;
  for (const traced of tracedSteps(file, vcpus, facts)) {
    if (traced.kind === 'new-vm') current++;
    if (current !== vm) continue;
    while (pending.length > 0 && pending[0].line <= traced.line) {
      yield text({ op: pending[0].isNoncoherent ? 'attach-device' : 'detach-device', coherent: false });
      pending.shift();
    }
    // A leaf without a fault is no access of the guest, where faults are traced.
    const isPrefetched = traced.kind === 'access' && traced.code === null && facts.hasFaultEvents;
    const step = isPrefetched ? null : scenarioStep(traced);
    if (step !== null) yield text(step);
  }
  yield separator === '\n    ' ? ']\n}\n' : '\n  ]\n}\n';
}

/** Null for what no step of a scenario stands for. */
function scenarioStep(step: TracedStep): Record<string, unknown> | null {
  switch (step.kind) {
    case 'write-msr':
      return { op: 'write-msr', vcpu: step.vcpu, msr: printHex(step.msr), value: printValue64(step.hi, step.lo) };
    case 'read-msr':
      return { op: 'read-msr', vcpu: step.vcpu, msr: printHex(step.msr) };
    case 'write-cr0':
      return { op: 'write-cr0', vcpu: step.vcpu, pg: step.pg, cd: step.cd, nw: step.nw };
    case 'access':
      return { op: 'access', vcpu: step.vcpu, gfn: printHex(step.gfn), kind: ACCESS_KIND_NAMES[accessKindOf(step.code)], pat: 0 };
    default:
      return null;
  }
}

/** What the trace as a whole leaves open. */
export function traceNotes(facts: TraceFacts): string[] {
  return [
    'assumed: PAT index 0 in the leaf entries of the guest: no event tells it',
    ...(facts.hasCrEvents
      ? []
      : ['no kvm_cr in the trace: CR0 of the guest stays as at the start (kvm_amd emits it only with decode assists)']),
    ...(facts.otherMsrs > 0 ? [`${facts.otherMsrs} accesses to MSRs other than MTRRs and PAT are left out`] : []),
    ...(facts.manyVcpus > 0 ? [`${facts.manyVcpus} operations of vCPU 8 and above are left out: a scenario has at most 8`] : []),
    'what userspace does (KVM_SET_MSRS, KVM_SET_SREGS, devices, memory slots), RESET and INIT are not in a trace',
    ...facts.remarks,
  ];
}
