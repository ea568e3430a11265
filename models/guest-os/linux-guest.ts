/** One Linux guest: it boots on a subject, and its drivers' requests become PAT indices. */
import type { Gfn } from '../contract/address.js';
import { type GuestOs, type GuestPlatform, type GuestSubject, REQUEST_REFUSED, type RequestType } from '../contract/guest-os.js';
import { RAM } from '../contract/machine.js';
import { UC_MINUS, WB, WC, WT } from '../contract/memory-type.js';
import { PAT } from '../contract/msr.js';
import type { Rule } from '../contract/rule.js';
import type { Behaviour } from './behaviour.js';
import { BootWrites } from './boot-writes.js';
import { forced, type LookUp, registerLookUp, UNUSED } from './mtrr-look-up.js';
import { readMtrrState } from './mtrr-state.js';
import { type IndexTable, indexTable, patInForce, type PatSetUp, patSetUp } from './pat-set-up.js';
import { read } from './register.js';
import { RULE, rules } from './rules.js';

const FOUR_GIB = 0x100000;
const ISA_HOLE = { first: 0xa0, end: 0x100 };
const NO_RULE = 0;

export class LinuxGuest implements GuestOs {
  private pat: PatSetUp | null = null;
  private table: IndexTable | null = null;
  private lookUp: LookUp = UNUSED;
  /** Types of the frames that are mapped. */
  private readonly tracked = new Map<Gfn, RequestType>();
  private rule = NO_RULE;
  private readonly clauses: number[] = [];

  constructor(private readonly behaviour: Behaviour) {}

  /** setup_arch(): mtrr_bp_init(), pat_bp_init(), then the writes. */
  boot(subject: GuestSubject, platform: GuestPlatform): boolean {
    const { behaviour } = this;
    const isForced = behaviour.confidentialState !== 'read' && platform.isolation !== 'none';
    // guest_force_mtrr_state() clears the CPUID bit in software: no MTRR is touched any more.
    const seen = isForced ? { ...platform, mtrr: false } : platform;
    const state = seen.mtrr ? readMtrrState(subject, seen) : null;
    const used = state?.isEnabled ? state : null;
    if (isForced) this.lookUp = forced(behaviour.confidentialState === 'write-back' ? FOUR_GIB : endOfLowRam(platform));
    else if (used !== null) this.lookUp = registerLookUp(used, behaviour.variableRanges, platform.maxPhysAddr);
    const found = read(subject, 0, PAT);
    this.pat = patSetUp(found, used !== null, platform, behaviour);
    this.decide(this.pat.rule);
    this.table = indexTable(patInForce(found, this.pat));
    if (this.table === null) {
      this.decide(RULE.patWithoutWriteBack, this.pat.rule);
      return false;
    }
    new BootWrites(subject, seen, behaviour, { mtrrs: used, writesPat: this.pat.isWritten }).run();
    return true;
  }

  /** memtype_reserve(), statements in its order. */
  request(gfn: Gfn, type: RequestType): number {
    if (!this.pat?.isOn) {
      this.decide(RULE.patOff, this.pat?.rule);
      return this.indexOf(type);
    }
    if (gfn >= ISA_HOLE.first && gfn < ISA_HOLE.end) {
      this.decide(RULE.isaHole);
      return this.indexOf(WB);
    }
    const wanted = this.underMtrrs(gfn, type);
    const tracked = this.tracked.get(gfn);
    if (tracked === undefined) {
      this.tracked.set(gfn, wanted);
      return this.indexOf(wanted);
    }
    if (!suits(type, tracked)) {
      this.decide(RULE.trackedTypeRefused);
      return REQUEST_REFUSED;
    }
    if (tracked !== wanted) this.decide(RULE.trackedType);
    return this.indexOf(tracked);
  }

  lastRule(): Rule | null {
    const rule = rules[this.rule];
    const clauses = this.clauses.flatMap((number) => rules[number] ?? []);
    return rule === null || clauses.length === 0 ? rule : { ...rule, clauses };
  }

  /** pat_x_mtrr_type(). */
  private underMtrrs(gfn: Gfn, type: RequestType): RequestType {
    if (type !== WB) {
      this.decide(RULE.passedOn);
      return type;
    }
    const found = this.lookUp(gfn);
    const isWriteBack = found.type === WB;
    this.decide(isWriteBack ? RULE.writeBackConfirmed : RULE.writeBackBecomesUncachedMinus, found.rule);
    return isWriteBack ? WB : UC_MINUS;
  }

  private indexOf(type: RequestType): number {
    const { index, held } = this.table as IndexTable;
    if (!held.has(type)) this.clauses.push(RULE.typeNotInPat);
    return index[type];
  }

  private decide(rule: number, clause?: number): void {
    this.rule = rule;
    this.clauses.length = 0;
    if (clause !== undefined) this.clauses.push(clause);
  }
}

/** is_new_memtype_allowed(): a caller must not get a type that is more cached than it can bear. */
function suits(wanted: RequestType, tracked: RequestType): boolean {
  if (wanted === UC_MINUS || wanted === WC) return tracked !== WB;
  return wanted !== WT || (tracked !== WB && tracked !== WC);
}

/** First frame above the last RAM below 4 GiB; RAM up to 4 GiB leaves a pair of base and mask 0, which covers all below it. */
function endOfLowRam({ regions }: GuestPlatform): number {
  const ends = regions.filter(({ gfn, backing }) => backing === RAM && gfn < FOUR_GIB).map(({ gfn, pages }) => gfn + pages);
  const end = Math.min(FOUR_GIB, Math.max(0, ...ends));
  return end === FOUR_GIB ? 0 : end;
}
