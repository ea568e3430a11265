/** A virtual machine of this model under test: scenario words in, observations as plain objects out. */
import { DEFAULT_MACHINE } from '../../default-machine.js';
import type { Machine, Region } from '../../../models/contract/machine.js';
import { RAM } from '../../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES, WB } from '../../../models/contract/memory-type.js';
import {
  detailOf,
  leafOf,
  levelOf,
  MEMORY_FAULT,
  memtypeOf,
  type Observation,
  OK,
  OUTCOME_NAMES,
  outcomeOf,
  ruleOf,
} from '../../../models/contract/observation.js';
import { LEVEL_NAMES, type Level } from '../../../models/contract/address.js';
import type { AccessKind, AccessPause, ConversionPause } from '../../../models/contract/operation.js';
import { INVARIANTS } from '../../../models/sw-protected/invariants.js';
import { profiles } from '../../../models/sw-protected/versions.js';
import { SoftwareProtectedVm } from '../../../models/sw-protected/model.js';

export const ram = (gfn: number, pages: number, level: Level = 2): Region => ({
  gfn,
  pages,
  backing: RAM,
  level,
  hostMtrr: WB,
  hostPat: WB,
  specialOffset: 0,
  specialPages: 0,
});

export const MACHINE: Machine = {
  ...DEFAULT_MACHINE,
  vcpus: 3,
  privateMemory: true,
  regions: [ram(0, 2048)],
};

/** `ok shared 2M`, `memory-fault private`, `retry` ... */
export function word(observation: Observation): string {
  const outcome = outcomeOf(observation);
  const page = ['', ' private', ' shared'][detailOf(observation)];
  if (outcome === OK && memtypeOf(observation) !== null) return `ok${page} ${LEVEL_NAMES[levelOf(observation)]}`;
  return `${OUTCOME_NAMES[outcome]}${outcome === MEMORY_FAULT ? page : ''}`;
}

/** `WB+ipat UC`: what the leaf says and what the access gets. */
export function types(observation: Observation): string {
  const leaf = leafOf(observation);
  const memtype = memtypeOf(observation);
  const named = leaf === null ? '-' : `${MEMORY_TYPE_NAMES[leaf.type]}${leaf.ipat ? '+ipat' : ''}`;
  return `${named} ${memtype === null ? '-' : MEMORY_TYPE_NAMES[memtype]}`;
}

/** The id of the deciding rule without the folder. */
const short = (id: string) => id.replace('sw-protected.', '');
export const ruleWord = (observation: Observation) => short(profiles[0].rules[ruleOf(observation)]?.id ?? '');
/** What else took part in an answer. */
export const clauseWords = (observation: Observation) =>
  (profiles[0].rules[ruleOf(observation)]?.clauses ?? []).map(({ id }) => short(id));
/** The decision on an invalidation that the steps since the last look took; undefined: none. */
export const zapWord = (model: SoftwareProtectedVm) => {
  const rule = profiles[0].rules[model.takeZapRule()];
  return rule === null ? undefined : `${rule.kind}: ${short(rule.id)}`;
};

export class VirtualMachine {
  readonly model: SoftwareProtectedVm;

  constructor(name = 'sw-protected/6.8', machine: Partial<Machine> = {}) {
    const model = profiles.find((profile) => profile.name === name)?.create();
    if (!(model instanceof SoftwareProtectedVm)) throw new Error(`no profile ${name}`);
    model.reset({ ...MACHINE, ...machine });
    this.model = model;
  }

  touch(gfn: number, kind: AccessKind = 0, pauseAfter: AccessPause = 0, vcpu = 0, isPrivate = false): string {
    return word(this.model.access(vcpu, gfn, kind, 0, 1, isPrivate, true, pauseAfter));
  }
  resume(vcpu = 0): string {
    return word(this.model.resumeAccess(vcpu));
  }
  toPrivate(gfn: number, pages: number, pauseAfter: ConversionPause = 0): string {
    return word(this.model.setAttributes(gfn, pages, true, pauseAfter));
  }
  toShared(gfn: number, pages: number, pauseAfter: ConversionPause = 0): string {
    return word(this.model.setAttributes(gfn, pages, false, pauseAfter));
  }
  finish(): string {
    return word(this.model.resumeAttributes());
  }
  /** Ids of the invariants that the last step, or the state after it, breaks. */
  broken(): string[] {
    const bits = this.model.brokenInvariants();
    return INVARIANTS.filter((_, bit) => (bits & (1 << bit)) !== 0).map(({ id }) => id);
  }
  counted(name: 'faults' | 'zappedLeaves' | 'tlbFlushes' | 'memoryFaults' | 'retries' | 'zaps'): number {
    return this.model.counters()[name] ?? -1;
  }
}
