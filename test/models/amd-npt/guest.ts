/** A guest on one profile of amd-npt, driven in words: what a test says and what it sees. */
import { DEFAULT_MACHINE } from '../../default-machine.js';
import { profiles } from '../../../models/amd-npt/versions.js';
import { LEVEL_NAMES } from '../../../models/contract/address.js';
import {
  BACKING_HOST_MTRR,
  BACKING_HOST_PAT,
  BACKING_NAMES,
  type Backing,
  type Machine,
  type Region,
} from '../../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES, type RegisterType } from '../../../models/contract/memory-type.js';
import type { Model, Profile } from '../../../models/contract/model.js';
import {
  detailOf,
  ERRNO_NAMES,
  leafOf,
  levelOf,
  memtypeOf,
  type Observation,
  OUTCOME_NAMES,
  outcomeOf,
  ruleOf,
} from '../../../models/contract/observation.js';

/** Versions by the last part of their names. */
export const VERSIONS = profiles.map(({ name }) => name.replace('amd-npt/', ''));

export interface RegionWords {
  gfn: number;
  pages: number;
  backing?: string;
  level?: '4K' | '2M' | '1G';
  hostMtrr?: string;
}

export function profileNamed(version: string): Profile {
  return profiles.find((profile) => profile.name === `amd-npt/${version}`)!;
}

const typeOf = (name: string) => MEMORY_TYPE_NAMES.indexOf(name) as RegisterType;

function regionOf(words: RegionWords): Region {
  const backing = BACKING_NAMES.indexOf((words.backing ?? 'ram') as 'ram') as Backing;
  return {
    gfn: words.gfn,
    pages: words.pages,
    backing,
    level: LEVEL_NAMES.indexOf(words.level ?? '4K') as 1,
    hostMtrr: words.hostMtrr === undefined ? BACKING_HOST_MTRR[backing] : typeOf(words.hostMtrr),
    hostPat: BACKING_HOST_PAT[backing],
    specialOffset: 0,
    specialPages: 0,
  };
}

export class Guest {
  readonly model: Model;
  readonly machine: Machine;
  private readonly profile: Profile;

  constructor(
    version: string,
    machine: Partial<Omit<Machine, 'regions'>> = {},
    regions: RegionWords[] = [{ gfn: 0, pages: 0x100000 }],
  ) {
    this.profile = profileNamed(version);
    this.model = this.profile.create();
    this.machine = {
      ...DEFAULT_MACHINE,
      vcpus: 2,
      ...machine,
      regions: regions.map(regionOf),
    };
    this.model.reset(this.machine);
  }

  private outcome(observation: Observation): string {
    const errno = ERRNO_NAMES[outcomeOf(observation) === 2 ? detailOf(observation) : 0];
    return errno === '' ? OUTCOME_NAMES[outcomeOf(observation)] : errno;
  }
  ruleOf(observation: Observation): string {
    return this.profile.rules[ruleOf(observation)]!.id.replace('amd-npt.', '');
  }

  /** The rule with its clauses: `patched + paging-off`. */
  rulesOf(observation: Observation): string {
    const rule = this.profile.rules[ruleOf(observation)]!;
    return [rule, ...(rule.clauses ?? [])].map(({ id }) => id.replace('amd-npt.', '')).join(' + ');
  }

  /** What was decided on zapping since this was asked last: `zap cd-toggle-zaps`, or `none`. */
  zapRule(): string {
    const rule = this.profile.rules[this.model.takeZapRule!()];
    return rule === null ? 'none' : `${rule.kind} ${rule.id.replace('amd-npt.', '')}`;
  }

  write(msr: number, value: bigint, vcpu = 0): string {
    return this.outcome(this.model.writeMsr(vcpu, msr, Number(value >> 32n), Number(value & 0xffffffffn)));
  }
  writeRule(msr: number, value: bigint, vcpu = 0): string {
    return this.ruleOf(this.model.writeMsr(vcpu, msr, Number(value >> 32n), Number(value & 0xffffffffn)));
  }
  writes(...pairs: [number, bigint][]): void {
    for (const [msr, value] of pairs) expect(this.write(msr, value)).toBe('ok');
  }
  read(msr: number, vcpu = 0): bigint | string {
    const observation = this.model.readMsr(vcpu, msr);
    if (outcomeOf(observation) !== 0) return this.outcome(observation);
    return (BigInt(this.model.valueHi) << 32n) | BigInt(this.model.valueLo);
  }

  observe(gfn: number, pat = 0, vcpu = 0): Observation {
    return this.model.access(vcpu, gfn, 0, pat, 1, false, true, 0);
  }
  /** `WB`, or the outcome where there is no type. */
  type(gfn: number, pat = 0, vcpu = 0): string {
    const observation = this.observe(gfn, pat, vcpu);
    const type = memtypeOf(observation);
    return type === null ? this.outcome(observation) : MEMORY_TYPE_NAMES[type];
  }
  leaf(gfn: number, vcpu = 0): string {
    const leaf = leafOf(this.observe(gfn, 0, vcpu));
    return leaf === null ? 'none' : MEMORY_TYPE_NAMES[leaf.type];
  }
  level(gfn: number, vcpu = 0): string {
    return LEVEL_NAMES[levelOf(this.observe(gfn, 0, vcpu))];
  }
  rule(gfn: number, pat = 0, vcpu = 0): string {
    return this.ruleOf(this.observe(gfn, pat, vcpu));
  }

  cr0(bits: { pg?: boolean; cd?: boolean; nw?: boolean }, vcpu = 0): string {
    return this.outcome(this.model.writeCr0(vcpu, bits.pg ?? true, bits.cd ?? false, bits.nw ?? false));
  }
  attach(coherent = false): string {
    return this.outcome(this.model.attachDevice(coherent));
  }
  detach(coherent = false): string {
    return this.outcome(this.model.detachDevice(coherent));
  }
  setBacking(words: RegionWords): string {
    const region = regionOf(words);
    return this.outcome(this.model.setBacking(region.gfn, region.pages, region.backing, region.level, region.hostMtrr));
  }
  counters() {
    return this.model.counters();
  }
}

/** A PAT value from its eight types, entry 0 first. */
export function pat(...types: string[]): bigint {
  return types.reduce((value, type, i) => value | (BigInt(typeOf(type)) << BigInt(8 * i)), 0n);
}
/** One PAT with all six types at indices 0 to 5. */
export const ALL_TYPES = ['UC', 'UC-', 'WC', 'WP', 'WT', 'WB'] as const;
export const ALL_TYPES_PAT = pat(...ALL_TYPES, 'WB', 'WB');
