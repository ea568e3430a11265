/** A TD driven by hand: operations by name, observations as short sentences, and what each step broke. */
import { DEFAULT_MACHINE } from '../../default-machine.js';
import type { TrustDomain } from '../../../models/tdx/model.js';
import { INVARIANTS } from '../../../models/tdx/invariants.js';
import { profiles } from '../../../models/tdx/versions.js';
import { BACKING_HOST_PAT, type Backing, type Machine, RAM, type Region } from '../../../models/contract/machine.js';
import { type Level, LEVEL_NAMES } from '../../../models/contract/address.js';
import { MEMORY_TYPE_NAMES, WB } from '../../../models/contract/memory-type.js';
import {
  detailOf,
  levelOf,
  memtypeOf,
  type Observation,
  OUTCOME_NAMES,
  outcomeOf,
  ruleOf,
} from '../../../models/contract/observation.js';
import { type AccessKind, type AccessPause, type ConversionPause, READ } from '../../../models/contract/operation.js';

/** 2M region, in pages. */
export const H = 512;

export function region(gfn: number, pages: number, level: Level = 2, backing: Backing = RAM): Region {
  return { gfn, pages, backing, level, hostMtrr: WB, hostPat: BACKING_HOST_PAT[backing], specialOffset: 0, specialPages: 0 };
}

export function machine(changes: Partial<Machine> = {}): Machine {
  return {
    ...DEFAULT_MACHINE,
    vcpus: 3,
    privateMemory: true,
    regions: [region(0, 4 * H)],
    ...changes,
  };
}

const PAGES = ['', 'private', 'shared'];

/** `ok 2M WB shared`, `memory-fault private`, `retry`. */
export function words(observation: Observation): string {
  const memtype = memtypeOf(observation);
  return [
    OUTCOME_NAMES[outcomeOf(observation)],
    LEVEL_NAMES[levelOf(observation)],
    memtype === null ? '' : MEMORY_TYPE_NAMES[memtype],
    outcomeOf(observation) === 0 || outcomeOf(observation) === 4 ? PAGES[detailOf(observation)] : '',
  ]
    .filter((word) => word !== '')
    .join(' ');
}

interface Touch {
  vcpu?: number;
  kind?: AccessKind;
  pat?: number;
  ack?: boolean;
  pauseAfter?: AccessPause;
}

export class Td {
  readonly model: TrustDomain;
  readonly machine: Machine;
  /** The rule of the last observation, without `tdx.`. */
  rule = '';
  /** What else took part in it, without `tdx.`. */
  clauses: string[] = [];
  /** Ids of invariants that any step so far broke. */
  readonly broken = new Set<string>();
  private before: Record<string, number> = {};

  constructor(
    readonly profile: string,
    changes: Partial<Machine> = {},
  ) {
    const found = profiles.find(({ name }) => name === profile);
    if (found === undefined) throw new Error(`no profile ${profile}`);
    this.model = found.create() as TrustDomain;
    this.machine = machine(changes);
    this.model.reset(this.machine);
    this.mark();
  }

  shared(gfn: number, { vcpu = 0, kind = READ, pat = 0, ack = true, pauseAfter = 0 }: Touch = {}): string {
    return this.seen(this.model.access(vcpu, gfn, kind, pat, 1, false, ack, pauseAfter));
  }
  private(gfn: number, { vcpu = 0, kind = READ, pat = 0, ack = true, pauseAfter = 0 }: Touch = {}): string {
    return this.seen(this.model.access(vcpu, gfn, kind, pat, 1, true, ack, pauseAfter));
  }
  /** As a guest that accepts what it is asked to and tries again. */
  acknowledged(gfn: number, touch: Touch = {}): string {
    const first = this.private(gfn, touch);
    return first === 'not-validated' ? this.private(gfn, touch) : first;
  }
  resume(vcpu = 0): string {
    return this.seen(this.model.resumeAccess(vcpu));
  }
  convert(start: number, end: number, to: 'private' | 'shared', pauseAfter: ConversionPause = 0): string {
    return this.seen(this.model.setAttributes(start, end - start, to === 'private', pauseAfter));
  }
  resumeConversion(): string {
    return this.seen(this.model.resumeAttributes());
  }
  punch(start: number, end: number): string {
    return this.seen(this.model.punchHole(start, end - start));
  }
  zap(start: number, end: number): string {
    return this.seen(this.model.zap(start, end - start));
  }
  back(start: number, end: number, backing: Backing = RAM, level: Level = 2): string {
    return this.seen(this.model.setBacking(start, end - start, backing, level, WB));
  }

  /** Counts from here. */
  mark(): void {
    this.before = { ...this.model.privateMemoryCounters() };
  }
  /** How often something happened since `mark`. */
  since(name: string): number {
    return this.model.privateMemoryCounters()[name] - this.before[name];
  }

  /** Ids of the invariants that the last step, or the state after it, breaks. */
  brokenNow(): string[] {
    const bits = this.model.brokenInvariants();
    return INVARIANTS.filter((_, bit) => (bits & (1 << bit)) !== 0).map(({ id }) => id);
  }

  /** The decision on an invalidation that the steps since the last look took; undefined: none. */
  get zapRule(): string | undefined {
    const rule = profiles[0].rules[this.model.takeZapRule()];
    return rule === null ? undefined : `${rule.kind}: ${rule.id.replace('tdx.', '')}`;
  }

  seen(observation: Observation): string {
    const rule = profiles[0].rules[ruleOf(observation)];
    this.rule = rule?.id.replace('tdx.', '') ?? '';
    this.clauses = (rule?.clauses ?? []).map(({ id }) => id.replace('tdx.', ''));
    for (const id of this.brokenNow()) this.broken.add(id);
    return words(observation);
  }
}
