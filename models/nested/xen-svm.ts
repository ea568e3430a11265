/** A domain of Xen on SVM with nested paging. Xen xen/arch/x86/hvm/svm/nestedsvm.c, svm.c; mm/p2m-pt.c. */
import { type Gfn, LEVEL_1G, type Level } from '../contract/address.js';
import { DEVICE_RO, type Machine, NESTED_SVM } from '../contract/machine.js';
import { CD, UC, UC_MINUS, WB } from '../contract/memory-type.js';
import type { State } from '../contract/model.js';
import {
  entryFailed,
  GP,
  INVALID,
  l1Exit,
  leafWord,
  MMIO,
  NPF,
  type Observation,
  OK,
  openBetween,
  plain,
  typed,
  VM_DEAD,
} from '../contract/observation.js';
import { type AccessKind, type FlagOrKeep, KEEP, type VmcbPage } from '../contract/operation.js';
import { levelOf } from './guest-frames.js';
import { blockAt, type L1Piece } from './l1-mappings.js';
import { nptType } from './npt-type.js';
import { hex, isLegalPat, PAT_RESET, type PatValue, typeAt } from './pat-value.js';
import { FORMAT_RULE, XEN_RULE, XEN_SVM_RULE as RULE } from './rules.js';
import { MTRR_NAMES } from './state.js';
import { XenDomain } from './xen-domain.js';
import { isDirectMmio, largestLevel } from './xen-page.js';

/** vvmcb: a page of L1. */
class Vvmcb {
  np = true;
  npClean = false;
  gPat = PAT_RESET;
  pg = true;
}

class Vcpu {
  readonly pages: readonly [Vvmcb, Vvmcb] = [new Vvmcb(), new Vvmcb()];
  /** n1vmcb's g_pat, L1's PAT; n2vmcb's, L2's. */
  n1Pat = PAT_RESET;
  n2Pat = PAT_RESET;
  n1Rule: number = FORMAT_RULE.registerAtStart;
  n2Rule: number = FORMAT_RULE.registerAtStart;
  isInL2 = false;
  page: VmcbPage = 0;
  /** Page of the last VMRUN that ran L2, and of the last one at all: -1 none. */
  lastRun = -1;
  lastTried = -1;
  pg = true;
  cd = false;
  nw = false;

  get vvmcb(): Vvmcb {
    return this.pages[this.page];
  }
}

export class XenSvm extends XenDomain {
  private cpus: Vcpu[] = [];

  constructor() {
    super(NESTED_SVM);
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
    if (cpu.isInL2) Object.assign(cpu, { n2Pat: pat, n2Rule: RULE.xenSvmL2Pat });
    else Object.assign(cpu, { n1Pat: pat, n1Rule: XEN_RULE.xenPatStored });
    return plain(OK, cpu.isInL2 ? cpu.n2Rule : cpu.n1Rule);
  }

  protected readPat(vcpu: number): Observation {
    const cpu = this.cpus[vcpu];
    return cpu.isInL2 ? this.answer(cpu.n2Pat, cpu.n2Rule) : this.answer(cpu.n1Pat, cpu.n1Rule);
  }

  writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation {
    if (!pg && this.longMode) return plain(GP, XEN_RULE.xenLongModeNeedsPaging);
    if (nw && !cd) return plain(VM_DEAD, XEN_RULE.xenNwWithoutCd);
    const cpu = this.cpus[vcpu];
    if (cpu.isInL2) cpu.vvmcb.pg = pg;
    else Object.assign(cpu, { pg, cd, nw });
    return plain(OK, XEN_RULE.xenCr0Stored);
  }

  init(vcpu: number): Observation {
    Object.assign(this.cpus[vcpu], { pg: false, cd: false, nw: false });
    return plain(OK, XEN_RULE.xenInit);
  }

  override writeVmcb12(
    vcpu: number,
    page: VmcbPage,
    np: FlagOrKeep,
    setsPat: boolean,
    patHi: number,
    patLo: number,
    npClean: FlagOrKeep,
  ): Observation {
    const refusal = this.refusal(vcpu);
    if (refusal !== 0) return refusal;
    const vvmcb = this.cpus[vcpu].pages[page];
    if (np !== KEEP) vvmcb.np = np === 1;
    if (npClean !== KEEP) vvmcb.npClean = npClean === 1;
    if (setsPat) vvmcb.gPat = { hi: patHi, lo: patLo };
    return plain(OK, FORMAT_RULE.structureWritten);
  }

  override readL2Pat(vcpu: number, page: VmcbPage): Observation {
    const refusal = this.refusal(vcpu);
    return refusal === 0 ? this.answer(this.cpus[vcpu].pages[page].gPat, RULE.xenSvmGPat) : refusal;
  }

