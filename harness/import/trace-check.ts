/** A trace held against profiles: the guest's operations are done again, each recorded answer is compared. */
import type { Profile } from '../../models/contract/model.js';
import type { Rule } from '../../models/contract/rule.js';
import { stepInWords } from '../operations/registry.js';
import { Place } from '../operations/usage-error.js';
import { machineFrom } from '../scenario/parse.js';
import { accessKindOf } from './access-kind.js';
import { initialWrites } from './initial-registers.js';
import { KnownLeaves } from './known-leaves.js';
import { type EntryKind, leafOfEntry, pagesOf } from './leaf-entry.js';
import type { TextFile } from './line-reader.js';
import type { FactAnswer, FactKind } from './recorded-fact.js';
import { traceNotes } from './trace-import.js';
import { tracedSteps } from './trace-steps.js';
import { type KnownMachine, tracedMachine } from './traced-machine.js';
import { TracedProfile } from './traced-profile.js';
import type { Cr0Write, MsrRead, MsrWrite, TracedAccess, TracedStep, ZapRange } from './traced-step.js';
import { factsAgain, type TracedVms, tracedVms } from './traced-vms.js';
import type { VmFacts } from './vm-facts.js';

export interface TraceDivergence {
  readonly line: number;
  /** From 1. */
  readonly vm: number;
  readonly profile: string;
  readonly operation: string;
  readonly kind: FactKind;
  readonly recorded: string;
  readonly expected: string;
  readonly rule: Rule | null;
  /** Profiles that answer as recorded. */
  readonly fits: readonly string[];
}

/** How a profile stands to the whole trace. */
export interface TraceScore {
  readonly profile: string;
  /** Facts that it has an answer to. */
  held: number;
  agrees: number;
  /** Answers that its source leaves open, and levels that the host may have limited. */
  open: number;
}

export interface TraceCheck {
  readonly vms: number;
  /** Operations of guests. */
  readonly operations: number;
  /** Of every profile asked and of those that it is identified among. */
  readonly scores: readonly TraceScore[];
  /** The first ones of each profile asked. */
  readonly divergences: readonly TraceDivergence[];
  /** Leaves that were built again although nothing recorded had removed them. */
  readonly rebuilt: number;
  readonly notes: readonly string[];
}

/** More divergences of one profile are counted, not kept. */
const MOST_KEPT = 1000;
/** Leaves that models keep at once. */
const MOST_LEAVES = 1024;

export function checkTrace(
  file: TextFile,
  kind: EntryKind,
  asked: readonly Profile[],
  candidates: readonly Profile[],
  known: KnownMachine,
): TraceCheck {
  const traced = tracedVms(file, kind);
  const profiles = [...asked, ...candidates.filter((profile) => !asked.includes(profile))];
  const check = new Check(file.name, kind, asked.length, profiles, traced, known);
  check.begin(0);
  traced.vcpus.restart();
  const facts = factsAgain(traced.facts);
  for (const step of tracedSteps(file, traced.vcpus, facts)) check.step(step);
  return check.result([...traced.vcpus.notes, ...traceNotes(facts).slice(1)]);
}

class Check {
  private readonly seats: readonly TracedProfile[];
  private readonly scores: readonly TraceScore[];
  private readonly leaves = new KnownLeaves(MOST_LEAVES);
  private readonly divergences: TraceDivergence[] = [];
  /** By profile asked. */
  private readonly kept: number[] = [];
  private readonly notes: string[] = [];
  private changes: { readonly line: number; readonly isNoncoherent: boolean }[] = [];
  private vm = 0;
  private operations = 0;
  private rebuilt = 0;
  private forgotten = 0;

  constructor(
    private readonly file: string,
    private readonly kind: EntryKind,
    private readonly asked: number,
    profiles: readonly Profile[],
    private readonly traced: TracedVms,
    private readonly known: KnownMachine,
  ) {
    this.seats = profiles.map((profile) => new TracedProfile(profile, traced.facts));
    this.scores = profiles.map(({ name }) => ({ profile: name, held: 0, agrees: 0, open: 0 }));
  }

  begin(vm: number): void {
    const own: VmFacts = this.traced.vms[vm];
    this.vm = vm;
    const { machine, notes } = tracedMachine(own, this.traced.facts, this.traced.width, this.known);
    const whole = machineFrom(machine, new Place(`${this.file} (as a scenario)`, '$.machine'));
    for (const seat of this.seats) seat.reset(whole);
    this.leaves.clear();
    this.changes = this.known.noncoherentDevices === undefined ? own.noncoherent.changes() : [];
    const initial = initialWrites(own);
    for (const { vcpu, msr, hi, lo } of initial.writes) for (const seat of this.seats) seat.restore(vcpu, msr, hi, lo);
    const prefix = this.traced.vms.length > 1 ? `VM ${vm + 1}: ` : '';
    for (const note of [...notes, ...initial.notes, ...changesInWords(this.changes)]) this.notes.push(`${prefix}${note}`);
  }

  step(step: TracedStep): void {
    while (this.changes.length > 0 && this.changes[0].line <= step.line) {
      const [{ isNoncoherent }] = this.changes.splice(0, 1);
      for (const seat of this.seats) seat.setDevices(isNoncoherent);
    }
    if (step.kind === 'new-vm') this.begin(this.vm + 1);
    else if (step.kind === 'host-zap') this.hostZap(step);
    else if (step.kind === 'access') this.access(step, step.line);
    else this.instruction(step);
  }

