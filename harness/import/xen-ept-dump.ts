/** Xen's debug key `D`: every entry of a domain's EPT. xen/arch/x86/mm/p2m-ept.c, ept_dump_p2m_table(). */
import type { CleanText } from './clean-text.js';
import { bitLength, DEFAULT_WIDTH, type Imported } from './register-draft.js';

const DOMAIN = { loose: /domain\d+\s+EPT\s+p2m/, strict: /domain(\d+)\s+EPT\s+p2m\s+table:/ };
const TYPE = '(UC-|UC|WC|WT|WP|WB|Rs[23]|\\?[23?])';
const ENTRY = {
  loose: /\bgfn:\s/,
  strict: new RegExp(
    `gfn:\\s+([0-9a-f]+)\\s+order:\\s+(\\d+)\\s+(?:(PoD)\\b|mfn:\\s+([0-9a-f]+)\\s([r ][w ][x ])\\s${TYPE}([?! ])?)`,
  ),
};
const EXPECTED = 'an entry such as "gfn:           200 order:  9 mfn:        21f600 rwx WB "';
const LEVELS: Readonly<Record<number, string>> = { 0: '4K', 9: '2M', 18: '1G' };
/** More recorded entries than this are not repeated in `origin`. */
const MOST_NOTED = 40;

/** Entries that follow each other and say the same. */
interface Run {
  readonly gfn: number;
  pages: number;
  readonly order: number;
  readonly isDirect: boolean;
  readonly says: string;
}

export function importXenEptDump(text: CleanText): Imported {
  const domains = text.records(DOMAIN.loose, DOMAIN.strict, 'a line such as "domain7 EPT p2m table:"');
  const notes = ['the dump tells neither p2m types nor registers of the guest; what it records of each entry stands below'];
  const from = domains[0]?.at ?? 0;
  const to = domains[1]?.at ?? text.text.length;
  if (domains.length > 1)
    notes.push(
      `domain ${domains[0].fields[1]}; the other ${domains.length - 1} domains, from line ${domains[1].line} on, are left out`,
    );
  const { runs, pods } = runsOf(text, from, to);
  if (pods > 0) notes.push(`${pods} entries are populated on demand: no page behind them yet, left out`);
  if (runs.some(({ isDirect }) => isDirect)) notes.push('assumed: frames with mfn equal to gfn are a device, all others RAM');
  if (runs.some(({ says }) => says.endsWith('?')))
    notes.push('"?": recalculation is pending, the type shown is stale and the next access decides anew');
  const recorded = runs
    .slice(0, MOST_NOTED)
    .map(({ gfn, pages, says }) => `[0x${gfn.toString(16)}, 0x${(gfn + pages).toString(16)}) ${says}`);
  notes.push(`recorded: ${recorded.join(', ')}${runs.length > MOST_NOTED ? ` and ${runs.length - MOST_NOTED} runs more` : ''}`);
  const top = runs.reduce((most, { gfn, pages }) => Math.max(most, gfn + pages), 1);
  const width = Math.max(DEFAULT_WIDTH, bitLength(BigInt(top - 1)) + 12);
  return {
    machine: {
      ...(width === DEFAULT_WIDTH ? {} : { maxPhysAddr: width }),
      ...(runs.some(({ isDirect }) => isDirect) ? { iommu: true, ioResources: true } : {}),
      regions: regionsOf(runs),
    },
    steps: runs.map(({ gfn }) => ({ op: 'access', vcpu: 0, gfn: hex(gfn), kind: 'read', pat: 0 })),
    notes,
  };
}

function runsOf(text: CleanText, from: number, to: number): { runs: Run[]; pods: number } {
  const runs: Run[] = [];
  let pods = 0;
  let nextMfn = -1;
  for (const { fields, at } of text.records(ENTRY.loose, ENTRY.strict, EXPECTED, from, to)) {
    const gfn = Number.parseInt(fields[1], 16);
    const order = Number(fields[2]);
    if (LEVELS[order] === undefined || gfn >= 2 ** 40) text.fail(at, 'an order of 0, 9 or 18 and a gfn below 2^40');
    if (fields[3] !== undefined) {
      pods++;
      continue;
    }
    const mfn = Number.parseInt(fields[4], 16);
    const says = `${typeName(fields[6])}${fields[7] === '!' ? '+ipat' : ''}${fields[7] === '?' ? '?' : ''}`;
    const last = runs.at(-1);
    const isDirect = mfn === gfn;
    if (
      last !== undefined &&
      last.order === order &&
      last.says === says &&
      last.isDirect === isDirect &&
      last.gfn + last.pages === gfn &&
      nextMfn === mfn
    )
      last.pages += 2 ** order;
    else {
      if (last !== undefined && gfn < last.gfn + last.pages) text.fail(at, 'entries in ascending order of gfn');
      runs.push({ gfn, pages: 2 ** order, order, isDirect, says });
    }
    nextMfn = mfn + 2 ** order;
  }
  if (runs.length === 0) text.fail(from, EXPECTED);
  return { runs, pods };
}

/** `?2` and `Rs2` are the reserved type 2, `??` is 7. */
function typeName(word: string): string {
  if (/^(?:Rs|\?)[23]$/.test(word)) return `reserved ${word.slice(-1)}`;
  return word === '??' ? 'reserved 7' : word;
}

/** Neighbours of one kind and one page size are one region. */
function regionsOf(runs: readonly Run[]): Record<string, unknown>[] {
  const joined: { gfn: number; pages: number; order: number; isDirect: boolean }[] = [];
  for (const { gfn, pages, order, isDirect } of runs) {
    const last = joined.at(-1);
    if (last !== undefined && last.gfn + last.pages === gfn && last.order === order && last.isDirect === isDirect)
      last.pages += pages;
    else joined.push({ gfn, pages, order, isDirect });
  }
  return joined.map(({ gfn, pages, order, isDirect }) => ({
    gfn: hex(gfn),
    pages: hex(pages),
    backing: isDirect ? 'device' : 'ram',
    ...(order === 0 ? {} : { level: LEVELS[order] }),
  }));
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
