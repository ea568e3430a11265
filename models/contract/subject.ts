/** What a model extends. Operations that not every subject has answer `n/a` here; a model overrides those that its subject has. */
import type { Gfn, Level } from './address.js';
import type { Backing, Machine } from './machine.js';
import type { RegisterType } from './memory-type.js';
import type { Counters, Model, State } from './model.js';
import { NOT_APPLICABLE, type Observation, plain } from './observation.js';
import type { AccessKind, AccessPause, ConversionPause, PinType } from './operation.js';
import { OPERATION_ABSENT } from './rule.js';

/** Rules of a folder that say why a group of operations is absent; without one it is `operation-absent`. */
export interface Absences {
  /** Accesses to private memory too: the model itself answers those, with `noPrivateMemory`. */
  readonly privateMemory?: number;
  /** `set-io-resources`, `pin-cacheattr`. */
  readonly xenInterface?: number;
  /** `zap` by the host. */
  readonly hostZap?: number;
}

export abstract class Subject implements Model {
  protected readonly noPrivateMemory: Observation;
  private readonly noXenInterface: Observation;
  private readonly noHostZap: Observation;

  protected constructor({ privateMemory, xenInterface, hostZap }: Absences = {}) {
    this.noPrivateMemory = plain(NOT_APPLICABLE, privateMemory ?? OPERATION_ABSENT);
    this.noXenInterface = plain(NOT_APPLICABLE, xenInterface ?? OPERATION_ABSENT);
    this.noHostZap = plain(NOT_APPLICABLE, hostZap ?? OPERATION_ABSENT);
  }

  abstract readonly valueHi: number;
  abstract readonly valueLo: number;
  abstract reset(machine: Machine): void;
  abstract writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation;
  abstract readMsr(vcpu: number, msr: number): Observation;
  abstract writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation;
  abstract init(vcpu: number): Observation;
  abstract access(
    vcpu: number,
    gfn: Gfn,
    kind: AccessKind,
    pat: number,
    pageSize: Level,
    isPrivate: boolean,
    ack: boolean,
    pauseAfter: AccessPause,
  ): Observation;
  abstract invlpg(vcpu: number, gfn: Gfn): Observation;
  abstract attachDevice(coherent: boolean): Observation;
  abstract detachDevice(coherent: boolean): Observation;
  abstract setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation;
  abstract saveRestore(): Observation;
  abstract counters(): Counters;
  abstract state(): State;

  zap(_gfn: Gfn, _pages: number): Observation {
    return this.noHostZap;
  }

  setIoResources(_held: boolean): Observation {
    return this.noXenInterface;
  }

  pinCacheattr(_gfn: Gfn, _pages: number, _type: PinType): Observation {
    return this.noXenInterface;
  }

  resumeAccess(_vcpu: number): Observation {
    return this.noPrivateMemory;
  }

  setAttributes(_gfn: Gfn, _pages: number, _toPrivate: boolean, _pauseAfter: ConversionPause): Observation {
    return this.noPrivateMemory;
  }

  resumeAttributes(): Observation {
    return this.noPrivateMemory;
  }

  punchHole(_gfn: Gfn, _pages: number): Observation {
    return this.noPrivateMemory;
  }
}
