/**
 * What every HVM domain has, whatever pages its memory. How accesses are typed, what CR0.CD does and what an invalidation invalidates is left to
 * the kind of paging.
 */
import type { Level } from '../contract/address.js';
import type { Backing, Machine } from '../contract/machine.js';
import type { RegisterType } from '../contract/memory-type.js';
import type { Counters, Model, State } from '../contract/model.js';
import { MTRRCAP, PAT } from '../contract/msr.js';
import { GP, MMIO, NOT_APPLICABLE, type Observation, OK, plain } from '../contract/observation.js';
import type { AccessKind, AccessPause } from '../contract/operation.js';
import type { InvalidationHistory, PinHistory } from './history.js';
import { HostInterface } from './host-interface.js';
import { isPat, loadFromRecord, MtrrAccess } from './mtrr-access.js';
import { MtrrHistory } from './mtrr-history.js';
import type { MtrrState } from './mtrr-state.js';
import { registerState } from './register-state.js';
import { RULE } from './rules.js';
import { VcpuRegisters } from './vcpu-registers.js';

/** MTRRcap of a domU: WC, FIX, eight pairs. */
const DOMU_MTRRCAP = 0x508;

const NO_SUCH_OPERATION = plain(NOT_APPLICABLE, RULE.noSuchOperation);
const MTRRS_HIDDEN = plain(GP, RULE.mtrrsHidden);
export const NO_BACKING = plain(MMIO, RULE.noBacking);

/** What a profile chooses for any kind of paging. */
export interface DomainHistory {
  readonly invalidation: InvalidationHistory;
  readonly pins: PinHistory;
  /** Widest guest MAXPHYADDR. */
  readonly width: number;
}

export abstract class HvmDomain extends HostInterface implements Model {
  protected readonly mtrrs = new MtrrHistory();
  protected readonly registers = new VcpuRegisters();
  private readonly mtrrAccess = new MtrrAccess(this.mtrrs);
  private readonly width: number;
  private showsMtrrs = true;
  protected zaps = 0;
  protected tlbFlushes = 0;

  /** @param hasP2mHook the p2m can be invalidated: EPT. */
  constructor(history: DomainHistory, hasP2mHook: boolean) {
    super(history.invalidation, history.pins, hasP2mHook);
    this.width = history.width;
  }

  get valueHi(): number {
    return this.mtrrAccess.valueHi;
  }
  get valueLo(): number {
    return this.mtrrAccess.valueLo;
  }

  override reset(machine: Machine): void {
    super.reset(machine);
    this.showsMtrrs = machine.guestMtrr;
    this.mtrrs.reset();
    this.mtrrAccess.reset(Math.min(machine.maxPhysAddr, machine.hostPhysAddr, this.width));
    this.registers.reset(machine);
    this.zaps = 0;
    this.tlbFlushes = 0;
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_msr_write_intercept()`. */
  writeMsr(vcpu: number, msr: number, hi: number, lo: number): Observation {
    if (msr === PAT) return isPat(hi, lo) ? this.setGuestPat(vcpu, hi, lo) : plain(GP, RULE.patInvalid);
    if (!this.showsMtrrs) return MTRRS_HIDDEN;
    if (msr === MTRRCAP) return plain(GP, RULE.mtrrCapReadOnly);
    const observation = this.mtrrAccess.write(vcpu, msr, hi, lo);
    if (this.mtrrAccess.changesTypes && this.memoryTypeChanged() && this.hasP2mHook) this.zaps++;
    return observation;
  }

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_msr_read_intercept()`. */
  readMsr(vcpu: number, msr: number): Observation {
    if (msr === PAT) {
      const pat = this.guestPat(vcpu);
      return this.mtrrAccess.value(pat[2 * vcpu + 1], pat[2 * vcpu]);
    }
    if (!this.showsMtrrs) return MTRRS_HIDDEN;
    return msr === MTRRCAP ? this.mtrrAccess.value(0, DOMU_MTRRCAP) : this.mtrrAccess.read(vcpu, msr);
  }

  abstract writeCr0(vcpu: number, pg: boolean, cd: boolean, nw: boolean): Observation;

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_vcpu_reset_state()`: CR0 is set without going through `hvm_set_cr0()`. */
  init(vcpu: number): Observation {
    this.registers.setCr0(vcpu, false, false, false);
    return plain(OK, RULE.init);
  }

  access(
    vcpu: number,
    gfn: number,
    _kind: AccessKind,
    pat: number,
    pageSize: Level,
    isPrivate: boolean,
    _ack: boolean,
    _pauseAfter: AccessPause,
  ): Observation {
    return isPrivate ? NO_SUCH_OPERATION : this.accessPage(vcpu, gfn, pat, pageSize);
  }

  invlpg(_vcpu: number, _gfn: number): Observation {
    return plain(OK, RULE.mappingInvalidated);
  }

  zap(_gfn: number, _pages: number): Observation {
    return NO_SUCH_OPERATION;
  }

  abstract setBacking(gfn: number, pages: number, backing: Backing, level: Level, hostMtrr: RegisterType): Observation;

  saveRestore(): Observation {
    const saved: MtrrState[] = [];
    for (let vcpu = 0; vcpu < this.registers.count; vcpu++) saved.push(this.mtrrs.of(vcpu));
    // The new domain: created, populated, then loaded.
    this.pins.forget();
    for (let vcpu = 0; vcpu < this.registers.count; vcpu++) this.mtrrs.renew(vcpu);
    this.repopulate();
    saved.forEach((state, vcpu) => {
      this.restorePat(vcpu);
      this.mtrrAccess.willLoad(vcpu, state);
      loadFromRecord(this.mtrrs.writable(vcpu), state);
      // The default type comes last, and before it E is clear: one `memory_type_changed()` at most.
      if (state.defType !== 0) this.recalculateIfGated();
    });
    return plain(OK, RULE.restored);
  }

  resumeAccess(_vcpu: number): Observation {
    return NO_SUCH_OPERATION;
  }
  setAttributes(): Observation {
    return NO_SUCH_OPERATION;
  }
  resumeAttributes(): Observation {
    return NO_SUCH_OPERATION;
  }
  punchHole(_gfn: number, _pages: number): Observation {
    return NO_SUCH_OPERATION;
  }

  counters(): Counters {
    return { zaps: this.zaps, tlbFlushes: this.tlbFlushes, cacheFlushes: this.cacheFlushes };
  }

  state(): State {
    return registerState(this.registers, this.mtrrs, this.pins, (vcpu) => this.guestPat(vcpu));
  }

  protected abstract accessPage(vcpu: number, gfn: number, pat: number, pageSize: Level): Observation;

  /** Xen xen/arch/x86/hvm/hvm.c, `hvm_set_guest_pat()` with a valid value. */
  protected abstract setGuestPat(vcpu: number, hi: number, lo: number): Observation;

  /** The registers that `hvm_get_guest_pat()` reads. */
  protected abstract guestPat(vcpu: number): Int32Array;

  /** The new vCPU of a restored domain gets the guest's PAT. */
  protected abstract restorePat(vcpu: number): void;

  /** Every region is mapped as at the start. */
  protected abstract repopulate(): void;
}
