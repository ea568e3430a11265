/**
 * KVM with EPT or NPT off, as of Linux 6.16. The processor walks the shadow tables, whose entries have PAT, PCD and PWT clear (index 0):
 * every access has the type of entry 0 of the live PAT, combined with the host MTRR type of the host frame.
 */
import { type Gfn, LEVEL_2M, type Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import { CD, type EffectiveType, type RegisterType, UC, WB } from '../contract/memory-type.js';
import type { Counters, State } from '../contract/model.js';
import { leafWord, MMIO, type Observation, OK, plain, ruleOf, typed } from '../contract/observation.js';
import type { AccessKind } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { Subject } from '../contract/subject.js';
import { AssignedDevices } from './assigned-devices.js';
import { GuestCr0 } from './guest-cr0.js';
import { GuestMsrs } from './guest-msrs.js';
import { HostMemory, NO_REGION } from './host-memory.js';
import { RULE } from './rules.js';
import { type GuestMapping, NO_LEAF_FOUND, NONPAGING, ShadowLeaves } from './shadow-leaves.js';
import { readableState } from './state.js';
import { cell, type Vendor } from './vendor.js';

/** Entry 0 of the host's PAT on every Linux, on which KVM relies: kvm_mmu_reset_all_pte_masks(), "uses PAT entry '0' to encode WB". */
const HOST_PA0 = WB;
const LEAF = leafWord(HOST_PA0, false);

export class ShadowPager extends Subject {
  private readonly msrs: GuestMsrs;
  private readonly cr0: GuestCr0;
  private readonly devices: AssignedDevices;
  private readonly memory = new HostMemory();
  private readonly leaves = new ShadowLeaves();
  private vcpus = 1;
  private faults = 0;
  private zaps = 0;
  private zappedLeaves = 0;
  private tlbFlushes = 0;

  /** @param ignoreGuestPatQuirk KVM_X86_QUIRK_IGNORE_GUEST_PAT is enabled for the VM. */
  constructor(
    private readonly vendor: Vendor,
    ignoreGuestPatQuirk: boolean,
  ) {
    super({ privateMemory: RULE.noPrivateMemory, xenInterface: RULE.xenOnly });
    this.msrs = new GuestMsrs(vendor.patRule);
    this.cr0 = new GuestCr0(vendor.guestCdCanBeLive);
    this.devices = new AssignedDevices(ignoreGuestPatQuirk);
  }

  get valueHi(): number {
    return this.msrs.valueHi;
  }

  get valueLo(): number {
    return this.msrs.valueLo;
  }

  reset(machine: Machine): void {
    this.vcpus = machine.vcpus;
    this.msrs.reset(machine.maxPhysAddr);
    this.cr0.reset(machine);
    this.devices.reset(machine.noncoherentDevices);
    this.memory.reset(machine.regions);
    this.leaves.clear();
    this.faults = 0;
    this.zaps = 0;
    this.zappedLeaves = 0;
    this.tlbFlushes = 0;
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    return this.msrs.set(vcpu, msr, hi, lo);
  }

  readMsr(vcpu: number, msr: number): Observation {
    return this.msrs.get(vcpu, msr);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    return this.cr0.write(vcpu, pg, cd, nw);
  }

  init(vcpu: number): Observation {
    return this.cr0.init(vcpu);
  }

  /** The guest's own PAT index is not looked at: make_spte() takes no cache bits from the guest entry. */
  access(vcpu: number, gfn: Gfn, _kind: AccessKind, _pat: number, pageSize: Level, isPrivate: boolean): Observation {
    if (isPrivate) return this.noPrivateMemory;
    const mapping = this.cr0.isPaging(vcpu) ? pageSize : NONPAGING;
    let leaf = this.leaves.find(gfn, mapping);
    if (leaf === NO_LEAF_FOUND) leaf = this.pageFault(gfn, mapping);
    if (leaf === NO_LEAF_FOUND) return plain(MMIO, RULE.emulatedMmio);
    return this.typeThrough(leaf, vcpu);
  }

  invlpg(_vcpu: number, gfn: Gfn): Observation {
    this.invalidated(this.leaves.dropGuestMappings(gfn));
    return plain(OK, RULE.invlpgDropsEntries);
  }

  attachDevice(coherent: boolean): Observation {
    return this.zapIfStartOrStop(this.devices.attach(coherent));
  }

  detachDevice(coherent: boolean): Observation {
    return this.zapIfStartOrStop(this.devices.detach(coherent));
  }

  override zap(gfn: Gfn, pages: number): Observation {
    this.invalidated(this.leaves.dropRange(gfn, gfn + pages));
    return plain(OK, RULE.hostZap);
  }

  setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation {
    this.invalidated(this.leaves.dropRange(gfn, gfn + pages));
    this.memory.replace(gfn, pages, backing, level, hostMtrr);
    return plain(OK, RULE.newBacking);
  }

  /** Every stored value passed its check, so loading it into the new VM gives it back; only the leaves are lost, uncounted. */
  saveRestore(): Observation {
    this.leaves.clear();
    return plain(OK, RULE.saveRestore);
  }

  counters(): Counters {
    return { faults: this.faults, zaps: this.zaps, zappedLeaves: this.zappedLeaves, tlbFlushes: this.tlbFlushes };
  }

  takeZapRule(): number {
    const rule = this.devices.zapRule;
    this.devices.zapRule = NO_RULE;
    return rule;
  }

  state(): State {
    return readableState(this.vcpus, this.msrs, this.cr0, this.devices, this.leaves);
  }

  /** FNAME(page_fault)(), nonpaging_page_fault(): builds the leaf, or NO_LEAF_FOUND if no memory slot covers the frame. */
  private pageFault(gfn: Gfn, mapping: GuestMapping): number {
    const region = this.memory.find(gfn);
    if (region === NO_REGION) return NO_LEAF_FOUND;
    // Without guest page tables: "This path builds a PAE pagetable, we can map 2mb pages at maximum."
    const maxLevel = mapping === NONPAGING ? LEVEL_2M : mapping;
    this.faults += 1;
    return this.leaves.add(gfn, mapping, this.memory.mappingLevel(region, gfn, maxLevel), this.memory.hostMtrr(region));
  }

  /** What the processor does with the leaf. */
  private typeThrough(leaf: number, vcpu: number): Observation {
    const level = this.leaves.levelOf(leaf);
    const hostMtrr = this.leaves.hostMtrr(leaf);
    if (this.cr0.disablesCaches(vcpu)) {
      if (hostMtrr === UC) return typed(UC, level, LEAF, RULE.svmCacheDisabledOverUc);
      return typed(CD, level, LEAF, RULE.svmCacheDisabled);
    }
    const index = cell(hostMtrr, this.vendor.guestPatIsLive ? this.msrs.pa0(vcpu) : HOST_PA0);
    return typed(this.vendor.effective[index] as EffectiveType, level, LEAF, this.vendor.cellRule[index]);
  }

  /** kvm_noncoherent_dma_assignment_start_or_stop(). The zap counts even if there is no leaf: its range is never empty. */
  private zapIfStartOrStop(changed: Observation): Observation {
    if (ruleOf(changed) === RULE.noncoherentStartOrStop) {
      this.zaps += 1;
      this.invalidated(this.leaves.dropAll());
    }
    return changed;
  }

  /** kvm_zap_gfn_range(), kvm_unmap_gfn_range(): one flush for all leaves, none if there was no leaf. */
  private invalidated(leaves: number): void {
    this.zappedLeaves += leaves;
    if (leaves > 0) this.tlbFlushes += 1;
  }
}