  private instruction(step: (MsrWrite | MsrRead | Cr0Write) & { readonly line: number }): void {
    this.operations++;
    this.judge(step, (seat) =>
      step.kind === 'read-msr' ? seat.readMsr(step) : step.kind === 'write-msr' ? seat.writeMsr(step) : seat.writeCr0(step),
    );
    if (step.kind !== 'read-msr') for (const range of [...step.zaps, ...step.leaves]) this.leaves.remove(range);
  }

  private hostZap(range: ZapRange): void {
    for (const seat of this.seats) seat.zap(range);
    this.leaves.remove(range);
  }

  private access(step: TracedAccess, line: number): void {
    this.operations++;
    if (step.leaf === null) return;
    const recorded = leafOfEntry(step.leaf.gfn, step.leaf.spte, step.leaf.level, this.kind);
    const stale = this.leaves.over(step.gfn);
    if (stale !== null || step.isReplaced) {
      // Nothing recorded removed it: a memory slot went, a page moved, a right was missing. The kernel decides anew, so do the models.
      this.rebuilt++;
      this.hostZap(stale ?? { start: recorded.gfn, end: recorded.gfn + pagesOf(recorded.level) });
    }
    this.judge({ ...step, line }, (seat) => seat.access(step.vcpu, step.gfn, step.code, recorded));
    const oldest = this.leaves.add(recorded.gfn, recorded.level);
    if (oldest === null) return;
    this.forgotten++;
    for (const seat of this.seats) seat.zap(oldest);
  }

  /** Every profile answers; what the asked ones say otherwise than recorded is a divergence. */
  private judge(step: TracedStep, ask: (seat: TracedProfile) => FactAnswer[]): void {
    const answers = this.seats.map(ask);
    answers.forEach((facts, index) => {
      const score = this.scores[index];
      for (const { verdict } of facts) {
        if (verdict === 'open') score.open++;
        else score.held++;
        if (verdict === 'agrees') score.agrees++;
      }
      if (index >= this.asked) return;
      for (const fact of facts) if (fact.verdict === 'differs') this.diverges(step, index, fact, answers);
    });
  }

  private diverges(
    step: TracedStep,
    index: number,
    { kind, recorded, expected, rule }: FactAnswer,
    answers: readonly FactAnswer[][],
  ): void {
    const { profile } = this.seats[index];
    this.kept[index] = (this.kept[index] ?? 0) + 1;
    if (this.kept[index] > MOST_KEPT) return;
    const fits = this.seats.filter((_, other) => answers[other].some((fact) => fact.kind === kind && fact.verdict === 'agrees'));
    this.divergences.push({
      line: step.line,
      vm: this.vm + 1,
      profile: profile.name,
      operation: operationInWords(step),
      kind,
      recorded,
      expected,
      rule: profile.rules[rule] ?? null,
      fits: fits.map((seat) => seat.profile.name),
    });
  }

  result(notes: readonly string[]): TraceCheck {
    const forgotten =
      this.forgotten === 0
        ? []
        : [`${this.forgotten} leaves beyond the newest ${MOST_LEAVES} were forgotten: a stale one among them would not show`];
    return {
      vms: this.traced.vms.length,
      operations: this.operations,
      scores: this.scores,
      divergences: this.divergences,
      rebuilt: this.rebuilt,
      notes: [...this.notes, ...notes, ...zapNotes(this.traced.facts), ...forgotten],
    };
  }
}

function zapNotes({ hasZapEvents, hasChangeEvents }: TracedVms['facts']): string[] {
  if (hasZapEvents) return [];
  return hasChangeEvents
    ? ['no probe on kvm_zap_gfn_range in the trace: a zap shows only where it removes a leaf']
    : ['neither a probe on kvm_zap_gfn_range nor kvm_tdp_mmu_spte_changed in the trace: zaps are not held'];
}

/** More are counted. */
const MOST_CHANGES = 5;

function changesInWords(changes: readonly { readonly line: number; readonly isNoncoherent: boolean }[]): string[] {
  const told = changes
    .slice(0, MOST_CHANGES)
    .map(
      ({ line, isNoncoherent }) =>
        `assumed: a device with non-coherent DMA ${isNoncoherent ? 'came' : 'went'} before line ${line}: leaves from there on show it`,
    );
  return changes.length > MOST_CHANGES ? [...told, `assumed: so it did ${changes.length - MOST_CHANGES} times more`] : told;
}

function operationInWords(step: TracedStep): string {
  switch (step.kind) {
    case 'write-msr':
      return stepInWords({ op: 'write-msr', vcpu: step.vcpu, msr: step.msr, value: { hi: step.hi, lo: step.lo } });
    case 'read-msr':
      return stepInWords({ op: 'read-msr', vcpu: step.vcpu, msr: step.msr });
    case 'write-cr0':
      return stepInWords({ op: 'write-cr0', vcpu: step.vcpu, pg: step.pg, cd: step.cd, nw: step.nw });
    case 'access': {
      const kind = ['read', 'write', 'execute'][accessKindOf(step.code)];
      return `vcpu${step.vcpu} ${kind} gfn 0x${step.gfn.toString(16)}`;
    }
    default:
      return step.kind;
  }
}
