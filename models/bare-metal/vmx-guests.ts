/** L2 under VMX. Intel SDM vol. 3, the chapters on VM entries, VM exits and EPT: one PAT register, which controls load and save. */
import { type Gfn, type Level, NO_LEVEL } from '../contract/address.js';
import { type EffectiveType, type RegisterType, UC, WB } from '../contract/memory-type.js';
import { PAT, PAT_RESET_HI, PAT_RESET_LO } from '../contract/msr.js';
import {
  entryFailed,
  EPT_MISCONFIG,
  EPT_VIOLATION,
  GP,
  GUEST_STATE,
  HOST_STATE,
  l1Exit,
  NO_LEAF,
  type Observation,
  OK,
  plain,
  typed,
} from '../contract/observation.js';
import type { FlagOrKeep, VmcbPage } from '../contract/operation.js';
import { NO_RULE } from '../contract/rule.js';
import { IntelNestedTypes } from './intel-nested-type.js';
import type { L1Leaf } from './l1-leaves.js';
import { type LevelTwo, NOTHING, stored } from './level-two.js';
import { isLegalPat, type LogicalProcessor } from './logical-processor.js';
import { INTEL_L2_RULE as RULE, INTEL_L2_TYPE_RULE, INTEL_L2_UNPAGED_RULE } from './rules.js';
import { hex64 } from './state.js';

const NESTED_TYPES = new IntelNestedTypes(INTEL_L2_TYPE_RULE, INTEL_L2_UNPAGED_RULE);
/** Encodings in a present leaf that are no memory type. */
const MISCONFIGURED = (1 << 2) | (1 << 3) | (1 << 7);

/** The VMCS of L1 for L2 on one vCPU. */
class Vmcs {
  ept = 1;
  loadGuestPat = 0;
  saveGuestPat = 0;
  loadHostPat = 0;
  guestPatHi = PAT_RESET_HI;
  guestPatLo = PAT_RESET_LO;
  hostPatHi = PAT_RESET_HI;
  hostPatLo = PAT_RESET_LO;
  isPaged = true;
  isIn = false;
  /** By which rule GUEST_IA32_PAT has its value. */
  guestPatRule: number = RULE.guestPatField;
}

export class VmxGuests implements LevelTwo {
  private structures: Vmcs[] = [];

  constructor(private readonly processors: readonly LogicalProcessor[]) {}

  reset(): void {
    this.structures = this.processors.map(() => new Vmcs());
  }

  isIn(vcpu: number): boolean {
    return this.structures[vcpu].isIn;
  }

  writeControls(vcpu: number, ept: FlagOrKeep, loadGuestPat: FlagOrKeep, saveGuestPat: FlagOrKeep, loadHostPat: FlagOrKeep): void {
    const vmcs = this.structures[vcpu];
    vmcs.ept = stored(vmcs.ept, ept);
    vmcs.loadGuestPat = stored(vmcs.loadGuestPat, loadGuestPat);
    vmcs.saveGuestPat = stored(vmcs.saveGuestPat, saveGuestPat);
    vmcs.loadHostPat = stored(vmcs.loadHostPat, loadHostPat);
  }

  writeGuestPat(vcpu: number, hi: number, lo: number): void {
    const vmcs = this.structures[vcpu];
    vmcs.guestPatHi = hi;
    vmcs.guestPatLo = lo;
    vmcs.guestPatRule = RULE.guestPatField;
  }

  writeHostPat(vcpu: number, hi: number, lo: number): void {
    this.structures[vcpu].hostPatHi = hi;
    this.structures[vcpu].hostPatLo = lo;
  }

  /** VMLAUNCH, VMRESUME: the host state is checked first, and its failure leaves all as it was. */
  enter(vcpu: number): Observation {
    const vmcs = this.structures[vcpu];
    const cpu = this.processors[vcpu];
    if (vmcs.loadHostPat === 1 && !isLegalPat(vmcs.hostPatHi, vmcs.hostPatLo)) return entryFailed(HOST_STATE, RULE.hostPatIllegal);
    if (vmcs.loadGuestPat === 1 && !isLegalPat(vmcs.guestPatHi, vmcs.guestPatLo)) {
      if (vmcs.loadHostPat === 1) cpu.loadPat(vmcs.hostPatHi, vmcs.hostPatLo, RULE.exitLoadsPat);
      return entryFailed(GUEST_STATE, RULE.guestPatIllegal);
    }
    vmcs.isIn = true;
    if (vmcs.loadGuestPat === 0) return plain(OK, RULE.entryKeepsPat);
    cpu.loadPat(vmcs.guestPatHi, vmcs.guestPatLo, RULE.entryLoadsPat);
    return plain(OK, RULE.entryLoadsPat);
  }

