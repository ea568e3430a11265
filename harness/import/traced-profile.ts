/** One profile that does what a traced guest did, and says how its answers stand to the recorded ones. */
import { LEVEL_4K, type Level } from '../../models/contract/address.js';
import { RAM, type Machine } from '../../models/contract/machine.js';
import { WB } from '../../models/contract/memory-type.js';
import type { Model, Profile } from '../../models/contract/model.js';
import {
  GP,
  leafOf,
  levelOf,
  MMIO,
  type Observation,
  OK,
  outcomeOf,
  OUTCOME_NAMES,
  ruleOf,
  UNDEFINED,
} from '../../models/contract/observation.js';
import { printValue64 } from '../operations/number.js';
import { accessKindOf } from './access-kind.js';
import { pagesOf, type RecordedLeaf } from './leaf-entry.js';
import { type FactAnswer, type FactKind, leafInWords, levelInWords, type Verdict } from './recorded-fact.js';
import type { Cr0Write, MsrRead, MsrWrite, Removed, ZapRange } from './traced-step.js';

/** What of a trace can be held against a profile. */
export interface Visible {
  readonly hasZapEvents: boolean;
  readonly hasChangeEvents: boolean;
}

export class TracedProfile {
  private readonly model: Model;
  /** Blocks that the recorded kernel maps smaller than this profile would. */
  private readonly small = new Set<number>();
  private limit = 0;

  constructor(
    readonly profile: Profile,
    private readonly visible: Visible,
  ) {
    this.model = profile.create();
  }

  reset(machine: Machine): void {
    this.model.reset(machine);
    this.small.clear();
    this.limit = 2 ** (machine.maxPhysAddr - 12);
  }

  zap({ start, end }: ZapRange): void {
    const last = Math.min(end, this.limit);
    if (start < last) this.model.zap(start, last - start);
  }

  setDevices(isNoncoherent: boolean): void {
    if (isNoncoherent) this.model.attachDevice(false);
    else this.model.detachDevice(false);
  }

  restore(vcpu: number, msr: number, hi: number, lo: number): void {
    this.model.writeMsr(vcpu, msr, hi, lo);
  }

  writeMsr(step: MsrWrite): FactAnswer[] {
    this.model.takeZapRule?.();
    const before = this.model.counters();
    const observation = this.model.writeMsr(step.vcpu, step.msr, step.hi, step.lo);
    const isRefused = outcomeOf(observation) !== OK;
    const refusal = this.fact(
      'refusal',
      isRefused === step.refused,
      observation,
      step.refused ? '#GP' : 'accepted',
      isRefused ? refusalName(observation) : 'accepted',
    );
    return isRefused || step.refused ? [refusal] : [refusal, ...this.zapFact(step, observation, before)];
  }

  readMsr(step: MsrRead): FactAnswer[] {
    const observation = this.model.readMsr(step.vcpu, step.msr);
    const outcome = outcomeOf(observation);
    const recorded = step.refused ? '#GP' : printValue64(step.hi, step.lo);
    if (outcome !== OK && outcome !== GP) return [this.open('value', observation, recorded)];
    const expected = outcome === GP ? '#GP' : printValue64(this.model.valueHi, this.model.valueLo);
    return [this.fact('value', recorded === expected, observation, recorded, expected)];
  }

  writeCr0(step: Cr0Write): FactAnswer[] {
    this.model.takeZapRule?.();
    const before = this.model.counters();
    const observation = this.model.writeCr0(step.vcpu, step.pg, step.cd, step.nw);
    return outcomeOf(observation) === OK ? this.zapFact(step, observation, before) : [];
  }

  /** @param large the recorded leaf's block was mapped so before: a smaller leaf now is a decision of the kernel */
  access(vcpu: number, gfn: number, code: number | null, recorded: RecordedLeaf): FactAnswer[] {
    if (recorded.level > 1 && this.small.delete(recorded.gfn)) this.back(recorded.gfn, recorded.level);
    const observation = this.touch(vcpu, gfn, code);
    const outcome = outcomeOf(observation);
    const words = leafInWords(recorded);
    if (outcome === UNDEFINED) return [this.open('leaf', observation, words)];
    const leaf = leafOf(observation);
    if (leaf === null || outcome === MMIO) return [this.fact('leaf', false, observation, words, OUTCOME_NAMES[outcome])];
    const leafFact = this.fact(
      'leaf',
      leaf.type === recorded.type && leaf.ipat === recorded.ipat,
      observation,
      words,
      leafInWords(leaf),
    );
    const level = levelOf(observation);
    if (level === recorded.level) return [leafFact];
    const levels = [levelInWords(recorded.level), levelInWords(level)] as const;
    if (level < recorded.level) return [leafFact, this.fact('level', false, observation, ...levels)];
    // The host's page or memory slot may be smaller than the trace shows elsewhere.
    this.shrink(vcpu, gfn, code, level);
    return [leafFact, { ...this.fact('level', false, observation, ...levels), verdict: 'open' }];
  }

  private touch(vcpu: number, gfn: number, code: number | null): Observation {
    return this.model.access(vcpu, gfn, accessKindOf(code), 0, LEVEL_4K, false, true, 0);
  }

  private shrink(vcpu: number, gfn: number, code: number | null, level: Level | 0): void {
    const pages = pagesOf(level);
    const block = gfn - (gfn % pages);
    this.small.add(block);
    this.model.setBacking(block, pages, RAM, LEVEL_4K, WB);
    this.touch(vcpu, gfn, code);
  }

  private back(block: number, level: Level): void {
    this.model.setBacking(block, pagesOf(level), RAM, level, WB);
  }

  /** A zap shows by its own event, else by leaves that went. */
  private zapFact(step: Removed, observation: Observation, before: ReturnType<Model['counters']>): FactAnswer[] {
    const after = this.model.counters();
    const words = (isZap: boolean) => (isZap ? 'done' : 'none');
    const rule = this.model.takeZapRule?.() || ruleOf(observation);
    if (this.visible.hasZapEvents) {
      const isZap = (after.zaps ?? 0) > (before.zaps ?? 0);
      return [
        { ...this.fact('zap', isZap === step.zaps.length > 0, observation, words(step.zaps.length > 0), words(isZap)), rule },
      ];
    }
    if (!this.visible.hasChangeEvents) return [];
    const isRemoved = step.leaves.length > 0;
    const removes = (after.zappedLeaves ?? 0) > (before.zappedLeaves ?? 0);
    return isRemoved || removes
      ? [{ ...this.fact('zap', isRemoved === removes, observation, words(isRemoved), words(removes)), rule }]
      : [];
  }

  private fact(kind: FactKind, isSame: boolean, observation: Observation, recorded: string, expected: string): FactAnswer {
    const verdict: Verdict = isSame ? 'agrees' : 'differs';
    return { kind, verdict, recorded, expected, rule: ruleOf(observation) };
  }

  private open(kind: FactKind, observation: Observation, recorded: string): FactAnswer {
    return { kind, verdict: 'open', recorded, expected: 'undefined', rule: ruleOf(observation) };
  }
}

function refusalName(observation: Observation): string {
  const outcome = outcomeOf(observation);
  return outcome === GP ? '#GP' : OUTCOME_NAMES[outcome];
}
