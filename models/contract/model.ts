/** What a reference model is: one method per operation of scenario.md, so that the compiler finds the model that a new operation misses. */
import type { Gfn, Level } from './address.js';
import type { Invariant } from './invariant.js';
import type { Counters } from './counters.js';
import type { Backing, Machine } from './machine.js';
import type { RegisterType } from './memory-type.js';
import type { Observation } from './observation.js';
import type { AccessKind, AccessPause, ConversionPause, PinType } from './operation.js';
import type { Rule } from './rule.js';

export type { Counters };

/** Registers and mappings for diffing: plain values, hex strings, keyed by `vcpu0 PAT`, `gfn 0x10`; keys in a fixed order. */
export type State = Readonly<Record<string, unknown>>;

export interface Model {
  /** Value of the last `readMsr` that was `ok`, as unsigned 32-bit halves. */
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
  saveRestore(): Observation;
  resumeAccess(vcpu: number): Observation;
  setAttributes(gfn: Gfn, pages: number, toPrivate: boolean, pauseAfter: ConversionPause): Observation;
  resumeAttributes(): Observation;
  punchHole(gfn: Gfn, pages: number): Observation;

  /** Read after each step: the invariants of the profile that do not hold, bit n for entry n. Allocates nothing. */
  brokenInvariants?(): number;

  /** After the last step. Not on the hot path: these may allocate. */
  counters(): Counters;
  state(): State;
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
  /** Commits that made it what it is, newest last. */
  readonly commits: readonly string[];
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
  create(): Model;
}
