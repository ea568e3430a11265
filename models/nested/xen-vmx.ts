/** A domain of Xen on VMX with EPT and without IOMMU. Xen xen/arch/x86/hvm/vmx/vvmx.c; mm/p2m-ept.c, epte_get_entry_emt(). */
import { type Gfn, LEVEL_1G, type Level } from '../contract/address.js';
import { DEVICE_RO, type Machine, NESTED_VMX } from '../contract/machine.js';
import { type EffectiveType, UC, WB, WC } from '../contract/memory-type.js';
import type { State } from '../contract/model.js';
import {
  CANDIDATE_UC,
  CANDIDATE_WC,
  EPT_MISCONFIG,
  EPT_VIOLATION,
  GP,
  l1Exit,
  type L1ExitReason,
  leafWord,
  MMIO,
  type Observation,
  OK,
  openBetween,
  plain,
  typed,
} from '../contract/observation.js';
import { type AccessKind, type FlagOrKeep, KEEP } from '../contract/operation.js';
import { levelOf } from './guest-frames.js';
import { blockAt } from './l1-mappings.js';
import { areSame, hex, isLegalPat, PAT_RESET, type PatValue, typeAt } from './pat-value.js';
import { FORMAT_RULE, XEN_RULE, XEN_VMX_RULE as RULE } from './rules.js';
import { MTRR_NAMES } from './state.js';
import { XenDomain } from './xen-domain.js';
import { isDirectMmio, largestLevel } from './xen-page.js';

/** XEN_MSR_PAT: WB WT UC- UC WC WP UC UC. */
const XEN_PAT: PatValue = { hi: 0x00000501, lo: 0x00070406 };
const ANY_TYPE = 31;
const UNCACHED = leafWord(UC, false);

class Vcpu {
  ept = true;
  loadHostPat = false;
  guestPat = PAT_RESET;
  /** The last exit stored what was open. */
  isGuestPatOpen = false;
  hostPat = PAT_RESET;
  l2Pg = true;
  /** L1's PAT. */
  pat = PAT_RESET;
  patRule: number = FORMAT_RULE.registerAtStart;
  /** L2's own write, until Xen runs; it may have run since. */
  l2Pat = XEN_PAT;
  isL2PatOpen = false;
  isInL2 = false;
  pg = true;
  cd = false;
  nw = false;
}

export class XenVmx extends XenDomain {
  private cpus: Vcpu[] = [];

  constructor() {
    super(NESTED_VMX);
  }

  reset(machine: Machine): void {
    this.resetDomain(machine);
    this.cpus = Array.from({ length: machine.vcpus }, () => Object.assign(new Vcpu(), machine.cr0));
  }

  protected isInL2(vcpu: number): boolean {
    return this.cpus[vcpu].isInL2;
  }

  protected writePat(vcpu: number, pat: PatValue): Observation {
    const cpu = this.cpus[vcpu];
    if (cpu.isInL2) Object.assign(cpu, { l2Pat: pat, isL2PatOpen: false });
    else Object.assign(cpu, { pat, patRule: XEN_RULE.xenPatStored });
    return plain(OK, cpu.isInL2 ? RULE.xenVmxL2Pat : XEN_RULE.xenPatStored);
  }

  protected readPat(vcpu: number): Observation {
    const cpu = this.cpus[vcpu];
    if (!cpu.isInL2) return this.answer(cpu.pat, cpu.patRule);
    if (cpu.isL2PatOpen) return openBetween(0, RULE.xenVmxL2PatOpen);
    return this.answer(cpu.l2Pat, areSame(cpu.l2Pat, XEN_PAT) ? RULE.xenVmxEntry : RULE.xenVmxL2Pat);
  }

