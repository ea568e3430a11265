/** What a model extends. Operations that not every subject has answer `n/a` here; a model overrides those that its subject has. */
import type { Gfn, Level } from './address.js';
import type { Backing, Machine } from './machine.js';
import type { RegisterType } from './memory-type.js';
import type { Counters, Model, State } from './model.js';
import { NOT_APPLICABLE, type Observation, plain } from './observation.js';
import type {
  AccessKind,
  AccessPause,
  ConversionPause,
  EptLeafType,
  FlagOrKeep,
  PinType,
  SavedMsrs,
  VmcbPage,
} from './operation.js';
import { OPERATION_ABSENT } from './rule.js';

/** Rules of a folder that say why a group of operations is absent; without one it is `operation-absent`. */
export interface Absences {
  /** Accesses to private memory too: the model itself answers those, with `noPrivateMemory`. */
  readonly privateMemory?: number;
  /** `set-io-resources`, `pin-cacheattr`. */
  readonly xenInterface?: number;
  /** `zap` by the host. */
  readonly hostZap?: number;
  /** Operations of a guest that is a hypervisor. */
  readonly nested?: number;
  /** `host-msr`. */
  readonly hostMsr?: number;
  /** `host-access`, `host-pin`, `host-unpin`. */
  readonly sharedFile?: number;
}

export abstract class Subject implements Model {
  protected readonly noPrivateMemory: Observation;
  private readonly noXenInterface: Observation;
  private readonly noHostZap: Observation;
  protected readonly noNested: Observation;
  private readonly noHostMsr: Observation;
  private readonly noSharedFile: Observation;

  protected constructor({ privateMemory, xenInterface, hostZap, nested, hostMsr, sharedFile }: Absences = {}) {
    this.noPrivateMemory = plain(NOT_APPLICABLE, privateMemory ?? OPERATION_ABSENT);
    this.noXenInterface = plain(NOT_APPLICABLE, xenInterface ?? OPERATION_ABSENT);
    this.noHostZap = plain(NOT_APPLICABLE, hostZap ?? OPERATION_ABSENT);
    this.noNested = plain(NOT_APPLICABLE, nested ?? OPERATION_ABSENT);
    this.noHostMsr = plain(NOT_APPLICABLE, hostMsr ?? OPERATION_ABSENT);
    this.noSharedFile = plain(NOT_APPLICABLE, sharedFile ?? privateMemory ?? OPERATION_ABSENT);
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
  abstract saveRestore(legacyState?: boolean, msrs?: SavedMsrs): Observation;
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

  writeVmcb12(
    _vcpu: number,
    _page: VmcbPage,
    _np: FlagOrKeep,
    _setsPat: boolean,
    _patHi: number,
    _patLo: number,
    _npClean: FlagOrKeep,
  ): Observation {
    return this.noNested;
  }

  writeVmcs12(
    _vcpu: number,
    _ept: FlagOrKeep,
    _loadGuestPat: FlagOrKeep,
    _saveGuestPat: FlagOrKeep,
    _loadHostPat: FlagOrKeep,
    _setsGuestPat: boolean,
    _guestPatHi: number,
    _guestPatLo: number,
    _setsHostPat: boolean,
    _hostPatHi: number,
    _hostPatLo: number,
  ): Observation {
    return this.noNested;
  }

  readL2Pat(_vcpu: number, _page: VmcbPage): Observation {
    return this.noNested;
  }

  mapL2(
    _gfn: Gfn,
    _pages: number,
    _target: Gfn,
    _index: number,
    _type: EptLeafType,
    _ipat: boolean,
    _level: Level,
    _invalid: boolean,
  ): Observation {
    return this.noNested;
  }

  enterL2(_vcpu: number, _page: VmcbPage): Observation {
    return this.noNested;
  }

  exitL2(_vcpu: number): Observation {
    return this.noNested;
  }

  hostMsr(_vcpu: number, _msr: number, _sets: boolean, _hi: number, _lo: number): Observation {
    return this.noHostMsr;
  }

  hostAccess(_gfn: Gfn, _kind: AccessKind): Observation {
    return this.noSharedFile;
  }

  hostPin(_gfn: Gfn, _pages: number): Observation {
    return this.noSharedFile;
  }

  hostUnpin(_gfn: Gfn, _pages: number): Observation {
    return this.noSharedFile;
  }
}
