/** What a trace tells of one VM, in the order in which it happened: operations of the guest with what the kernel did, and acts of the host. */
import type { Spte } from './trace-event.js';

/** Frames that kvm_zap_gfn_range() was called for, the end exclusive; never empty. */
export interface ZapRange {
  readonly start: number;
  readonly end: number;
}

/** What the kernel removed while it served an operation. */
export interface Removed {
  /** Calls of kvm_zap_gfn_range(), where the trace has a probe on it. */
  readonly zaps: readonly ZapRange[];
  /** Leaves that kvm_tdp_mmu_spte_changed shows removed. */
  readonly leaves: readonly ZapRange[];
}

export interface MsrWrite extends Removed {
  readonly kind: 'write-msr';
  readonly vcpu: number;
  readonly msr: number;
  readonly hi: number;
  readonly lo: number;
  /** The guest got #GP. */
  readonly refused: boolean;
}

export interface MsrRead {
  readonly kind: 'read-msr';
  readonly vcpu: number;
  readonly msr: number;
  readonly hi: number;
  readonly lo: number;
  readonly refused: boolean;
}

export interface Cr0Write extends Removed {
  readonly kind: 'write-cr0';
  readonly vcpu: number;
  readonly pg: boolean;
  readonly cd: boolean;
  readonly nw: boolean;
}

/** A fault of the guest, or a leaf that came without one. */
export interface TracedAccess {
  readonly kind: 'access';
  readonly vcpu: number;
  readonly gfn: number;
  /** Null: the trace has no fault for this leaf. */
  readonly code: number | null;
  readonly rip: number | null;
  /** Null: no leaf was built. */
  readonly leaf: { readonly gfn: number; readonly spte: Spte; readonly level: number } | null;
  /** The leaf took the place of one: it was not removed before. */
  readonly isReplaced: boolean;
  /** mark_mmio_spte: no memory behind the frame. */
  readonly isMmio: boolean;
}

/** Removed by the host: a memory slot that went, a page that moved, KVM_SET_MSRS. */
export interface HostZap extends ZapRange {
  readonly kind: 'host-zap';
  /** A call of kvm_zap_gfn_range(), not single leaves that went. */
  readonly isCall: boolean;
}

/** What follows is another VM, its registers at reset. */
export interface NewVm {
  readonly kind: 'new-vm';
  readonly why: string;
}

export type TracedAct = MsrWrite | MsrRead | Cr0Write | TracedAccess | HostZap | NewVm;
export type TracedStep = TracedAct & { readonly line: number };
