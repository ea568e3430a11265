/** Operations of docs/scenario-format.md in their readable form, and the small integers that the fast lane uses for their words. */
import type { Gfn, Level } from './address.js';
import type { Backing } from './machine.js';
import type { RegisterType } from './memory-type.js';
import type { RequestType } from './guest-os.js';

export const READ = 0;
export const WRITE = 1;
export const EXECUTE = 2;
export type AccessKind = 0 | 1 | 2;
export const ACCESS_KIND_NAMES = ['read', 'write', 'execute'] as const;

/** Where an access or a conversion stops; 0: it does not. */
export const NO_PAUSE = 0;
export const PAUSE_FAULT = 1;
export const PAUSE_CHECK = 2;
export const PAUSE_LOOKUP = 3;
export type AccessPause = 0 | 1 | 2 | 3;
export const ACCESS_PAUSE_NAMES = ['', 'fault', 'check', 'lookup'] as const;

export const PAUSE_INVALIDATE_BEGIN = 1;
export const PAUSE_STORE = 2;
export const PAUSE_INVALIDATE_END = 3;
/** The host's mappings are gone and nobody else holds the pages: only in-place conversions to private. */
export const PAUSE_HOST_UNMAP = 4;
/** The pages are the host's again: only in-place conversions to shared. */
export const PAUSE_MAKE_SHARED = 5;
export type ConversionPause = 0 | 1 | 2 | 3 | 4 | 5;
export const CONVERSION_PAUSE_NAMES = ['', 'invalidate-begin', 'store', 'invalidate-end', 'host-unmap', 'make-shared'] as const;

/** Which MSRs a VMM saves and loads: all, or those of KVM_GET_MSR_INDEX_LIST, which has PAT and none of the MTRRs. */
export const SAVE_ALL_MSRS = 0;
export const SAVE_INDEX_LIST = 1;
export type SavedMsrs = 0 | 1;
export const SAVED_MSRS_NAMES = ['all', 'index-list'] as const;

/** A VMCB page of a vCPU. */
export type VmcbPage = 0 | 1;

/** A flag that a step may leave as it is; to a model it is KEEP, 0 or 1. */
export const KEEP = -1;
export type FlagOrKeep = -1 | 0 | 1;

/** Type field of an EPT leaf of L1: a memory type, or 2, 3, 7, which are none. */
export type EptLeafType = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** `type` of `pin-cacheattr` that deletes a pin. */
export const PIN_NONE = -1;
export type PinType = RegisterType | typeof PIN_NONE;

/** A 64-bit value as unsigned 32-bit halves. */
export interface Value64 {
  readonly hi: number;
  readonly lo: number;
}

/** `hostMtrr` left to the backing's default. */
export const DEFAULT_HOST_MTRR = -1;

export interface Operations {
  'write-msr': { vcpu: number; msr: number; value: Value64 };
  'read-msr': { vcpu: number; msr: number };
  'write-cr0': { vcpu: number; pg: boolean; cd: boolean; nw: boolean };
  init: { vcpu: number };
  access: {
    vcpu: number;
    gfn: Gfn;
    kind: AccessKind;
    /** 4*PAT + 2*PCD + PWT of the guest's leaf entry, 0 to 7. */
    pat: number;
    pageSize: Level;
    private: boolean;
    ack: boolean;
    pauseAfter: AccessPause;
  };
  invlpg: { vcpu: number; gfn: Gfn };
  'attach-device': { coherent: boolean };
  'detach-device': { coherent: boolean };
  'set-io-resources': { held: boolean };
  zap: { gfn: Gfn; pages: number };
  'set-backing': { gfn: Gfn; pages: number; backing: Backing; level: Level; hostMtrr: RegisterType | typeof DEFAULT_HOST_MTRR };
  'pin-cacheattr': { gfn: Gfn; pages: number; type: PinType };
  'save-restore': { legacyState: boolean; msrs: SavedMsrs };
  'resume-access': { vcpu: number };
  'set-attributes': { gfn: Gfn; pages: number; to: 1 | 2; pauseAfter: ConversionPause };
  'resume-attributes': object;
  'punch-hole': { gfn: Gfn; pages: number };
  /** null: the field stays as it is. */
  'write-vmcb12': { vcpu: number; page: VmcbPage; np: boolean | null; gpat: Value64 | null; npClean: boolean | null };
  'write-vmcs12': {
    vcpu: number;
    ept: boolean | null;
    loadGuestPat: boolean | null;
    saveGuestPat: boolean | null;
    loadHostPat: boolean | null;
    guestPat: Value64 | null;
    hostPat: Value64 | null;
  };
  'read-l2-pat': { vcpu: number; page: VmcbPage };
  'map-l2': {
    /** L2 frames, and L1's own frames from `target` on. */
    gfn: Gfn;
    pages: number;
    target: Gfn;
    /** PAT index of an NPT leaf. */
    index: number;
    /** Of an EPT leaf. */
    type: EptLeafType;
    ipat: boolean;
    level: Level;
    /** Not present. */
    invalid: boolean;
  };
  'enter-l2': { vcpu: number; page: VmcbPage };
  'exit-l2': { vcpu: number };
  /** KVM_GET_MSRS, or with a value KVM_SET_MSRS. */
  'host-msr': { vcpu: number; msr: number; value: Value64 | null };
  'host-access': { gfn: Gfn; kind: AccessKind };
  'host-pin': { gfn: Gfn; pages: number };
  'host-unpin': { gfn: Gfn; pages: number };
  /** A driver of the guest OS maps the frame as `type` and reads it. */
  request: { vcpu: number; gfn: Gfn; type: RequestType };
}

export type OperationName = keyof Operations;
/** One step: `op` and its fields. */
export type Operation = { [N in OperationName]: { readonly op: N } & Readonly<Operations[N]> }[OperationName];
export type OperationOf<N extends OperationName> = { readonly op: N } & Readonly<Operations[N]>;
