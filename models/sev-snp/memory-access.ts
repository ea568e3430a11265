/**
 * An access of the guest: the hardware's walk and checks, and the fault handling in between, until it succeeds or somebody else must
 * act. AMD64 APM vol. 2, "RMP and VMPL Access Checks", after all paging checks.
 */
import type { Level } from '../contract/address.js';
import {
  CIPHERTEXT,
  detailOf,
  NOT_VALIDATED,
  OK,
  type Observation,
  outcomeOf,
  PAUSED,
  PRIVATE,
  type PageKind,
  plain,
  RMP_LOOP,
  SHARED,
} from '../contract/observation.js';
import { type AccessPause, NO_PAUSE, PAUSE_FAULT, WRITE } from '../contract/operation.js';
import { accessType } from './access-type.js';
import type { Conversion } from './conversion.js';
import { AT_REST } from './conversion.js';
import { type FaultHandling, SPURIOUS_FAST } from './fault-handling.js';
import type { GuestMemfd } from './guest-memfd.js';
import { I12, I5 } from './invariants.js';
import { NO_ACCESS, type PageFault, TAKEN, TO_TOUCH } from './page-fault.js';
import { ASSIGNED, ATTRIBUTE_PRIVATE, VALIDATED } from './page-runs.js';
import { pageWord, validate } from './rmp.js';
import { NEWLY_ASSIGNED, RULE } from './rules.js';
import type { VirtualMachine } from './virtual-machine.js';

/** The hardware faulted. */
const FAULTED = -1;

export class MemoryAccess {
  constructor(
    private readonly vm: VirtualMachine,
    private readonly faults: FaultHandling,
    private readonly gmem: GuestMemfd,
    private readonly conversion: Conversion,
  ) {}

  /** Starts the access that `fault` describes. */
  start(fault: PageFault, pauseAfter: AccessPause): Observation {
    fault.stage = TO_TOUCH;
    fault.taken = 0;
    fault.isNewlyAssigned = false;
    fault.startedQuiet = this.isQuiet(fault);
    return this.run(fault, pauseAfter);
  }

  /** Nothing is in flight, and the access is of the kind of the attribute, on a slot that can serve it. */
  private isQuiet(fault: PageFault): boolean {
    if (this.conversion.stage !== AT_REST) return false;
    for (const other of this.vm.faults) if (other !== fault && other.stage !== NO_ACCESS) return false;
    const region = this.vm.regions.find(fault.gfn);
    if (region < 0 || (fault.isPrivate && !this.vm.regions.canBePrivate(region))) return false;
    return fault.isPrivate === ((this.vm.pages.wordAt(fault.gfn) & ATTRIBUTE_PRIVATE) !== 0);
  }

  /** Goes on with the access, from wherever it stands. */
  run(fault: PageFault, pauseAfter: AccessPause): Observation {
    const observation = this.attempt(fault, pauseAfter);
    if (outcomeOf(observation) === PAUSED) {
      // What runs meanwhile may interfere.
      fault.startedQuiet = false;
      return observation;
    }
    this.gmem.drop(fault);
    fault.stage = NO_ACCESS;
    this.judge(fault, observation);
    return observation;
  }

  private attempt(fault: PageFault, pauseAfter: AccessPause): Observation {
    for (;;) {
      if (fault.stage === TO_TOUCH) {
        const answer = this.touch(fault);
        if (answer !== FAULTED) return answer;
        this.vm.counts.faults++;
        fault.taken++;
        fault.changesBefore = this.vm.changes;
        fault.stage = TAKEN;
        if (pauseAfter === PAUSE_FAULT) return plain(PAUSED, RULE.accessPaused);
      }
      const verdict = this.faults.handle(fault, pauseAfter);
      if (verdict >= 0) return verdict;
      if (fault.isRmp && this.vm.changes === fault.changesBefore) return plain(RMP_LOOP, this.loopRule(fault, verdict));
      fault.stage = TO_TOUCH;
    }
  }

  private loopRule(fault: PageFault, verdict: number): number {
    // The RFC orders have zap and RMPUPDATE still before them.
    const ends = !this.vm.switches.zapsBeforeStores && this.conversion.isInFlight(fault.gfn);
    if (verdict === SPURIOUS_FAST) return ends ? RULE.spuriousUntilConverted : RULE.spuriousFastPath;
    if (ends) return RULE.rmpFaultUntilConverted;
    return this.vm.switches.rmpHandlerLooksUp ? RULE.rmpFaultUnresolved : RULE.rfcRmpFaultUnresolved;
  }

