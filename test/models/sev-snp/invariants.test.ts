/** Random interleavings: what must hold holds in the plain designs, and does not when a part of them is taken away. */
import { type Machine, RAM_WC } from '../../../models/contract/machine.js';
import { HOST_FATAL, OUTCOME_NAMES, outcomeOf } from '../../../models/contract/observation.js';
import type { Switches } from '../../../models/sev-snp/switches.js';
import { holdingInvariants, INVARIANTS } from '../../../models/sev-snp/invariants.js';
import { SevSnp } from '../../../models/sev-snp/model.js';
import { type DesignName, DESIGN_NAMES, DESIGNS, machine, region } from './guest.js';

const FRAMES = 20;
const STEPS = 60;
const SEEDS = 150;

/** Numbers below a limit, from a seed (mulberry32). */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

interface Draw {
  /** Accesses and conversions stay below this frame. */
  readonly frames: number;
  /** Largest page that the host makes for shared mappings. */
  readonly level: 1 | 2;
  readonly punches: boolean;
  readonly pausesConversions: boolean;
  readonly pausesAccesses: boolean;
}

const EVERYTHING: Draw = { frames: FRAMES, level: 2, punches: true, pausesConversions: true, pausesAccesses: true };

function step(model: SevSnp, random: (limit: number) => number, draw: Draw): number {
  const gfn = random(draw.frames);
  const pages = 1 + random(Math.min(6, draw.frames - gfn));
  const pauseAccess = draw.pausesAccesses && random(4) === 0 ? 1 + random(3) : 0;
  const pauseConversion = draw.pausesConversions && random(2) === 0 ? 1 + random(3) : 0;
  switch (random(12)) {
    case 0:
    case 1:
      return model.setAttributes(gfn, pages, random(2) === 0, pauseConversion as 0);
    case 2:
      return model.resumeAttributes();
    case 3:
      return model.resumeAccess(random(3));
    case 4:
      return draw.punches ? model.punchHole(gfn, pages) : model.resumeAttributes();
    case 5:
      return model.zap(gfn, pages);
    default:
      return model.access(random(3), gfn, random(3) as 0, 0, 1, random(2) === 0, random(8) > 0, pauseAccess as 0);
  }
}

const slots = (level: 1 | 2): Machine['regions'] => [
  region(0, 9, level),
  region(9, 3, level, { backing: RAM_WC }),
  region(12, 6, level),
];

/** Ids of all invariants that some seed broke, and the outcomes that were seen. */
function campaign(switches: Switches, draw: Draw, seeds = SEEDS): { broken: string[]; outcomes: Set<string> } {
  const model = new SevSnp(switches, 4);
  const outcomes = new Set<string>();
  let bits = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    model.reset(machine({ vcpus: 3, regions: slots(draw.level) }));
    const random = randomFrom(seed);
    for (let i = 0; i < STEPS; i++) {
      const observation = step(model, random, draw);
      bits |= model.brokenInvariants();
      outcomes.add(OUTCOME_NAMES[outcomeOf(observation)]);
      if (outcomeOf(observation) === HOST_FATAL) break;
    }
  }
  return { broken: INVARIANTS.filter((_, bit) => (bits & (1 << bit)) !== 0).map(({ id }) => id), outcomes };
}

describe('Random accesses, conversions, punches and zaps of three vCPUs, with pauses', () => {
  test('break nothing of sev-snp/6.11 while shared pages are 4K', () => {
    const { broken, outcomes } = campaign(DESIGNS['6.11'], { ...EVERYTHING, level: 1 });
    expect(broken).toEqual([]);
    expect([...outcomes].sort()).toEqual(['ciphertext', 'memory-fault', 'mmio', 'not-validated', 'ok', 'paused', 'retry']);
  });

  test('break nothing of it with huge pages where head and tail are added', () => {
    expect(campaign({ ...DESIGNS['6.11'], headTailAdd: true }, EVERYTHING).broken).toEqual([]);
  });

  test('find H14 in it with huge pages as merged', () => {
    const { broken, outcomes } = campaign(DESIGNS['6.11'], EVERYTHING);
    expect(broken).toEqual(expect.arrayContaining(['I1', 'I1h', 'I12']));
    expect(outcomes).toContain('host-fatal');
  });

  test('break nothing of sev-snp/deferred', () => {
    const { broken, outcomes } = campaign(DESIGNS.deferred, EVERYTHING);
    expect(broken).toEqual([]);
    expect(outcomes).not.toContain('host-fatal');
  });

  test.each(['rfc-v8', 'in-lock', 'pre-post'] as const)('without punches break only H10 of sev-snp/%s', (name) =>
    expect(campaign(DESIGNS[name], { ...EVERYTHING, punches: false }).broken).toEqual(['I11']),
  );

  test('with punches leave pages of sev-snp/rfc-v8 unassigned (H7) and free assigned ones (H6)', () => {
    const { broken, outcomes } = campaign(DESIGNS['rfc-v8'], EVERYTHING);
    expect(broken).toEqual(['I3', 'I5', 'I7', 'I11']);
    expect(outcomes).toContain('host-fatal');
  });

  test.each(['in-lock', 'pre-post'] as const)('with punches leave pages of sev-snp/%s unassigned (H7, H13)', (name) => {
    const { broken, outcomes } = campaign(DESIGNS[name], EVERYTHING);
    expect(broken).toEqual(['I3', 'I5', 'I11']);
    expect(outcomes).not.toContain('host-fatal');
  });

  test.each(DESIGN_NAMES)('without announced invalidations leave stale leaves in sev-snp/%s', (name) => {
    const { broken } = campaign({ ...DESIGNS[name], noInvalidation: true }, EVERYTHING);
    expect(broken).toEqual(expect.arrayContaining(['I1', 'I7', 'I12']));
  });

  test.each(DESIGN_NAMES)('without the zap leave old leaves in sev-snp/%s', (name) => {
    const { broken } = campaign({ ...DESIGNS[name], skipZap: true }, EVERYTHING);
    expect(broken).toEqual(expect.arrayContaining(['I1', 'I5', 'I12']));
  });

  test('take validation from live pages where a shared fault updates the RMP (H12)', () => {
    const { broken } = campaign({ ...DESIGNS.deferred, updateOnSharedFault: true }, { ...EVERYTHING, frames: 2 });
    expect(broken).toEqual(expect.arrayContaining(['I3', 'I11']));
  });

  test('are repeated to the letter', () => {
    for (const name of DESIGN_NAMES) {
      const run = (): unknown => {
        const model = new SevSnp(DESIGNS[name], 4);
        model.reset(machine({ vcpus: 3, regions: slots(2) }));
        const random = randomFrom(7);
        return [Array.from({ length: STEPS }, () => step(model, random, EVERYTHING)), model.state(), model.counters()];
      };
      expect(run()).toEqual(run());
    }
  });
});

describe('Invariants', () => {
  test('hold for the designs that they are stated of', () => {
    const missing = (name: DesignName): string[] =>
      INVARIANTS.filter((_, bit) => (holdingInvariants(DESIGNS[name]) & (1 << bit)) === 0).map(({ id }) => id);
    expect(Object.fromEntries(DESIGN_NAMES.map((name) => [name, missing(name)]))).toEqual({
      'rfc-v8': ['I4b', 'I14'],
      'in-lock': ['I4b', 'I13', 'I14'],
      deferred: ['I4b', 'I14'],
      'pre-post': ['I4b', 'I14'],
      '6.11': ['I4a'],
    });
  });

  test('have ids of their own', () => expect(new Set(INVARIANTS.map(({ id }) => id)).size).toBe(15));
});
