/**
 * What one step lets an onlooker see, packed into 31 bits, so that it is a small integer for V8 and two observations compare under
 * one mask per lens:
 *
 *     30      21 20   16 15       11 10    9 8       5 4       0
 *     [  rule  ][detail][   leaf    ][level][ memtype ][ outcome ]
 *
 * `detail` is the candidates of `undefined`, the errno of `error`, the reason of `entry-failed` and `l1-exit`, the page kind wanted or
 * served with private memory. Two words stand beside it (`Model.valueHi`, `Model.valueLo`): the value that was read, the offset of an
 * EAGAIN, the PAT index of a `request`.
 */
import type { Level } from './address.js';
import type { EffectiveType, RegisterType } from './memory-type.js';

export type Observation = number;

export const OK = 0;
export const GP = 1;
export const ERROR = 2;
export const MMIO = 3;
export const MEMORY_FAULT = 4;
export const RETRY = 5;
export const PAUSED = 6;
export const RMP_LOOP = 7;
export const NOT_VALIDATED = 8;
export const CIPHERTEXT = 9;
export const SLEEP_IN_ATOMIC = 10;
export const HOST_FATAL = 11;
export const VM_DEAD = 12;
export const UNDEFINED = 13;
export const NOT_APPLICABLE = 14;
/** `enter-l2` failed; the vCPU is in L1. */
export const ENTRY_FAILED = 15;
/** An access in L2 that L1's table does not serve: L1 handles it, the vCPU is in L1. */
export const L1_EXIT = 16;
/** `host-access` to a private page of a subject that converts in place. */
export const SIGBUS = 17;
/** A double fault: the #GP of a `write-msr` was queued twice. */
export const DOUBLE_FAULT = 18;
/** #VE from the TDX module, without effect. */
export const VIRTUALISATION_EXCEPTION = 19;
export type Outcome = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19;

/** Names by outcome. */
export const OUTCOME_NAMES = [
  'ok',
  'gp',
  'error',
  'mmio',
  'memory-fault',
  'retry',
  'paused',
  'rmp-loop',
  'not-validated',
  'ciphertext',
  'sleep-in-atomic',
  'host-fatal',
  'vm-dead',
  'undefined',
  'n/a',
  'entry-failed',
  'l1-exit',
  'sigbus',
  'df',
  've',
] as const;

/** Errno words; 0 is none. */
export const ERRNO_NAMES = [
  '',
  'EINVAL',
  'EBUSY',
  'EPERM',
  'ENOENT',
  'ENOSPC',
  'ENODEV',
  'EOPNOTSUPP',
  'EAGAIN',
  'ENOMEM',
  'ENOTTY',
  'ENXIO',
  'EFAULT',
] as const;
export const EINVAL = 1;
export const EBUSY = 2;
export const EPERM = 3;
export const ENOENT = 4;
export const ENOSPC = 5;
export const ENODEV = 6;
export const EOPNOTSUPP = 7;
export const EAGAIN = 8;
export const ENOMEM = 9;
export const ENOTTY = 10;
export const ENXIO = 11;
export const EFAULT = 12;
export type Errno = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12;

/** Why an entry failed or L1 takes over; 0 is none. */
export const REASON_NAMES = [
  '',
  'invalid',
  'guest-state',
  'control',
  'host-state',
  'npf',
  'ept-violation',
  'ept-misconfig',
] as const;
export const INVALID = 1;
export const GUEST_STATE = 2;
export const CONTROL = 3;
export const HOST_STATE = 4;
export type EntryFailure = 1 | 2 | 3 | 4;
export const NPF = 5;
export const EPT_VIOLATION = 6;
export const EPT_MISCONFIG = 7;
export type L1ExitReason = 5 | 6 | 7;

export const OUTCOME_MASK = 0x1f;
const MEMTYPE_SHIFT = 5;
export const MEMTYPE_MASK = 0xf << MEMTYPE_SHIFT;
/** Without it CD reads as UC and WC+ as WC. */
export const MEMTYPE_VARIANT = 0x8 << MEMTYPE_SHIFT;
const NO_MEMTYPE = 0xf << MEMTYPE_SHIFT;
const LEVEL_SHIFT = 9;
export const LEVEL_MASK = 0x3 << LEVEL_SHIFT;
const LEAF_SHIFT = 11;
export const LEAF_MASK = 0x1f << LEAF_SHIFT;
const DETAIL_SHIFT = 16;
export const DETAIL_MASK = 0x1f << DETAIL_SHIFT;
const RULE_SHIFT = 21;

/** Leaf words: a present entry of a register type, with or without "ignore PAT". 0: no leaf decided. */
export type Leaf = number;
export const NO_LEAF = 0;
const LEAF_PRESENT = 0x10;
const LEAF_IPAT = 0x8;

/** What the hypervisor wrote into the leaf: its type and, on EPT, ipat. */
export function leafWord(type: RegisterType, ipat: boolean): Leaf {
  return LEAF_PRESENT | (ipat ? LEAF_IPAT : 0) | type;
}