  /** nsvm_vmcb_prepare4vmrun() */
  protected enter(vcpu: number, page: VmcbPage): Observation {
    const cpu = this.cpus[vcpu];
    const vvmcb = cpu.pages[page];
    const keepsBy = (last: number) => vvmcb.npClean && page === last;
    const [isKept, isKeptOtherwise] = [keepsBy(cpu.lastRun), keepsBy(cpu.lastTried)];
    // Only a failed VMRUN parts the two, and what it left is illegal.
    const isOpen = isKept !== isKeptOtherwise && isLegalPat(vvmcb.gPat);
    if (!isKept) Object.assign(cpu, { n2Pat: vvmcb.gPat, n2Rule: RULE.xenSvmVmrun });
    else cpu.n2Rule = RULE.xenSvmCleanBit;
    cpu.lastTried = page;
    cpu.page = page;
    if (!isLegalPat(cpu.n2Pat)) {
      vvmcb.gPat = cpu.n2Pat;
      return entryFailed(INVALID, RULE.xenSvmInvalid);
    }
    cpu.lastRun = page;
    cpu.isInL2 = true;
    return isOpen ? openBetween(0, RULE.xenSvmFailedRun) : plain(OK, cpu.n2Rule);
  }

  /** nsvm_vmcb_prepare4vmexit() */
  protected leave(vcpu: number): number {
    const cpu = this.cpus[vcpu];
    cpu.isInL2 = false;
    cpu.vvmcb.gPat = cpu.n2Pat;
    return RULE.xenSvmExit;
  }

  access(vcpu: number, gfn: Gfn, _kind: AccessKind, pat: number, _pageSize: Level, isPrivate: boolean): Observation {
    if (isPrivate) return this.noPrivateMemory;
    const cpu = this.cpus[vcpu];
    if (!cpu.isInL2 || !cpu.vvmcb.np) return this.accessOfL1Frame(cpu, gfn, pat, null, LEVEL_1G);
    const piece = this.mappings.find(gfn);
    if (piece === null) {
      this.leave(vcpu);
      return l1Exit(NPF, RULE.xenSvmPageFault);
    }
    return this.accessOfL1Frame(cpu, piece.target + gfn - piece.start, pat, piece, blockAt(piece, gfn).level);
  }

  private accessOfL1Frame(cpu: Vcpu, gfn: Gfn, pat: number, piece: L1Piece | null, limit: Level): Observation {
    const frames = this.frames.find(gfn);
    if (frames === null) return plain(MMIO, FORMAT_RULE.noBacking);
    const level = Math.min(limit, levelOf(frames, gfn, largestLevel(frames.backing))) as Level;
    const nested = isDirectMmio(frames.backing) ? (frames.backing === DEVICE_RO ? UC : UC_MINUS) : WB;
    const leaf = leafWord(nested, false);
    if (!cpu.isInL2 && cpu.cd) return typed(frames.hostMtrr === UC ? UC : CD, level, leaf, RULE.xenSvmCacheDisabled);
    const isPaged = cpu.isInL2 ? cpu.vvmcb.pg : cpu.pg;
    const guest = isPaged ? typeAt(cpu.isInL2 ? cpu.n2Pat : cpu.n1Pat, pat) : WB;
    const type = nptType(guest, nested, frames.hostMtrr);
    return typed(type, level, leaf, decidingRule(cpu, piece, nested, type !== nptType(guest, nested, WB), isPaged));
  }

  state(): State {
    const state: Record<string, unknown> = {};
    this.cpus.forEach((cpu, vcpu) => {
      this.addMtrrState(state, vcpu, MTRR_NAMES);
      state[`vcpu${vcpu} PAT`] = hex(cpu.n1Pat);
      state[`vcpu${vcpu} CR0`] = { pg: cpu.pg, cd: cpu.cd, nw: cpu.nw };
      if (!this.isNested) return;
      for (const page of [0, 1] as const)
        state[`vcpu${vcpu} VMCB${page}`] = { ...cpu.pages[page], gPat: hex(cpu.pages[page].gPat) };
      const { page, isInL2, lastRun, lastTried } = cpu;
      state[`vcpu${vcpu} L2`] = { pat: hex(cpu.n2Pat), isInL2, page, lastRun, lastTried };
    });
    return { ...state, l1: this.mappings.pieces, pins: this.pins.pins, devices: [...this.devices], ioResources: this.ioResources };
  }
}

function decidingRule(cpu: Vcpu, piece: L1Piece | null, nested: number, isRestricted: boolean, isPaged: boolean): number {
  if (nested !== WB) return RULE.xenSvmMmioUncached;
  if (isRestricted) return RULE.xenSvmHostMtrr;
  if (piece !== null && typeAt(cpu.n1Pat, piece.index) !== WB) return RULE.xenSvmL1LeafDropped;
  if (!isPaged) return RULE.xenSvmPagingOff;
  return cpu.isInL2 ? cpu.n2Rule : RULE.xenSvmRamWriteBack;
}
