/** An access of the guest: the walk that hardware does, and the fault handler, until it is served or the scenario format says to stop. */
import type { Level } from '../contract/address.js';
import { ModelDefect } from '../contract/defect.js';
import { type RegisterType, WB } from '../contract/memory-type.js';
import {
  CANDIDATE_WB,
  leafWord,
  NOT_VALIDATED,
  type Observation,
  openBetween,
  PRIVATE,
  plain,
  SHARED,
  typed,
  typedPage,
} from '../contract/observation.js';
import { type AccessPause, NO_PAUSE, PAUSE_FAULT } from '../contract/operation.js';
import { handleFault, paused, RESUME_GUEST } from './fault.js';
import type { GuestAccess } from './guest-access.js';
import type { GuestRegisters } from './guest-registers.js';
import { judgeServed } from './invariants.js';
import { effectiveType, leafType } from './leaf-memory-type.js';
import { RULE, UNPAGED } from './rules.js';
import { HOST_MMIO } from './shared-ept.js';
import type { Vm } from './vm.js';

const FAULT = -2;
/** No access needs more: absent, then pending. */
const MOST_FAULTS = 8;

/** Runs a new access, up to `pauseAfter` if it gets there. */
export function runAccess(vm: Vm, access: GuestAccess, registers: GuestRegisters, pauseAfter: AccessPause): Observation {
  while (access.faults < MOST_FAULTS) {
    const served = touch(vm, access, registers);
    if (served !== FAULT) return served;
    vm.counts.fault++;
    access.faults++;
    if (pauseAfter === PAUSE_FAULT) return paused(access, PAUSE_FAULT);
    const verdict = handleFault(vm, access, pauseAfter);
    if (verdict !== RESUME_GUEST) return verdict;
  }
  throw new ModelDefect(`tdx: an access to gfn 0x${access.gfn.toString(16)} faults for ever`);
}

/** Takes up a paused access where it stands. */
export function resumePaused(vm: Vm, access: GuestAccess, registers: GuestRegisters): Observation {
  const verdict = handleFault(vm, access, NO_PAUSE);
  return verdict === RESUME_GUEST ? runAccess(vm, access, registers, NO_PAUSE) : verdict;
}

/** TLB, else the root of the access's mode; FAULT for an EPT violation. */
function touch(vm: Vm, access: GuestAccess, registers: GuestRegisters): Observation {
  const entry = vm.tlb.find(access.vcpu, access.gfn, access.isPrivate);
  if (entry >= 0) return access.isPrivate ? servedPrivate(vm, access) : servedShared(vm, access, registers, entry);
  return access.isPrivate ? walkSecureEpt(vm, access) : walkSharedEpt(vm, access, registers);
}

function walkSecureEpt(vm: Vm, access: GuestAccess): Observation {
  const leaf = vm.secureEpt.find(access.gfn);
  if (leaf < 0) return FAULT;
  if (vm.secureEpt.isPending(leaf)) {
    access.isPendingViolation = !access.ack;
    if (!access.ack) return FAULT;
    vm.secureEpt.accept(leaf);
    return plain(NOT_VALIDATED, RULE.firstTouchAccepts);
  }
  if (vm.secureEpt.isOpen(leaf)) return touchOpen(vm, access, leaf);
  vm.tlb.fill(access.vcpu, access.gfn, true, vm.secureEpt.leaves.pfns[leaf], 1, false);
  return servedPrivate(vm, access);
}

/** Whichever it was, kept or removed, a page that could be added again and was accepted is mapped and accepted from here on. */
function touchOpen(vm: Vm, access: GuestAccess, leaf: number): Observation {
  const isAddedAgain = access.ack && vm.attributes.isPrivate(access.gfn) && !vm.invalidation.covers(access.gfn);
  if (isAddedAgain) vm.secureEpt.settle(leaf);
  return openBetween(CANDIDATE_WB, RULE.privateLeafOpen);
}

function walkSharedEpt(vm: Vm, access: GuestAccess, registers: GuestRegisters): Observation {
  const leaf = vm.sharedEpt.find(access.gfn);
  if (leaf < 0) return FAULT;
  const pfn = vm.sharedEpt.leaves.pfns[leaf] + access.gfn - vm.sharedEpt.base(leaf);
  const isHostMmio = vm.sharedEpt.leaves.marks[leaf] === HOST_MMIO;
  const entry = vm.tlb.fill(access.vcpu, access.gfn, false, pfn, vm.sharedEpt.level(leaf), isHostMmio);
  return servedShared(vm, access, registers, entry);
}

/** The TDX module writes WB and ipat into the leaves of the S-EPT. */
function servedPrivate(vm: Vm, access: GuestAccess): Observation {
  judgeServed(vm, access);
  return typedPage(WB, 1, leafWord(WB, true), PRIVATE, RULE.privatePageIsWb);
}

function servedShared(vm: Vm, access: GuestAccess, registers: GuestRegisters, entry: number): Observation {
  judgeServed(vm, access);
  const isHostMmio = vm.tlb.isHostMmio(entry);
  const leaf = leafType(isHostMmio);
  const pat: RegisterType = registers.pg ? registers.pat(access.pat) : WB;
  const type = effectiveType(leaf, pat);
  const decided = registers.pg ? RULE : UNPAGED;
  const rule = isHostMmio ? decided.hostMmioIsUncached : decided.guestPatHonoured;
  const level = vm.tlb.level(entry) as Level;
  if (!vm.hasPrivateMemory) return typed(type, level, leafWord(leaf, false), rule);
  return typedPage(type, level, leafWord(leaf, false), SHARED, rule);
}
