/** The physical address space as ranges: what an access of each would get, profile by profile, and what decides it. */
import type { Machine, Region } from '../../models/contract/machine.js';
import { BACKING_HOST_MTRR, DEVICE } from '../../models/contract/machine.js';
import { UC_MINUS } from '../../models/contract/memory-type.js';
import type { Model, Profile } from '../../models/contract/model.js';
import { outcomeOf, OK, ruleOf } from '../../models/contract/observation.js';
import type { Operation } from '../../models/contract/operation.js';
import type { Rule } from '../../models/contract/rule.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { encodeStep } from '../operations/step-codec.js';
import { type GuestSession, guestSessionOf } from '../run/guest-session.js';
import { runModel } from '../run/run.js';
import { Trace } from '../run/trace.js';
import { type EncodedScenario, encodeScenario } from '../scenario/encoded.js';
import { type ObservationJson, observationJson } from '../scenario/observation-json.js';
import type { Scenario } from '../scenario/scenario.js';
import { addressBreaks } from './address-break.js';
import { type MapNote, mtrrNotes } from './mtrr-note.js';

export interface MapCell {
  readonly answer: ObservationJson;
  readonly rule: Rule | null;
  /** The registers that gave the type: `MTRRphysBase1 (UC) over MTRRphysBase0 (WB)`; null: none did, or the model does not say. */
  readonly registers: string | null;
}

export interface MapRow {
  /** Frames, the end exclusive. */
  readonly start: number;
  readonly end: number;
  /** By profile. */
  readonly cells: readonly MapCell[];
}

export interface AddressMap {
  readonly profiles: readonly Profile[];
  readonly vcpu: number;
  /** Steps that were done before the look; the last of them is the one before. */
  readonly steps: number;
  readonly rows: readonly MapRow[];
  readonly notes: readonly MapNote[];
  /** vCPUs that get another type somewhere. */
  readonly otherVcpus: readonly number[];
}

/** @param steps number of steps that are done before */
export function addressMap(profiles: readonly Profile[], scenario: Scenario, steps: number, vcpu: number): AddressMap {
  const { frames, isCut } = addressBreaks(scenario, steps);
  const looks = profiles.map((profile) => new Look(profile, scenario, steps));
  const rows = rowsFor(looks, frames, vcpu);
  const others = Array.from({ length: scenario.machine.vcpus }, (_, other) => other).filter((other) => other !== vcpu);
  const types = (list: readonly MapRow[]) =>
    JSON.stringify(merged(list, typeText).map(({ start, cells }) => [start, cells.map(typeText)]));
  const own = types(rows);
  const notes = mtrrNotes(scenario, steps, vcpu);
  const cut: MapNote[] = isCut
    ? [{ kind: 'cut', text: 'a mask with many holes: ranges beyond the first 4096 are not looked at one by one' }]
    : [];
  return {
    profiles,
    vcpu,
    steps,
    rows: merged(rows, cellText),
    notes: [...notes, ...cut],
    otherVcpus: others.filter((other) => types(rowsFor(looks, frames, other)) !== own),
  };
}

function rowsFor(looks: readonly Look[], frames: readonly number[], vcpu: number): MapRow[] {
  return frames.slice(0, -1).flatMap((start, index) => {
    const end = frames[index + 1];
    return split(looks, vcpu, { start, end, cells: looks.map((look) => look.at(vcpu, start)) });
  });
}

/** Boundaries that no register tells are found by halving. */
function split(looks: readonly Look[], vcpu: number, row: MapRow): MapRow[] {
  if (row.end - row.start < 2) return [row];
  const last = looks.map((look) => look.at(vcpu, row.end - 1));
  if (sameCells(row.cells, last, cellText)) return [row];
  let [low, high] = [row.start, row.end - 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const cells = looks.map((look) => look.at(vcpu, middle));
    if (sameCells(row.cells, cells, cellText)) low = middle;
    else high = middle;
  }
  const rest = { start: high, end: row.end, cells: looks.map((look) => look.at(vcpu, high)) };
  return [{ ...row, end: high }, ...(rest.end - rest.start < row.end - row.start ? split(looks, vcpu, rest) : [rest])];
}

/** One profile in the state after some steps: every frame is looked at anew, so that no look changes the next. */
class Look {
  private readonly model: Model;
  private readonly encoded: EncodedScenario;
  private readonly trace: Trace;
  private readonly guest: GuestSession | null;

  constructor(
    private readonly profile: Profile,
    scenario: Scenario,
    private readonly done: number,
  ) {
    this.model = profile.create();
    // Without a hypervisor a hole has the type that the MTRRs give it; asked for here, it is not an access.
    const machine = profile.hasLeaf ? scenario.machine : { ...scenario.machine, regions: withoutHoles(scenario.machine) };
    this.encoded = encodeScenario({ machine, steps: [...scenario.steps.slice(0, done), accessOf(0, 0)] });
    this.trace = new Trace(done + 1);
    this.guest = guestSessionOf(profile);
  }

  at(vcpu: number, gfn: number): MapCell {
    encodeStep(accessOf(vcpu, gfn), this.encoded.words, this.done * STEP_WORDS, STEP_WORDS);
    runModel(this.model, this.encoded, this.trace, this.guest);
    const observation = this.trace.observations[this.done];
    return {
      answer: observationJson(observation, null),
      rule: this.profile.rules[ruleOf(observation)] ?? null,
      registers: outcomeOf(observation) === OK ? ofRange(this.model.decidingRegisters?.(vcpu, gfn, 1) ?? null) : null,
    };
  }
}

/** One byte of a fixed-range MTRR is a range of its own; neighbours of one type are told as one. */
function ofRange(registers: string | null): string | null {
  return registers?.replace(/^MTRRfix\w+ byte \d+/, 'fixed-range MTRRs') ?? null;
}

function accessOf(vcpu: number, gfn: number): Operation {
  return { op: 'access', vcpu, gfn, kind: 0, pat: 0, pageSize: 1, private: false, ack: true, pauseAfter: 0 };
}

function withoutHoles({ regions, maxPhysAddr }: Machine): Region[] {
  const filled: Region[] = [];
  const fill = (start: number, end: number) => {
    if (end > start)
      filled.push({
        gfn: start,
        pages: end - start,
        backing: DEVICE,
        level: 1,
        hostMtrr: BACKING_HOST_MTRR[DEVICE],
        hostPat: UC_MINUS,
        specialOffset: 0,
        specialPages: 0,
      });
  };
  let next = 0;
  for (const region of regions) {
    fill(next, region.gfn);
    filled.push(region);
    next = region.gfn + region.pages;
  }
  fill(next, 2 ** (maxPhysAddr - 12));
  return filled;
}

function merged(rows: readonly MapRow[], text: (cell: MapCell) => string): MapRow[] {
  const found: MapRow[] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last !== undefined && last.end === row.start && sameCells(last.cells, row.cells, text))
      found[found.length - 1] = { ...last, end: row.end };
    else found.push(row);
  }
  return found;
}

function sameCells(a: readonly MapCell[], b: readonly MapCell[], text: (cell: MapCell) => string): boolean {
  return a.every((cell, index) => text(cell) === text(b[index]));
}

export function typeText({ answer }: MapCell): string {
  if (answer.outcome === 'ok') return answer.memtype ?? 'ok';
  if (answer.outcome === 'undefined') return answer.candidates?.join('|') ?? 'undefined';
  return answer.outcome;
}

function cellText(cell: MapCell): string {
  return `${typeText(cell)} ${cell.registers ?? cell.rule?.id ?? ''}`;
}
