/** A profile of the model, driven by short words: values as bigints, answers as text. */
import { DEFAULT_MACHINE } from '../../default-machine.js';
import { type Gfn, LEVEL_1G, LEVEL_2M, LEVEL_4K, LEVEL_NAMES, type Level } from '../../../models/contract/address.js';
import {
  BACKING_HOST_MTRR,
  BACKING_HOST_PAT,
  type Backing,
  type Machine,
  RAM,
  type Region,
} from '../../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES } from '../../../models/contract/memory-type.js';
import type { Counters, Model, Profile } from '../../../models/contract/model.js';
import {
  detailOf,
  leafOf,
  levelOf,
  memtypeOf,
  type Observation,
  OUTCOME_NAMES,
  outcomeOf,
  ruleOf,
} from '../../../models/contract/observation.js';
import type { Version } from '../../../models/intel-ept/switches.js';
import { profiles } from '../../../models/intel-ept/versions.js';

export function profileNamed(name: string): Profile {
  const found = profiles.find((profile) => profile.name === `intel-ept/${name}`);
  if (found === undefined) throw new Error(`no profile intel-ept/${name}`);
  return found;
}

/** Every switch of a version. */
export function versionNamed(name: string): Version {
  return Object.fromEntries(profileNamed(name).switches!.map((found) => [found.name, found.value])) as Version;
}

export function region(gfn: Gfn, pages: number, backing: Backing = RAM, level: Level = LEVEL_4K): Region {
  return {
    gfn,
    pages,
    backing,
    level,
    hostMtrr: BACKING_HOST_MTRR[backing],
    hostPat: BACKING_HOST_PAT[backing],
    specialOffset: 0,
    specialPages: 0,
  };
}

export const machine = (changes: Partial<Machine> = {}): Machine => ({
  ...DEFAULT_MACHINE,
  vcpus: 2,
  maxPhysAddr: 36,
  noncoherentDevices: 1,
  regions: [region(0, 2 ** 24)],
  ...changes,
});

export class DrivenVm {
  readonly model: Model;
  private readonly profile: Profile;

  constructor(name: string, changes: Partial<Machine> = {}) {
    this.profile = profileNamed(name);
    this.model = this.profile.create();
    this.model.reset(machine(changes));
  }

  /** `ok`, `gp`, or `undefined`. */
  write(msr: number, value: bigint, vcpu = 0): string {
    return OUTCOME_NAMES[outcomeOf(this.writeObserved(msr, value, vcpu))];
  }

  writeObserved(msr: number, value: bigint, vcpu = 0): Observation {
    return this.model.writeMsr(vcpu, msr, Number(value >> 32n), Number(value & 0xffff_ffffn));
  }

  /** `200=6 201=f00000800`: hex, as the vectors are written. */
  writeAll(text: string, vcpu = 0): void {
    for (const word of text.split(' ').filter((part) => part !== '')) {
      const [msr, value] = word.split('=');
      const outcome = this.write(Number.parseInt(msr, 16), BigInt(`0x${value}`), vcpu);
      if (outcome !== 'ok') throw new Error(`${word}: ${outcome}`);
    }
  }

  read(msr: number, vcpu = 0): bigint | string {
    const outcome = OUTCOME_NAMES[outcomeOf(this.model.readMsr(vcpu, msr))];
    return outcome === 'ok' ? (BigInt(this.model.valueHi) << 32n) | BigInt(this.model.valueLo) : outcome;
  }

  observe(gfn: Gfn, pat = 0, vcpu = 0): Observation {
    return this.model.access(vcpu, gfn, 0, pat, LEVEL_4K, false, true, 0);
  }

  /** `WB+ipat` or the outcome where no leaf decided. */
  leaf(gfn: Gfn, vcpu = 0): string {
    const observation = this.observe(gfn, 0, vcpu);
    const leaf = leafOf(observation);
    return leaf === null ? OUTCOME_NAMES[outcomeOf(observation)] : `${MEMORY_TYPE_NAMES[leaf.type]}${leaf.ipat ? '+ipat' : ''}`;
  }

  /** The effective type, or the outcome where there is none. */
  type(gfn: Gfn, pat = 0, vcpu = 0): string {
    const observation = this.observe(gfn, pat, vcpu);
    const type = memtypeOf(observation);
    return type === null ? OUTCOME_NAMES[outcomeOf(observation)] : MEMORY_TYPE_NAMES[type];
  }

  level(gfn: Gfn, vcpu = 0): string {
    const observation = this.observe(gfn, 0, vcpu);
    return LEVEL_NAMES[levelOf(observation)] || OUTCOME_NAMES[outcomeOf(observation)];
  }

  /** The id of the rule without the folder. */
  ruleOf(observation: Observation): string {
    return this.profile.rules[ruleOf(observation)]!.id.replace('intel-ept.', '');
  }

  /** The rule with its clauses: `patched + paging-off`. */
  rulesOf(observation: Observation): string {
    const rule = this.profile.rules[ruleOf(observation)]!;
    return [rule, ...(rule.clauses ?? [])].map(({ id }) => id.replace('intel-ept.', '')).join(' + ');
  }

  /** What was decided on zapping since this was asked last: `zap cd-change-zaps`, or `none`. */
  zapRule(): string {
    const rule = this.profile.rules[this.model.takeZapRule!()];
    return rule === null ? 'none' : `${rule.kind} ${rule.id.replace('intel-ept.', '')}`;
  }

  outcome(observation: Observation): string {
    return OUTCOME_NAMES[outcomeOf(observation)];
  }

  candidates(observation: Observation): number {
    return detailOf(observation);
  }

  cr0(pg: boolean, cd: boolean, nw = false, vcpu = 0): string {
    return this.outcome(this.model.writeCr0(vcpu, pg, cd, nw));
  }

  counters(): Counters {
    return this.model.counters();
  }
}

export { LEVEL_1G, LEVEL_2M, LEVEL_4K };