  /** The hardware: a TLB hit, or the walk, the RMP check and the fill. */
  private touch(fault: PageFault): Observation {
    const { tlb, npt } = this.vm;
    const hit = tlb.find(fault.vcpu, fault.gfn, fault.isPrivate);
    if (hit >= 0 && (fault.kind !== WRITE || tlb.writable[hit] === 1)) {
      if (tlb.ciphertext[hit] === 1) return plain(CIPHERTEXT, RULE.ciphertextRead);
      return this.served(fault, tlb.kind[hit] as PageKind, tlb.level[hit] as Level, tlb.hostMtrr[hit]);
    }
    const leaf = npt.find(fault.gfn);
    fault.isPresent = leaf >= 0;
    fault.isRmp = false;
    if (leaf < 0) return FAULTED;
    const word = npt.kind[leaf] === PRIVATE ? pageWord(this.vm, fault.gfn, npt.generation[leaf]) : 0;
    return fault.isPrivate ? this.touchPrivate(fault, leaf, word) : this.touchShared(fault, leaf, word);
  }

  /** C-bit clear: a write needs a page that the RMP gives to the hypervisor, a read is not checked. */
  private touchShared(fault: PageFault, leaf: number, word: number): Observation {
    const isAssigned = (word & ASSIGNED) !== 0;
    if (isAssigned && fault.kind === WRITE) return this.rmpFault(fault);
    this.fill(fault, leaf, isAssigned);
    return isAssigned ? plain(CIPHERTEXT, RULE.ciphertextRead) : this.servedBy(fault, leaf);
  }

  /** C-bit set, or an instruction fetch: assigned to this guest at this frame in this size; then validated. */
  private touchPrivate(fault: PageFault, leaf: number, word: number): Observation {
    if ((word & ASSIGNED) === 0) return this.rmpFault(fault);
    if ((word & VALIDATED) === 0) {
      this.vm.counts.validationFaults++;
      if (fault.ack) this.validate(fault, leaf);
      return plain(NOT_VALIDATED, (fault.isNewlyAssigned ? NEWLY_ASSIGNED : RULE).notValidated);
    }
    this.fill(fault, leaf, false);
    return this.servedBy(fault, leaf);
  }

  private validate(fault: PageFault, leaf: number): void {
    this.vm.counts.pvalidates++;
    validate(this.vm, fault.gfn, this.vm.npt.generation[leaf]);
  }

  private rmpFault(fault: PageFault): typeof FAULTED {
    fault.isRmp = true;
    return FAULTED;
  }

  /** A shared read of a private page fills without write permission: the RMP was not asked. */
  private fill(fault: PageFault, leaf: number, isCiphertext: boolean): void {
    const { npt, tlb } = this.vm;
    const kind = npt.kind[leaf] as PageKind;
    const writable = fault.isPrivate || kind === SHARED || fault.kind === WRITE;
    tlb.fill(
      fault.vcpu,
      fault.gfn,
      fault.isPrivate,
      kind,
      npt.generation[leaf],
      writable,
      isCiphertext,
      npt.level[leaf] as Level,
      npt.hostMtrr[leaf],
    );
  }

  private servedBy(fault: PageFault, leaf: number): Observation {
    const { npt } = this.vm;
    return this.served(fault, npt.kind[leaf] as PageKind, npt.level[leaf] as Level, npt.hostMtrr[leaf]);
  }

  private served(fault: PageFault, page: PageKind, level: Level, hostMtrr: number): Observation {
    const wanted = (this.vm.pages.wordAt(fault.gfn) & ATTRIBUTE_PRIVATE) !== 0 ? PRIVATE : SHARED;
    let rule = 0;
    if (page !== wanted) rule = RULE.staleLeafServes;
    else if (page === PRIVATE && !fault.isPrivate) rule = RULE.sharedAccessToPrivatePage;
    return accessType(this.vm.registers, fault.vcpu, fault.pat, hostMtrr, level, page, rule);
  }

  /** What the end of an access tells of the invariants. */
  private judge(fault: PageFault, observation: Observation): void {
    const outcome = outcomeOf(observation);
    const isServed = outcome === OK || outcome === CIPHERTEXT;
    if (fault.startedQuiet && ((!isServed && outcome !== NOT_VALIDATED) || fault.taken > 1)) this.vm.breakInvariant(I5);
    if (!isServed || this.conversion.isInFlight(fault.gfn)) return;
    const page = outcome === CIPHERTEXT ? PRIVATE : detailOf(observation);
    const isPrivate = (this.vm.pages.wordAt(fault.gfn) & ATTRIBUTE_PRIVATE) !== 0;
    if ((page === PRIVATE) !== isPrivate) this.vm.breakInvariant(I12);
  }

  /** Completes the access that is paused on the vCPU. */
  complete(fault: PageFault): Observation {
    return this.run(fault, NO_PAUSE);
  }
}
