/** A guest on bare metal, for tests: MSR values as bigints, answers as words. */
import { DEFAULT_MACHINE } from '../../default-machine.js';
import { LEVEL_4K, type Level } from '../../../models/contract/address.js';
import { type Machine, RAM } from '../../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES, WB } from '../../../models/contract/memory-type.js';
import type { Model, Profile } from '../../../models/contract/model.js';
import { detailOf, memtypeOf, type Observation, OUTCOME_NAMES, outcomeOf, ruleOf } from '../../../models/contract/observation.js';
import { NO_PAUSE, READ } from '../../../models/contract/operation.js';
import { profiles } from '../../../models/bare-metal/versions.js';

const profile = (name: string): Profile => profiles.find((candidate) => candidate.name === name)!;
export const INTEL = profile('bare-metal/intel');
export const AMD = profile('bare-metal/amd');
export const VENDORS = [
  ['intel', INTEL],
  ['amd', AMD],
] as const;

export const MACHINE: Machine = {
  ...DEFAULT_MACHINE,
  maxPhysAddr: 40,
  regions: [
    { gfn: 0, pages: 2 ** 28, backing: RAM, level: LEVEL_4K, hostMtrr: WB, hostPat: WB, specialOffset: 0, specialPages: 0 },
  ],
};

/** PAT entries in the order UC WC WT WP WB UC-: `PAT_INDEX` names the index of each type. */
export const ALL_TYPES_PAT = 0x0000_0706_0504_0100n;
export const PAT_INDEX = { UC: 0, WC: 1, WT: 2, WP: 3, WB: 4, 'UC-': 5 } as const;
export type PatWord = keyof typeof PAT_INDEX;

/** Address to frame. */
export const frame = (pa: number): number => Math.floor(pa / 4096);

export class Guest {
  readonly model: Model;

  constructor(
    readonly profile: Profile,
    machine: Partial<Machine> = {},
  ) {
    this.model = profile.create();
    this.model.reset({ ...MACHINE, ...machine });
    expect(this.write(0x277, ALL_TYPES_PAT)).toMatch(/^ok/);
  }

  write(msr: number, value: bigint, vcpu = 0): string {
    return this.words(this.model.writeMsr(vcpu, msr, Number(value >> 32n), Number(value & 0xffffffffn)));
  }

  /** The value as hex, or the outcome and its rule. */
  read(msr: number, vcpu = 0): string {
    const words = this.words(this.model.readMsr(vcpu, msr));
    if (!words.startsWith('ok')) return words;
    return `0x${((BigInt(this.model.valueHi) << 32n) | BigInt(this.model.valueLo)).toString(16)}`;
  }

  /** Type of an access: `WB`, `undefined UC WB`, `mmio`. */
  type(gfn: number, pat: PatWord = 'WB', pageSize: Level = LEVEL_4K, vcpu = 0): string {
    return this.observe(gfn, pat, pageSize, vcpu).type;
  }

  /** Rule of an access. */
  rule(gfn: number, pat: PatWord = 'WB', pageSize: Level = LEVEL_4K, vcpu = 0): string {
    return this.observe(gfn, pat, pageSize, vcpu).rule;
  }

  cr0(bits: { pg?: boolean; cd?: boolean; nw?: boolean }): string {
    return this.words(this.model.writeCr0(0, bits.pg ?? true, bits.cd ?? false, bits.nw ?? false));
  }

  /** `gp intel-cap-read-only`. */
  words(observation: Observation): string {
    return `${OUTCOME_NAMES[outcomeOf(observation)]} ${this.rulesOf(observation)}`;
  }

  private observe(gfn: number, pat: PatWord, pageSize: Level, vcpu: number): { type: string; rule: string } {
    const observation = this.model.access(vcpu, gfn, READ, PAT_INDEX[pat], pageSize, false, true, NO_PAUSE);
    return { type: typeWords(observation), rule: this.ruleOf(observation) };
  }

  /** The rule of an access and its clauses: `intel-mtrr-wb-pat-wb + intel-default-type`. */
  rules(gfn: number, pat: PatWord = 'WB'): string {
    return this.rulesOf(this.model.access(0, gfn, READ, PAT_INDEX[pat], LEVEL_4K, false, true, NO_PAUSE));
  }

  private rulesOf(observation: Observation): string {
    const rule = this.profile.rules[ruleOf(observation)]!;
    return [rule, ...(rule.clauses ?? [])].map(({ id }) => id.replace('bare-metal.', '')).join(' + ');
  }

  private ruleOf(observation: Observation): string {
    return this.profile.rules[ruleOf(observation)]!.id.replace('bare-metal.', '');
  }
}

function typeWords(observation: Observation): string {
  const outcome = OUTCOME_NAMES[outcomeOf(observation)];
  const memtype = memtypeOf(observation);
  if (memtype !== null) return MEMORY_TYPE_NAMES[memtype];
  const open = ['UC', 'WC', 'WT', 'WP', 'WB'].filter((_, bit) => (detailOf(observation) >> bit) & 1);
  return [outcome, ...open].join(' ');
}
