/** Exits with KVM_EXIT_MEMORY_FAULT as VMMs print them. Linux Documentation/virt/kvm/api.rst, "KVM_EXIT_MEMORY_FAULT". */
import type { CleanText } from './clean-text.js';
import type { Imported } from './register-draft.js';

const NUMBER = '(0x[0-9a-f]+|\\d+)';
const RUST = {
  loose: /MemoryFault\s*\{/,
  strict: new RegExp(`MemoryFault\\s*\\{\\s*flags:\\s*${NUMBER},\\s*gpa:\\s*${NUMBER},\\s*size:\\s*${NUMBER},?\\s*\\}`, 'i'),
};
/** C programs print the members of the structure in hexadecimal, with or without 0x. */
const PLAIN = {
  loose: /KVM_EXIT_MEMORY_FAULT\b(?=[^\n]*gpa)/,
  strict:
    /KVM_EXIT_MEMORY_FAULT\b[^\n]*?flags\s*[=:]?\s*(?:0x)?([0-9a-f]+)[^\n]*?gpa\s*[=:]?\s*(?:0x)?([0-9a-f]+)[^\n]*?size\s*[=:]?\s*(?:0x)?([0-9a-f]+)/i,
};
/** KVM_MEMORY_EXIT_FLAG_PRIVATE */
const PRIVATE = 8n;
const PAGE = 0x1000n;
const EXPECTED = 'an exit such as "MemoryFault { flags: 8, gpa: 2097152, size: 4096 }"';

interface Fault {
  readonly flags: bigint;
  readonly gfn: bigint;
  readonly pages: bigint;
}

export function importMemoryFault(text: CleanText): Imported {
  const rust = text.records(RUST.loose, RUST.strict, EXPECTED).map(({ fields }) => fields.slice(1, 4).map(BigInt));
  const plain = text
    .records(PLAIN.loose, PLAIN.strict, EXPECTED)
    .map(({ fields }) => fields.slice(1, 4).map((hex) => BigInt(`0x${hex}`)));
  const faults = [...rust, ...plain].map(([flags, gpa, size]): Fault => {
    const pages = (size + PAGE - 1n) / PAGE;
    return { flags, gfn: gpa / PAGE, pages: pages === 0n ? 1n : pages };
  });
  const notes = new Set([
    'assumed: all pages shared before: the exit does not tell the attributes',
    'assumed: reads; the exit does not tell the kind of the access',
  ]);
  const steps = faults.flatMap((fault) => stepsOf(fault, notes));
  const top = faults.reduce((most, { gfn, pages }) => (gfn + pages > most ? gfn + pages : most), 0n);
  const regions = top > 0x100000n ? [{ gfn: '0x0', pages: hex(top), backing: 'ram' }] : undefined;
  return { machine: { privateMemory: true, ...(regions === undefined ? {} : { regions }) }, steps, notes: [...notes] };
}

function stepsOf({ flags, gfn, pages }: Fault, notes: Set<string>): Record<string, unknown>[] {
  if ((flags & ~PRIVATE) !== 0n) notes.add(`flags 0x${flags.toString(16)}: bits other than 3 (private) say nothing here`);
  const isPrivate = (flags & PRIVATE) !== 0n;
  const access = { op: 'access', vcpu: 0, gfn: hex(gfn), kind: 'read', pat: 0, ...(isPrivate ? { private: true } : {}) };
  if (isPrivate) return [access];
  notes.add('a shared access faults on a private page only: the step before it makes the page private');
  return [{ op: 'set-attributes', gfn: hex(gfn), pages: hex(pages), to: 'private' }, access];
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
