/** A small guest to try a profile on: one call per operation of the scenario format, answers in words. */
import { DEFAULT_MACHINE } from '../../default-machine.js';
import { LEVEL_NAMES } from '../../../models/contract/address.js';
import { type Machine, RAM, type Region } from '../../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES, WB } from '../../../models/contract/memory-type.js';
import {
  detailOf,
  ERROR,
  levelOf,
  memtypeOf,
  type Observation,
  OUTCOME_NAMES,
  outcomeOf,
  ruleOf,
} from '../../../models/contract/observation.js';
import type { AccessKind, AccessPause, ConversionPause } from '../../../models/contract/operation.js';
import { INVARIANTS } from '../../../models/sev-snp/invariants.js';
import { SevSnp } from '../../../models/sev-snp/model.js';
import { rules } from '../../../models/sev-snp/rules.js';
import type { Switches } from '../../../models/sev-snp/switches.js';
import { profiles } from '../../../models/sev-snp/versions.js';

export type DesignName = 'rfc-v8' | 'in-lock' | 'deferred' | 'pre-post' | '6.11';

/** The switches of a design. */
function switchesOf(name: DesignName): Switches {
  const profile = profiles.find((each) => each.name === `sev-snp/${name}`);
  return Object.fromEntries(profile!.switches!.map((each) => [each.name, each.value])) as unknown as Switches;
}

export const DESIGNS: Readonly<Record<DesignName, Switches>> = {
  'rfc-v8': switchesOf('rfc-v8'),
  'in-lock': switchesOf('in-lock'),
  deferred: switchesOf('deferred'),
  'pre-post': switchesOf('pre-post'),
  '6.11': switchesOf('6.11'),
};
export const DESIGN_NAMES = Object.keys(DESIGNS) as DesignName[];

export const region = (gfn: number, pages: number, level: 1 | 2 | 3 = 1, over: Partial<Region> = {}): Region => ({
  gfn,
  pages,
  backing: RAM,
  level,
  hostMtrr: WB,
  hostPat: WB,
  specialOffset: 0,
  specialPages: 0,
  ...over,
});

export const machine = (over: Partial<Machine> = {}): Machine => ({
  ...DEFAULT_MACHINE,
  vcpus: 4,
  privateMemory: true,
  regions: [region(0, 16, 2)],
  ...over,
});

const KINDS: Readonly<Record<string, AccessKind>> = { R: 0, W: 1, X: 2 };
const ACCESS_PAUSES: Readonly<Record<string, AccessPause>> = { fault: 1, check: 2, lookup: 3 };
const CONVERSION_PAUSES: Readonly<Record<string, ConversionPause>> = { 'invalidate-begin': 1, store: 2, 'invalidate-end': 3 };

interface AccessOptions {
  readonly vcpu?: number;
  readonly ack?: boolean;
  readonly pauseAfter?: 'fault' | 'check' | 'lookup';
}

/** A guest of 16 frames in one slot, 2M blocks of 4 frames, unless said otherwise. */
export class Guest {
  readonly model: SevSnp;

  constructor(switches: Switches, over: Partial<Switches> = {}, on: Partial<Machine> = {}, pagesOf2M = 4) {
    this.model = new SevSnp({ ...switches, ...over }, pagesOf2M);
    this.model.reset(machine(on));
  }

  /** `mode`: P or S, `kind`: R, W or X. */
  access(gfn: number, mode: 'P' | 'S', kind: 'R' | 'W' | 'X' = 'R', options: AccessOptions = {}): string {
    const { vcpu = 0, ack = true, pauseAfter } = options;
    const pause = pauseAfter === undefined ? 0 : ACCESS_PAUSES[pauseAfter];
    return words(this.model.access(vcpu, gfn, KINDS[kind], 0, 1, mode === 'P', ack, pause));
  }

  set(from: number, to: number, kind: 'P' | 'S', pauseAfter?: 'invalidate-begin' | 'store' | 'invalidate-end'): string {
    const pause = pauseAfter === undefined ? 0 : CONVERSION_PAUSES[pauseAfter];
    return words(this.model.setAttributes(from, to - from, kind === 'P', pause));
  }

  finish(): string {
    return words(this.model.resumeAttributes());
  }

  resume(vcpu = 0): string {
    return words(this.model.resumeAccess(vcpu));
  }

  punch(from: number, to: number): string {
    return words(this.model.punchHole(from, to - from));
  }

  zap(from: number, to: number): string {
    return words(this.model.zap(from, to - from));
  }

  get counters(): Required<Record<'faults' | 'zappedLeaves' | 'tlbFlushes' | 'rmpUpdates' | 'memoryFaults' | 'retries', number>> {
    return this.model.counters() as never;
  }

  /** Ids of the invariants that the last step broke. */
  get broken(): string[] {
    const bits = this.model.brokenInvariants();
    return INVARIANTS.filter((_, bit) => (bits & (1 << bit)) !== 0).map((invariant) => invariant.id);
  }
}

/** `ok private 4K`, `memory-fault private`, `retry`, ... */
export function words(observation: Observation): string {
  const outcome = outcomeOf(observation);
  const detail = outcome === ERROR ? '' : ['', ' private', ' shared'][detailOf(observation)];
  const level = levelOf(observation) === 0 ? '' : ` ${LEVEL_NAMES[levelOf(observation)]}`;
  return `${OUTCOME_NAMES[outcome]}${detail}${level}`;
}

export function memtypeWord(observation: Observation): string {
  const type = memtypeOf(observation);
  return type === null ? OUTCOME_NAMES[outcomeOf(observation)] : MEMORY_TYPE_NAMES[type];
}

/** Ids of what else took part in an answer. */
export const clauseIds = (observation: Observation): string[] => (rules[ruleOf(observation)]?.clauses ?? []).map(({ id }) => id);

export const ruleId = (observation: Observation): string => rules[ruleOf(observation)]?.id ?? '';
