/** The first pass over a trace: the VMs in it, what is known of each, what the trace as a whole tells. */
import { shown, UsageError } from '../operations/usage-error.js';
import type { EntryKind } from './leaf-entry.js';
import type { TextFile } from './line-reader.js';
import { bitLength } from './register-draft.js';
import { ThreadVcpus } from './thread-vcpus.js';
import { traceEvent } from './trace-event.js';
import { traceLines } from './trace-line.js';
import { emptyFacts, type TraceFacts, tracedSteps } from './trace-steps.js';
import { VmFacts } from './vm-facts.js';

export interface TracedVms {
  readonly vms: readonly VmFacts[];
  readonly facts: TraceFacts;
  readonly vcpus: ThreadVcpus;
  /** Address width that the masks of accepted writes tell; 0: none does. */
  readonly width: number;
}

/** NPT's EXITINFO1: bit 32 or 33 tells where the fault arose. */
const NPT_CODE = 2 ** 32;
/** EPT's exit qualification: bit 7 or 8 tells that a linear address was translated. */
const EPT_CODE = 0x80;
const ENOUGH_FAULTS = 16;
const MOST_LINES = 200_000;

/** Whose entries the leaves are, by the codes of the first faults; null: no fault tells it. */
export function seenEntryKind(file: TextFile): EntryKind | null {
  let [ept, npt, lines] = [0, 0, 0];
  for (const record of traceLines(file)) {
    if (++lines > MOST_LINES || ept + npt >= ENOUGH_FAULTS) break;
    const event = 'remark' in record ? null : traceEvent(record, file.name);
    if (event?.kind === 'exit') {
      if (event.reason === 'npf') npt++;
      else if (event.reason.startsWith('EPT_')) ept++;
    }
    if (event?.kind !== 'fault') continue;
    if (event.code >= NPT_CODE) npt++;
    else if (event.code >= EPT_CODE) ept++;
  }
  return npt > ept ? 'paging' : ept > 0 ? 'ept' : null;
}

/** @throws {UsageError} for a damaged record, and for a trace without an event that concerns memory types */
export function tracedVms(file: TextFile, kind: EntryKind): TracedVms {
  const facts = emptyFacts();
  const vcpus = new ThreadVcpus(file.name);
  const vms = [new VmFacts(kind)];
  let width = 0n;
  for (const step of tracedSteps(file, vcpus, facts)) {
    if (step.kind === 'new-vm') {
      const vm = new VmFacts(kind);
      vm.reset = `line ${step.line}: a new VM, as ${step.why}`;
      vms.push(vm);
      continue;
    }
    vms[vms.length - 1].see(step);
    if (step.kind === 'write-msr' && step.msr >= 0x201 && step.msr <= 0x21f && step.msr % 2 === 1 && !step.refused)
      width |= BigInt(step.hi);
  }
  if (facts.events === 0)
    throw new UsageError(
      `${file.name}: line 1: found no event of KVM, expected ${shown('kvm_msr')}, kvm_cr, kvm_page_fault, kvm_mmu_set_spte or kvm_tdp_mmu_spte_changed: echo 1 > /sys/kernel/tracing/events/kvm/enable, and kvmmmu/enable`,
    );
  if (facts.hasRoot) vms[0].reset ??= 'the page tables are built from their root on';
  return {
    vms,
    facts,
    vcpus,
    width: width === 0n ? 0 : bitLength(width) + 32,
  };
}

/** The facts that a later pass starts with: what the trace has, its counts anew. */
export function factsAgain(facts: TraceFacts): TraceFacts {
  return { ...facts, events: 0, otherMsrs: 0, manyVcpus: 0, remarks: [] };
}
