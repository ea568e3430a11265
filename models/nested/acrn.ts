/** A post-launched VM of ACRN, whose guest may run nested EPT. ACRN hypervisor/arch/x86/guest: vept.c, vmtrr.c, vmsr.c, virtual_cr.c. */
import { type Gfn, LEVEL_1G, LEVEL_4K, type Level } from '../contract/address.js';
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, type Machine, NESTED_VMX } from '../contract/machine.js';
import { type EffectiveType, type RegisterType, UC, WB, WC, WP, WT } from '../contract/memory-type.js';
import type { State } from '../contract/model.js';
import { DEF_TYPE, MTRRCAP, PAT } from '../contract/msr.js';
import {
  EPT_MISCONFIG,
  EPT_VIOLATION,
  GP,
  l1Exit,
  leafWord,
  MMIO,
  type Observation,
  OK,
  openBetween,
  plain,
  typed,
} from '../contract/observation.js';
import { type AccessKind, type FlagOrKeep, KEEP } from '../contract/operation.js';
import { AcrnMtrrs, LowMemory } from './acrn-mtrrs.js';
import { eptType } from './ept-type.js';
import { levelOf } from './guest-frames.js';
import { Hypervisor } from './hypervisor.js';
import { hex, isLegalPat, PAT_RESET, type PatValue, typeAt } from './pat-value.js';
import { ACRN_RULE as RULE, FORMAT_RULE } from './rules.js';
import { FIXED_NAMES } from './state.js';

/** Types in the order of the candidates of `undefined`. */
const CANDIDATES: readonly number[] = [UC, WC, WT, WP, WB];

/** Values of which a PAT has one; where they agree it is known. */
type Pats = readonly PatValue[];

function among(...pats: Pats): Pats {
  return [...new Map(pats.map((pat) => [hex(pat), pat])).values()];
}

class Vcpu {
  readonly mtrrs = new AcrnMtrrs();
  ept = true;
  loadGuestPat = false;
  loadHostPat = false;
  guestPat: Pats = [PAT_RESET];
  hostPat = PAT_RESET;
  l2Pg = true;
  pat: Pats = [PAT_RESET];
  patRule: number = FORMAT_RULE.registerAtStart;
  l2Pat: Pats = [PAT_RESET];
  isInL2 = false;
  pg = true;
  cd = false;
  nw = false;
}

export class Acrn extends Hypervisor {
  private cpus: Vcpu[] = [];
  private low = new LowMemory();

  constructor() {
    super(NESTED_VMX);
  }

  reset(machine: Machine): void {
    this.resetCommon(machine, machine.noncoherentDevices);
    this.cpus = Array.from({ length: machine.vcpus }, () => Object.assign(new Vcpu(), machine.cr0));
    this.low = new LowMemory();
  }

