/** /sys/kernel/debug/x86/pat_memtype_list, as requests of drivers. Linux arch/x86/mm/pat/memtype.c, memtype_seq_show(). */
import type { CleanText } from './clean-text.js';
import { CACHE_WORDS } from './memory-type-words.js';
import { bitLength, DEFAULT_WIDTH, type Imported } from './register-draft.js';

const WORD = '(uncached-minus|uncached|write-combining|write-through|write-protected|write-back)';
const LOOSE = /PAT: \[mem\b|\b[a-z-]+ @ 0x/;
const STRICT = new RegExp(`PAT: \\[mem\\s+0x([0-9a-f]+)-0x([0-9a-f]+)\\]\\s+${WORD}|${WORD} @ 0x([0-9a-f]+)-0x([0-9a-f]+)`);
const EXPECTED = 'a line such as "PAT: [mem 0x00000000fd000000-0x00000000fd100000] write-combining"';
const PAGE = 0x1000n;
/** Newest profile of the guest's rules. */
const GUEST_OS = 'linux-6.18';

interface Range {
  readonly start: bigint;
  readonly end: bigint;
  readonly type: string;
}

export function importPatMemtypeList(text: CleanText): Imported {
  const notes = new Set<string>([
    `assumed: guestOs ${GUEST_OS}: the list does not tell the release`,
    'one request stands for each range, on its first frame; types are those after the OS applied its own MTRR rule',
    'assumed: every range is a device; pages of RAM are not in the list',
    'the list tells no MTRR and no PAT: write them before the first request if they are known',
  ]);
  const ranges: Range[] = [];
  for (const { fields, at, line } of text.records(LOOSE, STRICT, EXPECTED)) {
    const start = BigInt(`0x${fields[1] ?? fields[5]}`);
    const end = BigInt(`0x${fields[2] ?? fields[6]}`);
    if (end <= start) text.fail(at, 'a range whose end is above its start');
    const type = CACHE_WORDS[fields[3] ?? fields[4]];
    if (type === null) notes.add(`line ${line}: write-protected, which no driver request asks for, is left out`);
    else ranges.push({ start: start / PAGE, end: (end + PAGE - 1n) / PAGE, type });
  }
  const highest = ranges.reduce((most, { end }) => (end > most ? end : most), 0n);
  const width = Math.max(DEFAULT_WIDTH, bitLength(highest * PAGE - 1n));
  return {
    machine: { ...(width === DEFAULT_WIDTH ? {} : { maxPhysAddr: width }), regions: regionsOf(ranges), guestOs: GUEST_OS },
    steps: ranges.map(({ start, type }) => ({ op: 'request', vcpu: 0, gfn: hex(start), type })),
    notes: [...notes],
  };
}

/** The ranges as devices, joined where they meet or overlap; below the lowest, RAM. */
function regionsOf(ranges: readonly Range[]): Record<string, unknown>[] {
  const joined: { start: bigint; end: bigint }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = end > last.end ? end : last.end;
    else joined.push({ start, end });
  }
  const lowest = joined[0]?.start ?? 0x100000n;
  const ram =
    lowest > 0x100n
      ? [
          { gfn: '0x0', pages: '0xa0', backing: 'ram' },
          { gfn: '0x100', pages: hex(lowest - 0x100n), backing: 'ram' },
        ]
      : [];
  return [...ram, ...joined.map(({ start, end }) => ({ gfn: hex(start), pages: hex(end - start), backing: 'device' }))];
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
