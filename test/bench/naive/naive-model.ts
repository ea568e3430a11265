/** A model as the plain harness sees it: BigInt registers and frame numbers in, one observation object a step out. */
import type { Level } from '../../../models/contract/address.js';
import type { Backing, Machine } from '../../../models/contract/machine.js';
import type { RegisterType } from '../../../models/contract/memory-type.js';
import type { Model, Profile } from '../../../models/contract/model.js';
import { type Observation, OK, outcomeOf, ruleOf } from '../../../models/contract/observation.js';
import type { AccessKind, PinType } from '../../../models/contract/operation.js';
import { type ObservationJson, observationJson } from '../../../harness/scenario/observation-json.js';

const LOW_HALF = 0xffffffffn;

export class NaiveModel {
  /** What the guest wrote and read, by vCPU, by MSR. */
  private readonly registers: readonly Map<bigint, bigint>[];
  private readonly model: Model;
  private isDead = false;

  constructor(
    readonly profile: Profile,
    machine: Machine,
  ) {
    this.model = profile.create();
    this.model.reset(machine);
    this.registers = Array.from({ length: machine.vcpus }, () => new Map());
  }

  /** The answer of one of the methods below; after the host or the VM broke nothing is asked any more. */
  answer(ask: () => ObservationJson): ObservationJson {
    if (this.isDead) return { outcome: 'n/a' };
    const answer = ask();
    this.isDead = answer.outcome === 'vm-dead' || answer.outcome === 'host-fatal';
    return answer;
  }

  writeMsr(vcpu: number, msr: bigint, value: bigint): ObservationJson {
    const observation = this.model.writeMsr(vcpu, Number(msr), Number(value >> 32n), Number(value & LOW_HALF));
    if (outcomeOf(observation) === OK) this.registers[vcpu].set(msr, value);
    return this.object(observation);
  }

  readMsr(vcpu: number, msr: bigint): ObservationJson {
    const observation = this.model.readMsr(vcpu, Number(msr));
    if (outcomeOf(observation) !== OK) return this.object(observation);
    const value = (BigInt(this.model.valueHi >>> 0) << 32n) | BigInt(this.model.valueLo >>> 0);
    this.registers[vcpu].set(msr, value);
    return { ...this.object(observation), value: `0x${value.toString(16)}` };
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): ObservationJson {
    return this.object(this.model.writeCr0(vcpu, pg, cd, nw));
  }

  init(vcpu: number): ObservationJson {
    return this.object(this.model.init(vcpu));
  }

  access(vcpu: number, gfn: bigint, kind: AccessKind, pat: number, pageSize: Level): ObservationJson {
    return this.object(this.model.access(vcpu, Number(gfn), kind, pat, pageSize, false, true, 0));
  }

  invlpg(vcpu: number, gfn: bigint): ObservationJson {
    return this.object(this.model.invlpg(vcpu, Number(gfn)));
  }

  attachDevice(coherent: boolean): ObservationJson {
    return this.object(this.model.attachDevice(coherent));
  }

  detachDevice(coherent: boolean): ObservationJson {
    return this.object(this.model.detachDevice(coherent));
  }

  setIoResources(held: boolean): ObservationJson {
    return this.object(this.model.setIoResources(held));
  }

  zap(gfn: bigint, pages: bigint): ObservationJson {
    return this.object(this.model.zap(Number(gfn), Number(pages)));
  }

  setBacking(gfn: bigint, pages: bigint, backing: Backing, level: Level, hostMtrr: RegisterType): ObservationJson {
    return this.object(this.model.setBacking(Number(gfn), Number(pages), backing, level, hostMtrr));
  }

  pinCacheattr(gfn: bigint, pages: bigint, type: PinType): ObservationJson {
    return this.object(this.model.pinCacheattr(Number(gfn), Number(pages), type));
  }

  saveRestore(): ObservationJson {
    return this.object(this.model.saveRestore());
  }

  private object(observation: Observation): ObservationJson {
    const rule = this.profile.rules[ruleOf(observation)];
    // Variants of one rule differ in their cause: buckets go by it.
    return observationJson(observation, null, rule?.cause ?? rule?.id);
  }
}