  protected isInL2(vcpu: number): boolean {
    return this.cpus[vcpu].isInL2;
  }

  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    const cpu = this.cpus[vcpu];
    if (msr === PAT) return isLegalPat({ hi, lo }) ? writePat(cpu, { hi, lo }) : plain(GP, RULE.acrnPatIllegal);
    if (!this.guestMtrr) return plain(GP, RULE.acrnMtrrsHidden);
    if (msr === MTRRCAP) return plain(GP, RULE.acrnMtrrcapReadOnly);
    if (cpu.mtrrs.read(msr) === undefined) return plain(GP, RULE.acrnNoPairs);
    if (msr === DEF_TYPE) cpu.mtrrs.writeDefType({ hi, lo }, this.low);
    else cpu.mtrrs.writeFixed(msr, { hi, lo });
    return plain(OK, RULE.acrnMtrrStored);
  }

  readMsr(vcpu: number, msr: number): Observation {
    const cpu = this.cpus[vcpu];
    if (msr === PAT) return this.answerOf(cpu.isInL2 ? cpu.l2Pat : cpu.pat, cpu.isInL2 ? RULE.acrnEntry : cpu.patRule);
    if (!this.guestMtrr) return plain(GP, RULE.acrnMtrrsHidden);
    const value = cpu.mtrrs.read(msr);
    return value === undefined ? plain(GP, RULE.acrnNoPairs) : this.answer(value, RULE.acrnMtrrRead);
  }

  private answerOf(pats: Pats, rule: number): Observation {
    return pats.length === 1 ? this.answer(pats[0], rule) : openBetween(0, RULE.acrnPatOpen);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (nw && !cd) return plain(GP, RULE.acrnNwNeedsCd);
    const cpu = this.cpus[vcpu];
    if (cpu.isInL2) cpu.l2Pg = pg;
    else Object.assign(cpu, { pg, cd, nw });
    return plain(OK, RULE.acrnCr0Stored);
  }

  init(vcpu: number): Observation {
    this.cpus[vcpu].pg = false;
    return plain(OK, RULE.acrnInit);
  }

  override setIoResources(): Observation {
    return plain(OK, FORMAT_RULE.deviceCounted);
  }

  override zap(): Observation {
    return plain(OK, RULE.acrnZap);
  }

  override setBacking(gfn: Gfn, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation {
    this.low.forget(gfn, gfn + pages);
    return super.setBacking(gfn, pages, backing, level, hostMtrr);
  }

  saveRestore(): Observation {
    return this.isAnyInL2() ? this.noMigration() : plain(OK, RULE.acrnRestored);
  }

  override writeVmcs12(
    vcpu: number,
    ept: FlagOrKeep,
    loadGuestPat: FlagOrKeep,
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
    if (loadGuestPat !== KEEP) cpu.loadGuestPat = loadGuestPat === 1;
    if (loadHostPat !== KEEP) cpu.loadHostPat = loadHostPat === 1;
    if (setsGuestPat) cpu.guestPat = [{ hi: guestPatHi, lo: guestPatLo }];
    if (setsHostPat) cpu.hostPat = { hi: hostPatHi, lo: hostPatLo };
    return plain(OK, FORMAT_RULE.structureWritten);
  }

  override readL2Pat(vcpu: number): Observation {
    const refusal = this.refusal(vcpu);
    return refusal === 0 ? this.answerOf(this.cpus[vcpu].guestPat, RULE.acrnEntry) : refusal;
  }

  /** With a PAT that hardware would refuse the entry is open, and the model enters. */
  protected enter(vcpu: number): Observation {
    const cpu = this.cpus[vcpu];
    const isOpen = (cpu.loadGuestPat && !cpu.guestPat.every(isLegalPat)) || (cpu.loadHostPat && !isLegalPat(cpu.hostPat));
    cpu.isInL2 = true;
    cpu.l2Pat = among(...cpu.pat, ...cpu.guestPat.filter(isLegalPat));
    return isOpen ? openBetween(0, RULE.acrnPatOpen) : plain(OK, RULE.acrnEntry);
  }

  protected leave(vcpu: number): number {
    const cpu = this.cpus[vcpu];
    const hostPat = cpu.loadHostPat && isLegalPat(cpu.hostPat) ? [cpu.hostPat] : [];
    cpu.isInL2 = false;
    cpu.pat = among(...cpu.pat, ...cpu.l2Pat, ...hostPat);
    cpu.patRule = RULE.acrnEntry;
    cpu.guestPat = among(...cpu.guestPat, ...cpu.l2Pat);
    return RULE.acrnEntry;
  }

  access(vcpu: number, gfn: Gfn, _kind: AccessKind, pat: number, _pageSize: Level, isPrivate: boolean): Observation {
    if (isPrivate) return this.noPrivateMemory;
    const cpu = this.cpus[vcpu];
    if (cpu.isInL2 && cpu.ept) return this.accessThroughLeafOfL1(vcpu, gfn, pat);
    const frames = this.frames.find(gfn);
    if (frames === null) return plain(MMIO, FORMAT_RULE.noBacking);
    const isBar = frames.backing === DEVICE || frames.backing === DEVICE_WC || frames.backing === DEVICE_RO;
    const retyped = this.low.typeOf(gfn);
    const leaf = retyped < 0 ? (isBar ? UC : WB) : (retyped as RegisterType);
    const rule = retyped >= 0 ? RULE.acrnRetyped : isBar ? RULE.acrnBar : RULE.acrnRam;
    const level = levelOf(frames, gfn, LEVEL_1G);
    if (!cpu.isInL2 && cpu.cd && cpu.pg) return typed(eptType(leaf, UC), level, leafWord(leaf, false), RULE.acrnCacheDisabled);
    return typeAmong(cpu, leaf, pat, level, rule);
  }

  private accessThroughLeafOfL1(vcpu: number, gfn: Gfn, pat: number): Observation {
    const piece = this.mappings.find(gfn);
    const isMisconfigured = piece !== null && !CANDIDATES.includes(piece.type);
    if (piece === null || isMisconfigured) {
      this.leave(vcpu);
      return isMisconfigured ? l1Exit(EPT_MISCONFIG, RULE.acrnMisconfig) : l1Exit(EPT_VIOLATION, RULE.acrnViolation);
    }
    if (this.frames.find(piece.target + gfn - piece.start) === null) return plain(MMIO, FORMAT_RULE.noBacking);
    const type = piece.type as RegisterType;
    if (piece.ipat) return typed(type as EffectiveType, LEVEL_4K, leafWord(type, true), RULE.acrnLeafOfL1);
    return typeAmong(this.cpus[vcpu], type, pat, LEVEL_4K, RULE.acrnLeafOfL1);
  }

  state(): State {
    const state: Record<string, unknown> = {};
    const text = (pats: Pats) => pats.map(hex).sort().join(' or ');
    this.cpus.forEach((cpu, vcpu) => {
      for (const [msr, name] of FIXED_NAMES) state[`vcpu${vcpu} ${name}`] = hex(cpu.mtrrs.read(msr)!);
      state[`vcpu${vcpu} PAT`] = text(cpu.pat);
      state[`vcpu${vcpu} CR0`] = { pg: cpu.pg, cd: cpu.cd, nw: cpu.nw };
      if (!this.isNested) return;
      const { ept, loadGuestPat, loadHostPat, l2Pg, isInL2 } = cpu;
      state[`vcpu${vcpu} VMCS`] = {
        ept,
        loadGuestPat,
        loadHostPat,
        pg: l2Pg,
        guestPat: text(cpu.guestPat),
        hostPat: hex(cpu.hostPat),
      };
      state[`vcpu${vcpu} L2`] = isInL2 ? text(cpu.l2Pat) : 'L1';
    });
    return { ...state, low: [...this.low.types].join(' '), l1: this.mappings.pieces, devices: [...this.devices] };
  }
}

/** write_pat_msr() in L1. What becomes of a write of L2 was not read: it may have it or not. */
function writePat(cpu: Vcpu, pat: PatValue): Observation {
  if (cpu.isInL2) cpu.l2Pat = among(...cpu.l2Pat, pat);
  else Object.assign(cpu, { pat: [pat], patRule: RULE.acrnPatStored });
  return plain(OK, cpu.isInL2 ? RULE.acrnPatOpen : RULE.acrnPatStored);
}

/** The type through a leaf without ipat; open where the values that PAT may have do not agree. */
function typeAmong(cpu: Vcpu, leaf: RegisterType, index: number, level: Level, rule: number): Observation {
  const isPaged = cpu.isInL2 ? cpu.l2Pg : cpu.pg;
  const pats = cpu.isInL2 ? cpu.l2Pat : cpu.pat;
  const types = isPaged ? pats.map((pat) => eptType(leaf, typeAt(pat, index))) : [eptType(leaf, WB)];
  const candidates = types.reduce<number>((bits, type) => bits | (1 << CANDIDATES.indexOf(type)), 0);
  if ((candidates & (candidates - 1)) !== 0) return openBetween(candidates, RULE.acrnPatOpen);
  return typed(types[0], level, leafWord(leaf, false), rule);
}
