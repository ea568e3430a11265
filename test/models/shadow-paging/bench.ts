/** A machine on the test bench: a profile of this folder, the defaults of the scenario format, and answers in words. */
import { DEFAULT_MACHINE } from '../../default-machine.js';
import { LEVEL_4K, LEVEL_NAMES, type Level } from '../../../models/contract/address.js';
import {
  BACKING_HOST_MTRR,
  BACKING_HOST_PAT,
  BACKING_NAMES,
  type Backing,
  type Machine,
  type Region,
} from '../../../models/contract/machine.js';
import { MEMORY_TYPE_NAMES, type RegisterType } from '../../../models/contract/memory-type.js';
import type { Model } from '../../../models/contract/model.js';
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
import { READ } from '../../../models/contract/operation.js';
import { profiles } from '../../../models/shadow-paging/versions.js';
import { rules } from '../../../models/shadow-paging/rules.js';

export const VMX = 'shadow-paging/kvm-vmx';
export const SVM = 'shadow-paging/kvm-svm';
export const BOTH = [VMX, SVM] as const;

export const PAT = 0x277;
export const RESET_PAT = 0x0007040600070406n;

export function machine(overrides: Partial<Machine> = {}): Machine {
  return {
    ...DEFAULT_MACHINE,
    vcpus: 2,
    regions: [region(0, 0x100000)],
    ...overrides,
  };
}

export function region(
  gfn: number,
  pages: number,
  backing: (typeof BACKING_NAMES)[number] = 'ram',
  level: Level = LEVEL_4K,
  hostMtrr?: string,
): Region {
  const kind = BACKING_NAMES.indexOf(backing) as Backing;
  const type = hostMtrr === undefined ? BACKING_HOST_MTRR[kind] : (MEMORY_TYPE_NAMES.indexOf(hostMtrr) as RegisterType);
  return { gfn, pages, backing: kind, level, hostMtrr: type, hostPat: BACKING_HOST_PAT[kind], specialOffset: 0, specialPages: 0 };
}

export function start(profile: string, overrides: Partial<Machine> = {}): Model {
  const model = profiles.find(({ name }) => name === profile)!.create();
  model.reset(machine(overrides));
  return model;
}

export function writeMsr(model: Model, vcpu: number, msr: number, value: bigint): Observation {
  return model.writeMsr(vcpu, msr, Number(value >> 32n), Number(value & 0xffffffffn));
}

/** The value, or null if the read is #GP. */
export function readMsr(model: Model, vcpu: number, msr: number): bigint | null {
  if (outcome(model.readMsr(vcpu, msr)) !== 'ok') return null;
  return (BigInt(model.valueHi) << 32n) | BigInt(model.valueLo);
}

/** A PAT of reset values but for entry 0. */
export function patWithEntry0(type: string): bigint {
  return (RESET_PAT & ~0xffn) | BigInt(MEMORY_TYPE_NAMES.indexOf(type));
}

export function touch(model: Model, gfn: number, at: { vcpu?: number; pat?: number; pageSize?: Level } = {}): Observation {
  return model.access(at.vcpu ?? 0, gfn, READ, at.pat ?? 0, at.pageSize ?? LEVEL_4K, false, true, 0);
}

export function outcome(observation: Observation): string {
  return OUTCOME_NAMES[outcomeOf(observation)];
}

export function memtype(observation: Observation): string {
  const type = memtypeOf(observation);
  return type === null ? outcome(observation) : MEMORY_TYPE_NAMES[type];
}

export function level(observation: Observation): string {
  return LEVEL_NAMES[levelOf(observation)];
}

export function leaf(observation: Observation): string {
  const word = leafOf(observation);
  return word === null ? 'none' : MEMORY_TYPE_NAMES[word.type] + (word.ipat ? '+ipat' : '');
}

export function errno(observation: Observation): string {
  return ERRNO_NAMES[detailOf(observation)];
}

export function ruleId(observation: Observation): string {
  return rules[ruleOf(observation)]!.id;
}

/** A rule of the folder by its number, with its clauses as ids. */
export function ruleIds(observation: Observation): string[] {
  const rule = rules[ruleOf(observation)]!;
  return [rule, ...(rule.clauses ?? [])].map(({ id }) => id.replace('shadow-paging.', ''));
}
