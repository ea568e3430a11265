/** Operations of scenario.md in their readable form, and the small integers that the fast lane uses for their words. */
import type { Gfn, Level } from './address.js';
import type { Backing } from './machine.js';
import type { RegisterType } from './memory-type.js';

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
export type ConversionPause = 0 | 1 | 2 | 3;
export const CONVERSION_PAUSE_NAMES = ['', 'invalidate-begin', 'store', 'invalidate-end'] as const;

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
  'save-restore': object;
  'resume-access': { vcpu: number };
  'set-attributes': { gfn: Gfn; pages: number; to: 1 | 2; pauseAfter: ConversionPause };
  'resume-attributes': object;
  'punch-hole': { gfn: Gfn; pages: number };
}

export type OperationName = keyof Operations;
/** One step: `op` and its fields. */
export type Operation = { [N in OperationName]: { readonly op: N } & Readonly<Operations[N]> }[OperationName];
export type OperationOf<N extends OperationName> = { readonly op: N } & Readonly<Operations[N]>;
