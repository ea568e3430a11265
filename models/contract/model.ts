/**
 * What a reference model is: one method per operation of the scenario format, so that the compiler finds the model that a new operation
 * misses. `request` has none: the run makes it of the guest OS and an `access`.
 */
import type { Gfn, Level } from './address.js';
import type { Invariant } from './invariant.js';
import type { Counters } from './counters.js';
import type { Backing, Machine } from './machine.js';
import type { RegisterType } from './memory-type.js';
import type { NestedGuests } from './nested.js';
import type { Observation } from './observation.js';
import type { GuestOsProfile } from './guest-os.js';
import type { AccessKind, AccessPause, PinType, SavedMsrs } from './operation.js';
import type { PrivateMemory } from './private-memory.js';
import type { Releases } from './release.js';
import type { Rule } from './rule.js';
import type { Switch, SwitchOverrides, VersionChange } from './switch.js';

export type { Counters };

/** Registers and mappings for diffing: plain values, hex strings, keyed by `vcpu0 PAT`, `gfn 0x10`; keys in a fixed order. */
export type State = Readonly<Record<string, unknown>>;

/** Those that not every subject has are in Subject, which models extend. */
export interface Model extends PrivateMemory, Partial<NestedGuests> {
  /**
   * As unsigned 32-bit halves: the value of the last `readMsr`, `readL2Pat` or `hostMsr` that was `ok`, or the offset of the last
   * EAGAIN of a conversion.
   */
  readonly valueHi: number;
  readonly valueLo: number;

  /** Back to the start of a scenario on this machine. Called before every scenario; the model is reused. */
  reset(machine: Machine): void;

  /** WRMSR at CPL 0. `hi` and `lo` are the unsigned 32-bit halves of the value. */
  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation;
  /** RDMSR; the value is left in `valueHi` and `valueLo`. */
  readMsr(vcpu: number, msr: number): Observation;
  /** MOV to CR0 with PE=1. */
  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation;
  init(vcpu: number): Observation;
  /** One access of the guest. `gfn` < 2 ** 40; `pat` is 4*PAT + 2*PCD + PWT of the guest's leaf entry of size `pageSize`. */
  access(
    vcpu: number,
    gfn: Gfn,
    kind: AccessKind,
    pat: number,
    pageSize: Level,
    isPrivate: boolean,
    ack: boolean,
    pauseAfter: AccessPause,
  ): Observation;
  invlpg(vcpu: number, gfn: Gfn): Observation;
  attachDevice(coherent: boolean): Observation;
  detachDevice(coherent: boolean): Observation;
  setIoResources(held: boolean): Observation;
  zap(gfn: Gfn, pages: number): Observation;
  /** `hostMtrr` has the backing's default already applied. The new backing has no special pages. */
  setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation;
  pinCacheattr(gfn: Gfn, pages: number, type: PinType): Observation;
  saveRestore(legacyState?: boolean, msrs?: SavedMsrs): Observation;

  /** KVM_SET_MSRS if `sets`, else KVM_GET_MSRS, whose value is left in `valueHi` and `valueLo`. */
  hostMsr?(vcpu: number, msr: number, sets: boolean, hi: number, lo: number): Observation;

  /** Read after each step: the invariants of the profile that do not hold, bit n for entry n. Allocates nothing. */
  brokenInvariants?(): number;

  /** Not on the hot path: these may allocate. */
  counters(): Counters;
  /** Canonical: states that answer alike from now on read alike, however they are stored. */
  state(): State;
  /**
   * By which rule the last decision on an invalidation was taken since this was asked last, NO_RULE if there was none. The rule's kind is
   * `zap` where `counters.zaps` counted it, `no-zap` where a step that could have zapped was spared. Asked after a step, it is that step's.
   */
  takeZapRule?(): number;
  /**
   * Asked right after an access that was served, with its arguments: which registers gave the type, by name and in the order of their
   * say, `MTRRphysBase1 (UC) over MTRRphysBase0 (WB)`. Null: none did.
   */
  decidingRegisters?(vcpu: number, gfn: Gfn, pageSize: Level): string | null;
}

/** A model at one version or configuration. */
export interface Profile {
  /** `intel-ept/6.16`. Stable: checks and corpora use it. */
  readonly name: string;
  /** The family: profiles of one lineage may share a misreading. */
  readonly lineage: string;
  /** Whose bare metal is the guest's expectation. */
  readonly vendor: 'intel' | 'amd';
  /** The releases it stands for: `Linux 6.16 to 6.19`. */
  readonly span: string;
  /** The same as data. */
  readonly releases?: Releases;
  /** Commits that made it what it is, newest last. */
  readonly commits: readonly string[];
  /** What each of them did: the switches that it set, in the order in which they were merged into `changedFrom`. */
  readonly changes?: readonly VersionChange[];
  /** Name of the profile that `changes` are made to. Absent: the first version. */
  readonly changedFrom?: string;
  /** Of a patch that no release has: the name of the profile that it changes. */
  readonly base?: string;
  /** One sentence: what it models. */
  readonly summary: string;
  /** False where the subject has no second-level or shadow entry (bare metal): neither `level` nor `leaf` is compared. */
  readonly hasLeaf: boolean;
  /** By the number that observations carry; index 0 is unused (null). The same array for every profile of a folder. */
  readonly rules: readonly (Rule | null)[];
  /** What must hold after every step: at most 31 entries, null where the folder knows one that this profile is not meant to keep. */
  readonly invariants?: readonly (Invariant | null)[];
  /** Every switch of the model, with its value here. */
  readonly switches?: readonly Switch[];
  /** The operating systems that a `request` step may find in its guest; without any it is `n/a`. */
  readonly guestOses?: readonly GuestOsProfile[];
  /** The profile with some switches set otherwise, `intel-ept/6.16+leaf=host-pat`. @throws {UnknownSwitch} */
  withSwitches?(overrides: SwitchOverrides): Profile;
  create(): Model;
}
