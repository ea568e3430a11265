/** What the text of KVM's trace events says. Linux arch/x86/kvm/trace.h, arch/x86/kvm/mmu/mmutrace.h. */
import { shown, UsageError } from '../operations/usage-error.js';
import type { TraceLine } from './trace-line.js';

/** A page-table entry as printed: its text for equality, its low 32 bits, and bit 51, which marks MMIO on AMD. */
export interface Spte {
  readonly text: string;
  readonly low: number;
  readonly bit51: boolean;
}

export type TraceEvent =
  | {
      readonly kind: 'msr';
      readonly isWrite: boolean;
      readonly msr: number;
      readonly hi: number;
      readonly lo: number;
      readonly refused: boolean;
    }
  | { readonly kind: 'cr'; readonly isWrite: boolean; readonly register: number; readonly lo: number }
  | {
      readonly kind: 'fault';
      readonly vcpu: number | null;
      readonly rip: number | null;
      readonly gfn: number;
      readonly code: number;
    }
  | { readonly kind: 'leaf'; readonly gfn: number; readonly spte: Spte; readonly level: number }
  | {
      readonly kind: 'change';
      readonly space: number;
      readonly gfn: number;
      readonly level: number;
      readonly old: Spte;
      readonly spte: Spte;
    }
  | { readonly kind: 'mmio'; readonly gfn: number }
  | { readonly kind: 'entry'; readonly vcpu: number | null; readonly rip: number | null }
  | { readonly kind: 'exit'; readonly vcpu: number | null; readonly reason: string }
  | { readonly kind: 'zap'; readonly start: number; readonly end: number }
  | { readonly kind: 'all-fast' }
  | { readonly kind: 'mmu' };

interface EventKind {
  readonly pattern: RegExp;
  readonly example: string;
  read(fields: readonly string[]): TraceEvent;
}

const hex = (text: string) => Number.parseInt(text, 16);

function halves(text: string): { hi: number; lo: number } {
  const digits = text.padStart(16, '0');
  return { hi: hex(digits.slice(-16, -8)), lo: hex(digits.slice(-8)) };
}

function spteOf(text: string): Spte {
  const { hi, lo } = halves(text);
  return { text, low: lo, bit51: (hi & (1 << 19)) !== 0 };
}

const frameOf = (address: string) => Math.floor(hex(address) / 4096);
const maybe = (text: string | undefined, read: (text: string) => number) => (text === undefined ? null : read(text));

const KINDS: Readonly<Record<string, EventKind>> = {
  kvm_msr: {
    pattern: /^msr_(read|write) ([0-9a-f]+) = 0x([0-9a-f]{1,16})( \(#GP\))?$/,
    example: 'msr_write 2ff = 0xc06',
    read: ([, way, msr, value, refused]) => ({
      kind: 'msr',
      isWrite: way === 'write',
      msr: hex(msr),
      ...halves(value),
      refused: refused !== undefined,
    }),
  },
  kvm_cr: {
    pattern: /^cr_(read|write) ([0-9a-f]+) = 0x([0-9a-f]{1,16})$/,
    example: 'cr_write 0 = 0x80050033',
    read: ([, way, register, value]) => ({ kind: 'cr', isWrite: way === 'write', register: hex(register), lo: halves(value).lo }),
  },
  kvm_page_fault: {
    pattern: /^(?:vcpu (\d+) rip (?:0x)?([0-9a-f]+) )?address (?:0x)?([0-9a-f]{1,16}) error_code (?:0x)?([0-9a-f]{1,16})$/,
    example: 'vcpu 0 rip 0xfff0 address 0x00000000fffffff0 error_code 0x184',
    read: ([, vcpu, rip, address, code]) => ({
      kind: 'fault',
      vcpu: maybe(vcpu, Number),
      rip: maybe(rip, hex),
      gfn: frameOf(address),
      code: hex(code),
    }),
  },
  kvm_mmu_set_spte: {
    pattern: /^gfn ([0-9a-f]+) spte ([0-9a-f]{1,16}) \([rwxu-]*\) level (\d) at [0-9a-f]+$/,
    example: 'gfn 800 spte 600000180000bf7 (rwx) level 2 at 10a3fe020',
    read: ([, gfn, spte, level]) => ({ kind: 'leaf', gfn: hex(gfn), spte: spteOf(spte), level: Number(level) }),
  },
  kvm_tdp_mmu_spte_changed: {
    pattern: /^as id (\d+) gfn ([0-9a-f]+) level (\d) old_spte ([0-9a-f]{1,16}) new_spte ([0-9a-f]{1,16})$/,
    example: 'as id 0 gfn c0000 level 2 old_spte 0 new_spte 6000000c00000b7',
    read: ([, space, gfn, level, old, spte]) => ({
      kind: 'change',
      space: Number(space),
      gfn: hex(gfn),
      level: Number(level),
      old: spteOf(old),
      spte: spteOf(spte),
    }),
  },
  mark_mmio_spte: {
    pattern: /^sptep:\S+ gfn ([0-9a-f]+) access [0-9a-f]+ gen [0-9a-f]+$/,
    example: 'sptep:000000007d037433 gfn c0000 access 6 gen 4',
    read: ([, gfn]) => ({ kind: 'mmio', gfn: hex(gfn) }),
  },
  kvm_entry: {
    pattern: /^(?:vcpu (\d+))?(?:,? rip 0x([0-9a-f]+))?.*$/,
    example: 'vcpu 0, rip 0x200000',
    read: ([, vcpu, rip]) => ({ kind: 'entry', vcpu: maybe(vcpu, Number), rip: maybe(rip, hex) }),
  },
  kvm_exit: {
    pattern: /^(?:vcpu (\d+) )?reason (\S+) rip .*$/,
    example: 'vcpu 0 reason EPT_VIOLATION rip 0x200000 info1 0x82 info2 0x0',
    read: ([, vcpu, reason]) => ({ kind: 'exit', vcpu: maybe(vcpu, Number), reason }),
  },
  kvm_mmu_zap_all_fast: { pattern: /^/, example: '', read: () => ({ kind: 'all-fast' }) },
};

/** A probe on kvm_zap_gfn_range(), whatever it is called: its second and third argument, the end exclusive. */
const ZAP = /kvm_zap_gfn_range\b.*\b\w*start=(?:0x)?([0-9a-f]+)\s+\w*end=(?:0x)?([0-9a-f]+)/;
const MMU_EVENT = /^kvm_mmu_/;

/** Null for an event that says nothing about memory types. @throws {UsageError} with the line */
export function traceEvent({ event, text, line }: TraceLine, file: string): TraceEvent | null {
  const known = Object.hasOwn(KINDS, event) ? KINDS[event] : undefined;
  if (known === undefined) {
    const zap = ZAP.exec(text);
    if (zap !== null) return { kind: 'zap', start: hex(zap[1]), end: hex(zap[2]) };
    return MMU_EVENT.test(event) ? { kind: 'mmu' } : null;
  }
  const fields = known.pattern.exec(text);
  if (fields === null)
    throw new UsageError(`${file}: line ${line}: found ${shown(`${event}: ${text}`)}, expected "${event}: ${known.example}"`);
  return known.read(fields);
}
