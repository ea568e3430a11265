/** Derived by hand: T frames in the guest, a of them accepted, in blocks of 512; 4096 become bounce buffers, mapped by 2M. */
import { bootScenario, BOUNCE_FRAMES, GUEST_FRAMES, acceptedFrames } from '../../../harness/private-boot/boot.js';
import { type BootCost, bootCosts, countsConversions } from '../../../harness/private-boot/boot-cost.js';
import { bootCostText } from '../../../harness/report/terminal/boot-cost.js';
import { answerOf } from '../../../harness/run/readable.js';
import { decodeScenario } from '../../../harness/scenario/encoded.js';
import { parseScenario } from '../../../harness/scenario/parse.js';
import { printScenario } from '../../../harness/scenario/print.js';
import { PROFILES } from '../../../models/registry.js';

const profile = (name: string) => PROFILES.find((one) => one.name === name)!;
const S = BOUNCE_FRAMES;
/** 32 MiB: large enough for an acceptance of less than all. */
const T = 0x2000;
const known = new Map<string, BootCost[]>();
function costs(a: string, b: string): BootCost[] {
  const pair = `${a} ${b}`;
  known.set(pair, known.get(pair) ?? bootCosts(profile(a), profile(b), T));
  return known.get(pair)!;
}
const launch = (a: string, b: string) => costs(a, b).filter(({ kind }) => kind === 'at-launch');

describe('The boot of a guest whose memory is private from the launch on', () => {
  const boots = launch('sev-snp/rfc-v8', 'sev-snp/6.11');

  test('accepts 1 %, 10 % and 100 %, in blocks of 2 MiB, and no less than its bounce buffers', () => {
    expect(boots.map(({ percent, accepted }) => [percent, accepted])).toEqual([
      [1, S],
      [10, S],
      [100, T],
    ]);
    expect([1, 10, 100].map((percent) => acceptedFrames(percent, GUEST_FRAMES))).toEqual([20 * 512, 205 * 512, GUEST_FRAMES]);
  });

  test('costs RFC v8 an RMPUPDATE for every page that is converted, touched or not', () => {
    for (const { a, accepted } of boots)
      expect(a.counters).toMatchObject({
        ...{ rmpUpdatesToPrivate: T, directMapUnmaps: T, pagesAllocated: T, rmpUpdatesToShared: S, directMapMaps: S, retries: 0 },
        // Each accepted page faults once, each 2 MiB of the buffers once; the racing write meets the old leaf and its RMP entry.
        ...{ faults: accepted + S / 512 + 1, rmpFaults: 1, spuriousFaults: 1, validationFaults: accepted },
        rmpLookups: S,
      });
  });

  test('costs Linux 6.11 an RMPUPDATE for every page that is touched, and a look at the RMP before it', () => {
    for (const { b, accepted } of boots)
      expect(b.counters).toMatchObject({
        ...{ rmpUpdatesToPrivate: accepted, pagesAllocated: accepted, directMapSplits: accepted / 512, rmpUpdatesToShared: S },
        // Zapped before the store: the racing write finds no leaf and retries.
        ...{ faults: accepted + S / 512 + 1, retries: 1, rmpFaults: 0, spuriousFaults: 0, validationFaults: accepted },
        rmpLookups: accepted + S,
      });
  });

  test('stores and invalidates alike in both', () => {
    for (const { a, b } of boots)
      for (const { counters } of [a, b])
        expect(counters).toMatchObject({ attributeStores: T + S, zapCalls: 3, invalidations: 3, zappedLeaves: S, tlbFlushes: 1 });
  });
});

test('A guest that converts what it accepts costs RFC v8 and Linux 6.11 as many RMPUPDATEs, and RFC v8 the loop of the race', () => {
  for (const { kind, accepted, a, b } of costs('sev-snp/rfc-v8', 'sev-snp/6.11')) {
    if (kind !== 'when-accepted') continue;
    for (const { counters } of [a, b]) expect(counters).toMatchObject({ rmpUpdates: accepted + S, attributeStores: accepted + S });
    expect([a.counters.rmpFaults, b.counters.rmpFaults, b.counters.retries]).toEqual([2, 0, 1]);
    expect(a.counters.faults! - b.counters.faults!).toBe(1);
    expect([a, b].map(({ counters }) => counters.zapCalls)).toEqual([accepted / 512 + 2, accepted / 512 + 2]);
  }
});

test('TDX adds and accepts what is touched, and removes what becomes shared', () => {
  for (const { accepted, a, b } of launch('tdx/6.16', 'sw-protected/6.8')) {
    expect(a.counters).toMatchObject({ septAugs: accepted, accepts: accepted, septRemoves: S, septTracks: S, retries: 1 });
    expect(b.counters).toMatchObject({ pagesAllocated: accepted, pagesFreed: S, retries: 1 });
    expect(a.counters.rmpUpdates ?? b.counters.rmpUpdates).toBeUndefined();
  }
});

test('A model whose host does not survive the boot says where it ended', () => {
  const [{ a }] = launch('sev-snp/rfc-v8+dm-restore-bug', 'sw-protected/6.8');
  expect(a.ended).toEqual({ step: 0, outcome: 'host-fatal' });
});

test('The families with private memory count conversions, and no other', () => {
  const families = new Set(PROFILES.filter(countsConversions).map(({ lineage }) => lineage));
  expect([...families].sort()).toEqual(['sev-snp', 'sw-protected', 'tdx']);
});

test('Every boot is a scenario that prints, parses and replays to the same counters', () => {
  const text = printScenario(decodeScenario(bootScenario('when-accepted', S, T)));
  const parsed = parseScenario(text, 'boot');
  expect(printScenario(parsed) === text).toBe(true);
  const boot = costs('sev-snp/rfc-v8', 'sev-snp/6.11').find(({ kind }) => kind === 'when-accepted')!;
  expect(answerOf(profile('sev-snp/6.11'), parsed).counters).toEqual(boot.b.counters);
});

test('The table has a column a side and percentage and a line a counter that anybody counted', () => {
  const text = bootCostText(costs('sev-snp/rfc-v8', 'sev-snp/6.11'), ['sev-snp/rfc-v8', 'sev-snp/6.11'], T, 100);
  expect(text.split('\n').slice(0, 12).join('\n')).toMatchInlineSnapshot(`
"A sev-snp/rfc-v8, B sev-snp/6.11: the boot of a guest of 8192 frames (0.03125 GiB) that accepts a
  part of its memory, then makes 16 MiB of it bounce buffers

userspace converts all memory to private before the guest runs
  accepted                          1 %              10 %             100 %
  frames                           4096              4096              8192
                             A        B        A        B        A        B
  faults                  4105     4105     4105     4105     8201     8201
  zappedLeaves            4096     4096     4096     4096     4096     4096
  tlbFlushes                 1        1        1        1        1        1
  rmpUpdates             12288     8192    12288     8192    12288    12288
  retries                    0        1        0        1        0        1"
`);
  expect(text).toContain('rmpUpdatesToPrivate: those of `rmpUpdates` that assign a page to the guest');
  expect(text).not.toContain('memoryFaults');
});