/** Page kinds of private memory, and what a `memory-fault` wants. */
export const NO_PAGE = 0;
export const PRIVATE = 1;
export const SHARED = 2;
export type PageKind = 0 | 1 | 2;

/** Bits of `undefined` candidates, in the order in which they print: UC WC WT WP WB. */
export const CANDIDATE_UC = 1;
export const CANDIDATE_WC = 2;
export const CANDIDATE_WT = 4;
export const CANDIDATE_WP = 8;
export const CANDIDATE_WB = 16;

/** A step without a memory type: `ok`, `gp`, `mmio`, `n/a`, `paused` and the rest of the plain outcomes. */
export function plain(outcome: Outcome, rule: number): Observation {
  return outcome | NO_MEMTYPE | (rule << RULE_SHIFT);
}

/**
 * Nobody answered: the model broke or stopped before the step, or does not offer the operation. It reads `n/a` and is told from a model
 * that says `n/a` itself.
 */
export const NOT_ASKED: Observation = NOT_APPLICABLE | NO_MEMTYPE | (1 << DETAIL_SHIFT);

/** An operation that was refused. Beside EAGAIN of a conversion stands the offset of the first offending frame. */
export function refused(errno: Errno, rule: number): Observation {
  return ERROR | NO_MEMTYPE | (errno << DETAIL_SHIFT) | (rule << RULE_SHIFT);
}

/** An access that got a memory type. `level` 0 and `leaf` NO_LEAF where the subject has none. */
export function typed(memtype: EffectiveType, level: Level | 0, leaf: Leaf, rule: number): Observation {
  return OK | (memtype << MEMTYPE_SHIFT) | (level << LEVEL_SHIFT) | (leaf << LEAF_SHIFT) | (rule << RULE_SHIFT);
}

/** As `typed`, with the page of private memory that served the access. */
export function typedPage(memtype: EffectiveType, level: Level | 0, leaf: Leaf, page: PageKind, rule: number): Observation {
  return typed(memtype, level, leaf, rule) | (page << DETAIL_SHIFT);
}

/** An exit to userspace because access and attribute disagree; `wants` is the kind of the access. */
export function memoryFault(wants: PageKind, rule: number): Observation {
  return MEMORY_FAULT | NO_MEMTYPE | (wants << DETAIL_SHIFT) | (rule << RULE_SHIFT);
}

/** VMRUN, VMLAUNCH or VMRESUME failed. */
export function entryFailed(reason: EntryFailure, rule: number): Observation {
  return ENTRY_FAILED | NO_MEMTYPE | (reason << DETAIL_SHIFT) | (rule << RULE_SHIFT);
}

/** An access in L2 that exits to L1. */
export function l1Exit(reason: L1ExitReason, rule: number): Observation {
  return L1_EXIT | NO_MEMTYPE | (reason << DETAIL_SHIFT) | (rule << RULE_SHIFT);
}

/** Served, and the memory type is not known: a level or a leaf without it. Externals answer so, and `host-access`. */
export function served(level: Level | 0, leaf: Leaf, page: PageKind, rule: number): Observation {
  return plain(OK, rule) | (level << LEVEL_SHIFT) | (leaf << LEAF_SHIFT) | (page << DETAIL_SHIFT);
}

/** The source leaves the answer open between the types whose CANDIDATE_ bits are set; none: of a step without a type. */
export function openBetween(candidates: number, rule: number): Observation {
  return UNDEFINED | NO_MEMTYPE | (candidates << DETAIL_SHIFT) | (rule << RULE_SHIFT);
}

/** The same answer by another rule. */
export function withRule(observation: Observation, rule: number): Observation {
  return (observation & ~(-1 << RULE_SHIFT)) | (rule << RULE_SHIFT);
}

export function outcomeOf(observation: Observation): Outcome {
  return (observation & OUTCOME_MASK) as Outcome;
}
/** The effective type, or null for a step without one. */
export function memtypeOf(observation: Observation): EffectiveType | null {
  const bits = observation & MEMTYPE_MASK;
  return bits === NO_MEMTYPE ? null : ((bits >> MEMTYPE_SHIFT) as EffectiveType);
}
export function levelOf(observation: Observation): Level | 0 {
  return ((observation & LEVEL_MASK) >> LEVEL_SHIFT) as Level | 0;
}
export function detailOf(observation: Observation): number {
  return (observation & DETAIL_MASK) >> DETAIL_SHIFT;
}
export function ruleOf(observation: Observation): number {
  return observation >> RULE_SHIFT;
}
/** The register type of the leaf and its ipat, or null. */
export function leafOf(observation: Observation): { type: RegisterType; ipat: boolean } | null {
  const word = (observation & LEAF_MASK) >> LEAF_SHIFT;
  return word === NO_LEAF ? null : { type: (word & 7) as RegisterType, ipat: (word & LEAF_IPAT) !== 0 };
}
