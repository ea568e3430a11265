/** A trace as steps of the VMs in it, in order. What is held in memory is one state a thread. */
import { msrName } from '../../models/contract/msr.js';
import { isTable } from './leaf-entry.js';
import type { TextFile } from './line-reader.js';
import { MOST_VCPUS, type ThreadVcpus } from './thread-vcpus.js';
import { traceEvent, type TraceEvent } from './trace-event.js';
import { traceLines } from './trace-line.js';
import { TraceThread } from './trace-thread.js';
import type { TracedAct, TracedStep } from './traced-step.js';

/** What the whole trace says about itself; a first pass fills it, later ones rely on it. */
export interface TraceFacts {
  hasZapEvents: boolean;
  /** kvm_tdp_mmu_spte_changed: removals show. */
  hasChangeEvents: boolean;
  hasLeafEvents: boolean;
  hasFaultEvents: boolean;
  /** kvm_cr: absent on AMD without decode assists. */
  hasCrEvents: boolean;
  /** The root of the page tables was built before anything else was: the trace begins with the VM. */
  hasRoot: boolean;
  /** Events known to concern memory types, of any kind. */
  events: number;
  /** MSRs that are neither MTRR nor PAT. */
  otherMsrs: number;
  /** vCPUs that no scenario can name. */
  manyVcpus: number;
  readonly remarks: string[];
}

export function emptyFacts(): TraceFacts {
  return {
    hasZapEvents: false,
    hasChangeEvents: false,
    hasLeafEvents: false,
    hasFaultEvents: false,
    hasCrEvents: false,
    hasRoot: false,
    events: 0,
    otherMsrs: 0,
    manyVcpus: 0,
    remarks: [],
  };
}

const MOST_REMARKS = 10;
/** Of a guest that runs, not of one that is taken down. */
const RUNNING: readonly TraceEvent['kind'][] = ['entry', 'fault', 'msr', 'cr', 'leaf', 'mmio'];

export function* tracedSteps(file: TextFile, vcpus: ThreadVcpus, facts: TraceFacts): Generator<TracedStep> {
  const order = new TraceOrder(vcpus, facts);
  for (const record of traceLines(file)) {
    if ('remark' in record) {
      if (facts.remarks.length < MOST_REMARKS && !facts.remarks.includes(record.remark)) facts.remarks.push(record.remark);
      continue;
    }
    const event = traceEvent(record, file.name);
    if (event === null) continue;
    order.on(event, record.line, record.time, record.pid, record.task);
    yield* order.take();
  }
  order.end();
  yield* order.take();
}

class TraceOrder {
  private readonly threads = new Map<number, TraceThread>();
  private steps: TracedStep[] = [];
  /** Line at which the root of the page table went without a memory slot that went. */
  private ended: number | null = null;
  private hasSlotGone = false;
  private hasMmuEvents = false;
  private hasStarted = false;

  constructor(
    private readonly vcpus: ThreadVcpus,
    private readonly facts: TraceFacts,
  ) {}

  on(event: TraceEvent, line: number, time: string, pid: number, task: string): void {
    this.note(event);
    if ((event.kind === 'fault' || event.kind === 'entry' || event.kind === 'exit') && event.vcpu !== null)
      this.vcpus.tell(pid, event.vcpu);
    if (event.kind === 'change') this.root(event, line);
    const isRunning = RUNNING.includes(event.kind);
    const vcpu = isRunning || event.kind === 'exit' ? this.vcpus.of(pid, task, line) : 0;
    if (isRunning) this.newVm(pid, vcpu, line);
    this.threadOf(pid).on(event, line, time, vcpu);
  }

  end(): void {
    for (const thread of this.threads.values()) thread.settle();
  }

  take(): TracedStep[] {
    const { steps } = this;
    if (steps.length > 0) this.steps = [];
    return steps;
  }

  private threadOf(pid: number): TraceThread {
    let thread = this.threads.get(pid);
    if (thread === undefined) {
      thread = new TraceThread(this.facts, (line, act) => this.emit(line, act));
      this.threads.set(pid, thread);
    }
    return thread;
  }

  private emit(line: number, act: TracedAct): void {
    if ('msr' in act && msrName(act.msr) === null) this.facts.otherMsrs++;
    else if ('vcpu' in act && act.vcpu >= MOST_VCPUS) this.facts.manyVcpus++;
    else {
      this.hasStarted = true;
      this.steps.push({ line, ...act });
    }
  }

  private note({ kind }: TraceEvent): void {
    const { facts } = this;
    if (kind === 'zap') facts.hasZapEvents = true;
    if (kind === 'change') facts.hasChangeEvents = true;
    if (kind === 'change' || kind === 'leaf') facts.hasLeafEvents = true;
    if (kind === 'fault') facts.hasFaultEvents = true;
    if (kind === 'cr') facts.hasCrEvents = true;
    if (kind === 'mmu') this.hasMmuEvents = true;
    else facts.events++;
    if (kind === 'all-fast') this.hasSlotGone = true;
  }

  /** A root goes with its VM, or with a memory slot: kvm_mmu_zap_all_fast() tells the second, if the other events of the MMU are there. */
  private root(event: Extract<TraceEvent, { kind: 'change' }>, line: number): void {
    if (event.level < 4 || event.gfn !== 0) return;
    if (isTable(event.spte, event.level)) {
      if (this.steps.length === 0 && !this.hasStarted && event.old.low === 0) this.facts.hasRoot = true;
      this.hasSlotGone = false;
    } else if (isTable(event.old, event.level) && this.hasMmuEvents && !this.hasSlotGone) this.ended = line;
  }

  private newVm(pid: number, vcpu: number, line: number): void {
    const isTakenOver = this.vcpus.takesOver(pid, vcpu, line);
    if (!isTakenOver && this.ended === null) return;
    const why =
      this.ended === null
        ? `another thread is vCPU ${vcpu} from line ${line} on`
        : `the root of the page tables went at line ${this.ended}`;
    this.ended = null;
    for (const thread of this.threads.values()) thread.settle();
    this.threads.clear();
    this.steps.push({ line, kind: 'new-vm', why });
  }
}