  leave(vcpu: number): void {
    const vmcs = this.structures[vcpu];
    const cpu = this.processors[vcpu];
    vmcs.isIn = false;
    if (vmcs.saveGuestPat === 1) {
      vmcs.guestPatHi = cpu.half(PAT, true);
      vmcs.guestPatLo = cpu.half(PAT, false);
      vmcs.guestPatRule = RULE.guestPatSaved;
    }
    if (vmcs.loadHostPat === 1) cpu.loadPat(vmcs.hostPatHi, vmcs.hostPatLo, RULE.exitLoadsPat);
    else cpu.keepPat(RULE.exitKeepsPat);
  }

  leaveRule(vcpu: number): number {
    return this.structures[vcpu].loadHostPat === 1 ? RULE.exitLoadsPat : RULE.exitKeepsPat;
  }

  translates(vcpu: number): boolean {
    return this.structures[vcpu].ept === 1;
  }

  isPaged(vcpu: number): boolean {
    return this.structures[vcpu].isPaged;
  }

  isCacheDisabled(vcpu: number): boolean {
    return this.processors[vcpu].cd;
  }

  /** CD and NW are of the one CR0, which entries and exits leave alone; the format lets L2 write 0 only. */
  writeCr0(vcpu: number, pg: boolean): void {
    this.structures[vcpu].isPaged = pg;
    this.processors[vcpu].cd = false;
    this.processors[vcpu].nw = false;
  }

  writePat(vcpu: number, hi: number, lo: number): Observation {
    const cpu = this.processors[vcpu];
    const fault = cpu.writeMsr(PAT, hi, lo);
    return fault === NO_RULE ? plain(OK, cpu.patRule) : plain(GP, fault);
  }

  readPat(vcpu: number): Observation {
    return this.processors[vcpu].readPat();
  }

  patHalf(vcpu: number, upper: boolean): number {
    return this.processors[vcpu].half(PAT, upper);
  }

  openAccess(): Observation {
    return NOTHING;
  }

  exitOnAccess(leaf: L1Leaf | null): Observation {
    if (leaf === null) return l1Exit(EPT_VIOLATION, RULE.eptViolation);
    return ((MISCONFIGURED >> leaf.type) & 1) !== 0 ? l1Exit(EPT_MISCONFIG, RULE.eptMisconfig) : NOTHING;
  }

  access(vcpu: number, _gfn: Gfn, leaf: L1Leaf, pat: number, _size: Level): Observation {
    const cpu = this.processors[vcpu];
    if (cpu.cd) return typed(UC, NO_LEVEL, NO_LEAF, RULE.eptCacheDisabled);
    if (leaf.ipat) return typed(leaf.type as EffectiveType, NO_LEVEL, NO_LEAF, RULE.eptIgnoresPat);
    const isPaged = this.isPaged(vcpu);
    const own = isPaged ? (cpu.pat[pat] as RegisterType) : WB;
    return typed(NESTED_TYPES.type(leaf.type, own), NO_LEVEL, NO_LEAF, NESTED_TYPES.rule(leaf.type, own, isPaged));
  }

  readL2Pat(vcpu: number): Observation {
    return plain(OK, this.structures[vcpu].guestPatRule);
  }

  l2PatHalf(vcpu: number, _page: VmcbPage, upper: boolean): number {
    const { guestPatHi, guestPatLo } = this.structures[vcpu];
    return upper ? guestPatHi : guestPatLo;
  }

  addState(state: Record<string, unknown>, vcpu: number): void {
    const { ept, loadGuestPat, saveGuestPat, loadHostPat, guestPatHi, guestPatLo, hostPatHi, hostPatLo, ...rest } =
      this.structures[vcpu];
    state[`vcpu${vcpu} VMCS`] = {
      ept: ept === 1,
      loadGuestPat: loadGuestPat === 1,
      saveGuestPat: saveGuestPat === 1,
      loadHostPat: loadHostPat === 1,
      guestPat: hex64(guestPatHi, guestPatLo),
      hostPat: hex64(hostPatHi, hostPatLo),
      pg: rest.isPaged,
      running: rest.isIn,
    };
  }
}
