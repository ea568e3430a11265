/** What both subjects of Xen answer alike: MTRRs, resources, devices, pins. Xen xen/arch/x86/hvm/hvm.c, mtrr.c. */
import type { Gfn } from '../contract/address.js';
import type { Machine } from '../contract/machine.js';
import { PAT } from '../contract/msr.js';
import { EOPNOTSUPP, GP, type Observation, OK, plain, refused } from '../contract/observation.js';
import type { PinType } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { Hypervisor } from './hypervisor.js';
import { isLegalPat, type PatValue } from './pat-value.js';
import { FORMAT_RULE, XEN_RULE as RULE } from './rules.js';
import { XenMtrrs } from './xen-mtrrs.js';
import { XenPins } from './xen-pins.js';

/** No guest has a wider physical address from 4.16 on. */
const WIDEST = 48;

export abstract class XenDomain extends Hypervisor {
  protected iommu = false;
  protected ioResources = false;
  protected readonly pins = new XenPins();
  protected mtrrs: XenMtrrs[] = [];
  private hostWidth = 0;

  protected resetDomain(machine: Machine): void {
    this.resetCommon(machine, machine.iommu ? machine.noncoherentDevices : 0);
    this.iommu = machine.iommu;
    this.ioResources = machine.ioResources;
    this.pins.pins = [];
    this.mtrrs = Array.from({ length: machine.vcpus }, () => new XenMtrrs());
    this.hostWidth = machine.hostPhysAddr;
  }

  /** cache_flush_permitted() */
  protected mayFlush(): boolean {
    return this.ioResources || this.devices[0] + this.devices[1] > 0;
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (msr === PAT) return isLegalPat({ hi, lo }) ? this.writePat(vcpu, { hi, lo }) : plain(GP, RULE.xenPatIllegal);
    if (!this.guestMtrr) return plain(GP, RULE.xenMtrrsHidden);
    const fault = this.mtrrs[vcpu].write(msr, { hi, lo }, Math.min(this.width, WIDEST));
    return fault === NO_RULE ? plain(OK, RULE.xenMtrrStored) : plain(GP, fault);
  }

  protected abstract writePat(vcpu: number, pat: PatValue): Observation;
  protected abstract readPat(vcpu: number): Observation;

  readMsr(vcpu: number, msr: number): Observation {
    if (msr === PAT) return this.readPat(vcpu);
    if (!this.guestMtrr) return plain(GP, RULE.xenMtrrsHidden);
    const fault = this.mtrrs[vcpu].readFault(msr);
    return fault === NO_RULE ? this.answer(this.mtrrs[vcpu].read(msr), this.mtrrs[vcpu].readRule(msr)) : plain(GP, fault);
  }

  override attachDevice(coherent: boolean): Observation {
    return this.iommu ? super.attachDevice(coherent) : refused(EOPNOTSUPP, FORMAT_RULE.noIommu);
  }

  override setIoResources(held: boolean): Observation {
    this.ioResources = held;
    return plain(OK, RULE.xenResources);
  }

  override pinCacheattr(gfn: Gfn, pages: number, type: PinType): Observation {
    return this.pins.set(gfn, pages, type, 2 ** this.hostWidth - 1, this.iommu || this.mayFlush());
  }

  saveRestore(): Observation {
    if (this.isAnyInL2()) return this.noMigration();
    for (const mtrrs of this.mtrrs) mtrrs.saveAndRestore();
    this.pins.pins = [];
    return plain(OK, RULE.xenRestored);
  }

  protected addMtrrState(state: Record<string, unknown>, vcpu: number, names: readonly (readonly [number, string])[]): void {
    for (const [msr, name] of names) {
      const { hi, lo } = this.mtrrs[vcpu].read(msr);
      state[`vcpu${vcpu} ${name}`] = `0x${(BigInt(hi) * 2n ** 32n + BigInt(lo)).toString(16)}`;
    }
  }
}
