/**
 * What a step of a scenario shows of a profile, as short texts: the rule that decided, with the register, range, fixed segment or edge that it
 * looked at, the answer, the level, what it cost and which rule decided at that frame before. A recorded answer is worth keeping where it
 * shows a trait that no other one shows.
 */
import type { Gfn } from '../../models/contract/address.js';
import type { Machine, Region } from '../../models/contract/machine.js';
import { GP, NOT_APPLICABLE, OK, outcomeOf, ruleOf, withRule } from '../../models/contract/observation.js';
import type { Operation, OperationOf } from '../../models/contract/operation.js';
import type { Rule } from '../../models/contract/rule.js';
import type { Scenario } from '../scenario/scenario.js';
import type { FollowedStep } from './followed-run.js';
import { blockEdges, edgesOf, rangeEdge } from './frame-edges.js';
import { fixedRange, fixedSegment, kindOf, topBit, WrittenRegisters } from './registers.js';

export interface Trait {
  readonly text: string;
  /** The step without which the register that is named was not written: the trait holds only if the answer depends on it. -1: none. */
  readonly writer: number;
}

/** The traits of each step. @param rules those of the profile, by number */
export function traitsOf(scenario: Scenario, steps: readonly FollowedStep[], rules: readonly (Rule | null)[]): Trait[][] {
  const past = new Past(scenario.machine, rules);
  return scenario.steps.map((step, index) => {
    const traits = past.traitsAt(step, steps[index]);
    past.note(step, steps[index], index);
    return traits;
  });
}

type Range = { readonly op: string; readonly gfn: Gfn; readonly end: Gfn };

class Past {
  private readonly registers = new WrittenRegisters();
  private readonly lastAt = new Map<Gfn, { readonly rule: string; readonly vcpu: number }>();
  private readonly ranges: Range[] = [];
  /** The last operation that is neither an access nor one of a register. */
  private lastEvent = 'none';

  constructor(
    private readonly machine: Machine,
    private readonly rules: readonly (Rule | null)[],
  ) {}

  traitsAt(step: Operation, { observation, hi, lo, cost, broken }: FollowedStep): Trait[] {
    const rule = this.causeOf(observation);
    const answer = withRule(observation, 0);
    const plainTraits = [
      `${step.op} answers ${answer} by ${ruleOf(observation)}`,
      ...cost.map((count) => `${step.op} costs ${count} by ${rule}`),
      ...(broken === 0 ? [] : [`${step.op} by ${rule} breaks ${broken}`]),
    ];
    const own =
      step.op === 'access'
        ? this.accessTraits(step, rule, answer)
        : 'msr' in step
          ? this.registerTraits(step, rule, answer, hi, lo, cost)
          : this.otherTraits(step, rule, answer, cost);
    return [...plainTraits.map(always), ...own];
  }

  note(step: Operation, { observation }: FollowedStep, index: number): void {
    const isDone = outcomeOf(observation) === OK;
    if (step.op === 'write-msr' && isDone) this.registers.note(step.vcpu, step.msr, step.value, index);
    if (step.op !== 'access' && !('msr' in step)) this.lastEvent = step.op;
    if (step.op === 'access') this.lastAt.set(step.gfn, { rule: this.causeOf(observation), vcpu: step.vcpu });
    if ('pages' in step && outcomeOf(observation) !== NOT_APPLICABLE)
      this.ranges.unshift({ op: step.op, gfn: step.gfn, end: step.gfn + step.pages });
  }

  /** Cells of one table share a cause: which cell it was is told by the answer. */
  private causeOf(observation: number): string {
    const rule = this.rules[ruleOf(observation)];
    return rule?.cause ?? rule?.id ?? 'none';
  }

  private accessTraits(step: OperationOf<'access'>, rule: string, answer: number): Trait[] {
    const { vcpu, gfn, pat } = step;
    const last = this.lastAt.get(gfn);
    const texts = [
      `rule ${rule} with PAT index ${pat}`,
      `access answers ${answer} under PAT type ${this.registers.patByte(vcpu, pat) ?? 'reset'}`,
      `rule ${rule} for kind ${step.kind}`,
      `rule ${rule} for guest page ${step.pageSize}`,
      `rule ${rule} for private ${step.private}, ack ${step.ack}, pause ${step.pauseAfter}`,
      `rule ${rule}, last event ${this.lastEvent}`,
      `rule ${rule} after rule ${last?.rule ?? 'none'}`,
      `rule ${rule} after ${last === undefined ? 'nobody' : last.vcpu === vcpu ? 'the same vCPU' : 'another vCPU'}`,
      ...this.regionTexts(gfn).map((text) => `rule ${rule} ${text}`),
      ...this.edgeTexts(gfn).map((text) => `access answers ${answer} ${text}`),
      ...this.rangeTexts(gfn).map((text) => `rule ${rule} ${text}`),
    ];
    return [...texts.map(always), ...this.decidedBy(vcpu, gfn, rule, answer)];
  }

  /** Registers that may have decided, each with the step that wrote it. */
  private decidedBy(vcpu: number, gfn: Gfn, rule: string, answer: number): Trait[] {
    const { registers } = this;
    const traits: Trait[] = [];
    for (const { pair, at } of registers.pairsAt(vcpu, gfn)) {
      const writer = registers.writerOf(vcpu, 0x201 + 2 * pair);
      traits.push({ text: `rule ${rule} ${at} range ${pair}`, writer });
      traits.push({ text: `rule ${rule} answers ${answer} ${at} a range`, writer });
      traits.push({ text: `range ${pair} of vCPU ${vcpu} decides`, writer });
    }
    const fixed = fixedSegment(gfn);
    if (fixed !== null) {
      const writer = registers.writerOf(vcpu, fixed.msr);
      if (writer >= 0) {
        traits.push({ text: `rule ${rule} by byte ${fixed.byte} of fixed MSR ${fixed.msr}`, writer });
        traits.push({ text: `a fixed MSR of vCPU ${vcpu} decides`, writer });
      }
    }
    const defType = registers.value(vcpu, 0x2ff);
    if (defType !== null)
      traits.push({ text: `rule ${rule} under default type ${defType.lo}`, writer: registers.writerOf(vcpu, 0x2ff) });
    return traits;
  }

