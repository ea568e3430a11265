/** What the scenario format alone decides, the same for the three subjects: who is in L2, L1's table, backing, devices. */
import type { Gfn, Level } from '../contract/address.js';
import type { Backing, Machine, Nested } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';
import type { Counters } from '../contract/model.js';
import { EBUSY, EINVAL, ENODEV, ENOSPC, EOPNOTSUPP, type Observation, OK, plain, refused } from '../contract/observation.js';
import type { EptLeafType, VmcbPage } from '../contract/operation.js';
import { Subject } from '../contract/subject.js';
import { GuestFrames } from './guest-frames.js';
import { L1Mappings } from './l1-mappings.js';
import type { PatValue } from './pat-value.js';
import { FORMAT_RULE as RULE } from './rules.js';

const DEVICE_LIMIT = 3;

export abstract class Hypervisor extends Subject {
  valueHi = 0;
  valueLo = 0;
  protected vcpus = 1;
  protected readonly frames = new GuestFrames();
  protected readonly mappings = new L1Mappings();
  protected isNested = false;
  protected longMode = false;
  protected width = 0;
  protected guestMtrr = true;
  /** By kind: coherent, non-coherent. */
  protected readonly devices: [number, number] = [0, 0];

  protected constructor(private readonly extension: Nested) {
    super({ privateMemory: RULE.noPrivateMemory, nested: RULE.noNestedGuest, hostMsr: RULE.noHostMsr });
  }

  protected resetCommon(machine: Machine, devices: number): void {
    this.vcpus = machine.vcpus;
    this.frames.reset(machine.regions);
    this.mappings.pieces = [];
    this.isNested = machine.nested === this.extension;
    this.longMode = machine.longMode;
    this.width = machine.maxPhysAddr;
    this.guestMtrr = machine.guestMtrr;
    this.devices[0] = 0;
    this.devices[1] = devices;
  }

  protected abstract isInL2(vcpu: number): boolean;
  protected abstract enter(vcpu: number, page: VmcbPage): Observation;
  /** The rule of what the exit does to PAT. */
  protected abstract leave(vcpu: number): number;

  protected answer({ hi, lo }: PatValue, rule: number): Observation {
    this.valueHi = hi;
    this.valueLo = lo;
    return plain(OK, rule);
  }

  override enterL2(vcpu: number, page: VmcbPage): Observation {
    if (!this.isNested) return this.noNested;
    return this.isInL2(vcpu) ? refused(EBUSY, RULE.alreadyInL2) : this.enter(vcpu, page);
  }

  override exitL2(vcpu: number): Observation {
    if (!this.isNested) return this.noNested;
    return this.isInL2(vcpu) ? plain(OK, this.leave(vcpu)) : refused(EINVAL, RULE.notInL2);
  }

  override mapL2(
    gfn: Gfn,
    pages: number,
    target: Gfn,
    index: number,
    type: EptLeafType,
    ipat: boolean,
    level: Level,
    invalid: boolean,
  ): Observation {
    if (!this.isNested) return this.noNested;
    const end = gfn + pages;
    this.mappings.replace(gfn, end, invalid ? null : { start: gfn, end, target, level, type, ipat, index });
    return plain(OK, RULE.l1TableChanged);
  }

  /** Why L1 may not touch its structures now; 0: it may. */
  protected refusal(vcpu: number): Observation {
    if (!this.isNested) return this.noNested;
    return this.isInL2(vcpu) ? refused(EBUSY, RULE.structureInUse) : 0;
  }

  protected isAnyInL2(): boolean {
    for (let vcpu = 0; vcpu < this.vcpus; vcpu++) if (this.isInL2(vcpu)) return true;
    return false;
  }

  protected noMigration(): Observation {
    return refused(EOPNOTSUPP, RULE.noMigrationInL2);
  }

  invlpg(): Observation {
    return plain(OK, RULE.guestTablesAreItsOwn);
  }

  attachDevice(coherent: boolean): Observation {
    const kind = coherent ? 0 : 1;
    if (this.devices[kind] === DEVICE_LIMIT) return refused(ENOSPC, RULE.tooManyDevices);
    this.devices[kind]++;
    return plain(OK, RULE.deviceCounted);
  }

  detachDevice(coherent: boolean): Observation {
    const kind = coherent ? 0 : 1;
    if (this.devices[kind] === 0) return refused(ENODEV, RULE.noSuchDevice);
    this.devices[kind]--;
    return plain(OK, RULE.deviceCounted);
  }

  setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation {
    this.frames.replace({ start: gfn, end: gfn + pages, backing, level, hostMtrr });
    return plain(OK, RULE.backingReplaced);
  }

  /** Counters of nested subjects are not compared. */
  counters(): Counters {
    return {};
  }
}