  /** CR0.CD is emulated only with an IOMMU and I/O resources. */
  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (!pg && this.longMode) return plain(GP, XEN_RULE.xenLongModeNeedsPaging);
    const cpu = this.cpus[vcpu];
    if (cpu.isInL2) {
      cpu.l2Pg = pg;
      xenMayRun(cpu);
    } else Object.assign(cpu, { pg, cd, nw });
    return plain(OK, XEN_RULE.xenCr0Stored);
  }

  init(vcpu: number): Observation {
    Object.assign(this.cpus[vcpu], { pg: false, cd: false, nw: false });
    return plain(OK, XEN_RULE.xenInit);
  }

  override writeVmcs12(
    vcpu: number,
    ept: FlagOrKeep,
    _loadGuestPat: FlagOrKeep,
    _saveGuestPat: FlagOrKeep,
    loadHostPat: FlagOrKeep,
    setsGuestPat: boolean,
    guestPatHi: number,
    guestPatLo: number,
    setsHostPat: boolean,
    hostPatHi: number,
    hostPatLo: number,
  ): Observation {
    const refusal = this.refusal(vcpu);
    if (refusal !== 0) return refusal;
    const cpu = this.cpus[vcpu];
    if (ept !== KEEP) cpu.ept = ept === 1;
    if (loadHostPat !== KEEP) cpu.loadHostPat = loadHostPat === 1;
    if (setsGuestPat) Object.assign(cpu, { guestPat: { hi: guestPatHi, lo: guestPatLo }, isGuestPatOpen: false });
    if (setsHostPat) cpu.hostPat = { hi: hostPatHi, lo: hostPatLo };
    return plain(OK, FORMAT_RULE.structureWritten);
  }

  override readL2Pat(vcpu: number): Observation {
    const refusal = this.refusal(vcpu);
    if (refusal !== 0) return refusal;
    const cpu = this.cpus[vcpu];
    return cpu.isGuestPatOpen ? openBetween(0, RULE.xenVmxL2PatOpen) : this.answer(cpu.guestPat, RULE.xenVmxGuestPatField);
  }

  /** Neither GUEST_PAT nor HOST_PAT is checked. */
  protected enter(vcpu: number): Observation {
    Object.assign(this.cpus[vcpu], { isInL2: true, l2Pat: XEN_PAT, isL2PatOpen: false });
    return plain(OK, RULE.xenVmxEntry);
  }

  protected leave(vcpu: number): number {
    const cpu = this.cpus[vcpu];
    Object.assign(cpu, { isInL2: false, guestPat: cpu.l2Pat, isGuestPatOpen: cpu.isL2PatOpen });
    cpu.patRule = this.loadHostPat(cpu);
    return cpu.patRule;
  }

  private loadHostPat(cpu: Vcpu): number {
    if (!cpu.loadHostPat) return RULE.xenVmxExitKeeps;
    if (!isLegalPat(cpu.hostPat)) return RULE.xenVmxHostPatRefused;
    cpu.pat = cpu.hostPat;
    return RULE.xenVmxExitLoads;
  }

  access(vcpu: number, gfn: Gfn, _kind: AccessKind, pat: number, _pageSize: Level, isPrivate: boolean): Observation {
    if (isPrivate) return this.noPrivateMemory;
    const cpu = this.cpus[vcpu];
    if (!cpu.isInL2 || !cpu.ept) return this.accessOfL1Frame(cpu, gfn, pat, LEVEL_1G, false);
    const piece = this.mappings.find(gfn);
    if (piece === null) return this.reflect(vcpu, EPT_VIOLATION, RULE.xenVmxViolation);
    if ([2, 3, 7].includes(piece.type)) return this.reflect(vcpu, EPT_MISCONFIG, RULE.xenVmxMisconfig);
    const isOther = piece.type !== WB || piece.ipat;
    return this.accessOfL1Frame(cpu, piece.target + gfn - piece.start, pat, blockAt(piece, gfn).level, isOther);
  }

  private reflect(vcpu: number, reason: L1ExitReason, rule: number): Observation {
    // Xen runs before L1 does, and lets L1 have what the register held.
    this.leave(vcpu);
    return l1Exit(reason, rule);
  }

  /** @param isOther L1's own leaf is another than WB without ipat */
  private accessOfL1Frame(cpu: Vcpu, gfn: Gfn, pat: number, limit: Level, isOther: boolean): Observation {
    // The first touch of a frame makes Xen run, which builds the leaf.
    if (cpu.isInL2) xenMayRun(cpu);
    const frames = this.frames.find(gfn);
    if (frames === null) return plain(MMIO, FORMAT_RULE.noBacking);
    const isMmio = isDirectMmio(frames.backing);
    const level = Math.min(limit, levelOf(frames, gfn, largestLevel(frames.backing))) as Level;
    if (frames.backing === DEVICE_RO) return typed(UC, level, leafWord(UC, true), RULE.xenVmxMmioReadOnly);
    if (isMmio) return uncachedAccess(cpu, pat, level);
    if (this.iommu || this.mayFlush()) return openBetween(ANY_TYPE, RULE.xenVmxMtrrsDecide);
    return typed(WB, level, leafWord(WB, true), isOther ? RULE.xenVmxL1LeafIgnored : RULE.xenVmxWriteBack);
  }

  state(): State {
    const state: Record<string, unknown> = {};
    this.cpus.forEach((cpu, vcpu) => {
      this.addMtrrState(state, vcpu, MTRR_NAMES);
      state[`vcpu${vcpu} PAT`] = hex(cpu.pat);
      state[`vcpu${vcpu} CR0`] = { pg: cpu.pg, cd: cpu.cd, nw: cpu.nw };
      if (!this.isNested) return;
      const { ept, loadHostPat, l2Pg, isInL2, isGuestPatOpen, isL2PatOpen } = cpu;
      const [guestPat, hostPat] = [isGuestPatOpen ? 'open' : hex(cpu.guestPat), hex(cpu.hostPat)];
      state[`vcpu${vcpu} VMCS`] = { ept, loadHostPat, pg: l2Pg, guestPat, hostPat };
      state[`vcpu${vcpu} L2`] = isInL2 ? { pat: hex(cpu.l2Pat), mayBeXens: isL2PatOpen } : 'L1';
    });
    return { ...state, l1: this.mappings.pieces, pins: this.pins.pins, devices: [...this.devices], ioResources: this.ioResources };
  }
}

/** Something that may exit to Xen: the PAT that L2 wrote is gone then. */
function xenMayRun(cpu: Vcpu): void {
  cpu.isL2PatOpen ||= !areSame(cpu.l2Pat, XEN_PAT);
}

/** A leaf that is UC without ipat: WC where the PAT says so. */
function uncachedAccess(cpu: Vcpu, index: number, level: Level): Observation {
  const isPaged = cpu.isInL2 ? cpu.l2Pg : cpu.pg;
  const typeBy = (pat: PatValue): EffectiveType => (isPaged && typeAt(pat, index) === WC ? WC : UC);
  const type = typeBy(cpu.isInL2 ? cpu.l2Pat : cpu.pat);
  if (cpu.isInL2 && cpu.isL2PatOpen && typeBy(XEN_PAT) !== type)
    return openBetween(CANDIDATE_UC | CANDIDATE_WC, RULE.xenVmxL2PatOpen);
  return typed(type, level, UNCACHED, RULE.xenVmxMmioUncached);
}