  private regionTexts(gfn: Gfn): string[] {
    const region = this.regionAt(gfn);
    if (region === undefined) return ['outside every region'];
    return [`on backing ${region.backing}`, `at level ${region.level}`, `under host MTRR ${region.hostMtrr}`];
  }

  private edgeTexts(gfn: Gfn): string[] {
    const region = this.regionAt(gfn);
    if (region === undefined) return [];
    const edges = edgesOf(region).filter(([frame]) => Math.abs(gfn - frame) <= 1);
    return [...edges.map(([frame, name]) => `${gfn - frame} from the ${name} of a region`), ...blockEdges(gfn)];
  }

  private regionAt(gfn: Gfn): Region | undefined {
    return this.machine.regions.find((known) => gfn >= known.gfn && gfn < known.gfn + known.pages);
  }

  /** The last operation over a range that holds the frame or ends beside it. */
  private rangeTexts(gfn: Gfn): string[] {
    const range = this.ranges.find(({ gfn: first, end }) => gfn >= first - 1 && gfn <= end);
    if (range === undefined) return [];
    const at =
      gfn < range.gfn
        ? 'before'
        : gfn === range.end
          ? 'after'
          : gfn === range.gfn
            ? 'first'
            : gfn === range.end - 1
              ? 'last'
              : 'inside';
    return [`${at} of ${range.op}`];
  }

  private registerTraits(
    step: Extract<Operation, { readonly msr: number }>,
    rule: string,
    answer: number,
    hi: number,
    lo: number,
    cost: readonly string[],
  ): Trait[] {
    const texts = [`${step.op} ${step.msr} by ${rule} answers ${answer}`];
    for (const count of cost) texts.push(`${step.op} ${step.msr} costs ${count}`);
    if (step.op === 'write-msr')
      for (const at of this.touchedAround(step)) texts.push(`wrmsr ${step.msr} costs ${cost.join()} with a frame ${at}`);
    if (step.op === 'read-msr') {
      const written = 'vcpu' in step ? this.registers.value(step.vcpu, step.msr) : null;
      const kind = written === null ? 'unwritten' : written.hi === hi >>> 0 && written.lo === lo >>> 0 ? 'as written' : 'otherwise';
      texts.push(
        `${kindOf(step.msr)} reads ${kind} by ${rule}${kind === 'as written' ? '' : `, ${topBit(hi, lo)} is the highest bit`}`,
      );
    } else if ('value' in step && step.value !== undefined && step.value !== null)
      texts.push(...this.valueTexts(step.msr, step.value.hi, step.value.lo, rule, answer));
    return texts.map(always);
  }

  /** Where frames that were touched lie against what the register covered before the write. */
  private touchedAround({ vcpu, msr }: OperationOf<'write-msr'>): string[] {
    const fixed = fixedRange(msr);
    const places = [...this.lastAt.keys()].flatMap((gfn) => {
      if (fixed !== null) return rangeEdge(gfn, fixed.gfn, fixed.end);
      const pair = this.registers.pairsAt(vcpu, gfn).find((one) => one.pair === (msr - 0x200) >> 1);
      return msr >= 0x200 && msr < 0x220 && pair !== undefined ? [pair.at] : [];
    });
    return [...new Set(places)];
  }

  /** Which bits a written value has, where rules look: at the width's edge, below the address, in the type fields. */
  private valueTexts(msr: number, hi: number, lo: number, rule: string, answer: number): string[] {
    const kind = kindOf(msr);
    const over = topBit(hi, lo) - this.machine.maxPhysAddr;
    const texts = [`${kind} by ${rule} with the highest bit ${Math.max(-2, Math.min(2, over))} from the width`];
    if (kind === 'fixed' || kind === 'PAT') {
      for (let byte = 0; byte < 8; byte++) {
        const type = ((byte < 4 ? lo : hi) >>> (8 * (byte & 3))) & 0xff;
        if (outcomeOf(answer) === GP) texts.push(`${kind} by ${rule} with byte ${Math.min(type, 9)}`);
        if (outcomeOf(answer) === GP && type > 7) texts.push(`${kind} by ${rule} for byte ${byte}`);
      }
      return texts;
    }
    texts.push(`${kind} by ${rule} with type ${Math.min(lo & 7, 9)}`);
    for (let bit = 3; bit < 12; bit++) if ((lo >>> bit) & 1) texts.push(`${kind} by ${rule} with bit ${bit}`);
    return texts;
  }

  private otherTraits(step: Operation, rule: string, answer: number, cost: readonly string[]): Trait[] {
    const words = Object.entries(step)
      .filter(([key]) => key !== 'gfn' && key !== 'pages' && key !== 'vcpu' && key !== 'op')
      .map(([key, value]) => `${step.op} with ${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
    const texts = words.flatMap((word) => [
      `${word} by ${rule} answers ${answer}`,
      ...cost.map((count) => `${word} costs ${count}`),
    ]);
    if ('gfn' in step) {
      texts.push(...this.regionTexts(step.gfn).map((text) => `${step.op} ${text} answers ${answer}`));
      texts.push(...this.rangeTexts(step.gfn).map((text) => `${step.op} ${text} by ${rule}`));
    }
    return texts.map(always);
  }
}

const always = (text: string): Trait => ({ text, writer: -1 });
