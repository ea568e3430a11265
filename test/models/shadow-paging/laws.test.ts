import { BACKING_HOST_MTRR, type Backing, type Machine } from '../../../models/contract/machine.js';
import type { RegisterType } from '../../../models/contract/memory-type.js';
import type { Level } from '../../../models/contract/address.js';
import type { Model } from '../../../models/contract/model.js';
import { outcomeOf, type Observation, ruleOf } from '../../../models/contract/observation.js';
import type { AccessKind } from '../../../models/contract/operation.js';
import { profiles } from '../../../models/shadow-paging/versions.js';
import { rules } from '../../../models/shadow-paging/rules.js';
import { BOTH, machine, memtype, outcome, readMsr, region, start, touch } from './bench.js';

/** Draws below a bound, the same for the same seed. */
type Draw = (bound: number) => number;

function drawsFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const MSRS = [0xfe, 0x277, 0x277, 0x277, 0x2ff, 0x250, 0x258, 0x26f, 0x200, 0x201, 0x20e, 0x20f, 0x210, 0x21f];
const BYTES = [0, 1, 4, 5, 6, 7, 6, 2];
/** Frames near the borders of the regions below. */
const FRAMES = [0, 1, 0x1ff, 0x200, 0x3ff, 0x400, 0x500, 0x5ff, 0x600, 0x800];
const MTRR_TYPES: readonly RegisterType[] = [0, 1, 4, 5, 6];

type Step = (model: Model) => Observation;
type StepMaker = (draw: Draw) => Step;

const half = (draw: Draw): number =>
  (BYTES[draw(8)] | (BYTES[draw(8)] << 8) | (BYTES[draw(8)] << 16) | (BYTES[draw(8)] << 24)) >>> 0;
const frame = (draw: Draw): number => FRAMES[draw(FRAMES.length)];

const access: StepMaker = (draw) => {
  const [vcpu, gfn, kind, pat, pageSize] = [draw(2), frame(draw), draw(3), draw(8), 1 + draw(3)];
  return (model) => model.access(vcpu, gfn, kind as AccessKind, pat, pageSize as Level, false, true, 0);
};

/** Every operation that is not n/a to KVM without private memory, and some that are. */
const MAKERS: readonly StepMaker[] = [
  access,
  access,
  access,
  access,
  (draw) => {
    const [vcpu, msr, hi, lo] = [draw(2), MSRS[draw(MSRS.length)], half(draw), half(draw)];
    return (model) => model.writeMsr(vcpu, msr, hi, lo);
  },
  (draw) => {
    const [vcpu, enables, type] = [draw(2), draw(4), BYTES[draw(8)]];
    return (model) => model.writeMsr(vcpu, 0x2ff, 0, (enables << 10) | type);
  },
  (draw) => {
    const [vcpu, entry0] = [draw(2), MTRR_TYPES[draw(5)]];
    return (model) => model.writeMsr(vcpu, 0x277, 0x00070406, 0x00070400 | entry0);
  },
  (draw) => {
    const [vcpu, msr] = [draw(2), MSRS[draw(MSRS.length)]];
    return (model) => model.readMsr(vcpu, msr);
  },
  (draw) => {
    const [vcpu, pg, cd, nw] = [draw(2), draw(2) === 1, draw(2) === 1, draw(2) === 1];
    return (model) => model.writeCr0(vcpu, pg, cd, nw);
  },
  (draw) => {
    const vcpu = draw(2);
    return (model) => model.init(vcpu);
  },
  (draw) => {
    const gfn = frame(draw);
    return (model) => model.invlpg(0, gfn);
  },
  (draw) => {
    const coherent = draw(2) === 1;
    return (model) => model.attachDevice(coherent);
  },
  (draw) => {
    const coherent = draw(2) === 1;
    return (model) => model.detachDevice(coherent);
  },
  (draw) => {
    const [gfn, pages] = [frame(draw), 1 + draw(0x300)];
    return (model) => model.zap(gfn, pages);
  },
  (draw) => {
    const [gfn, pages, backing, level] = [frame(draw), 1 + draw(0x300), draw(9) as Backing, (1 + draw(3)) as Level];
    const hostMtrr = draw(2) === 0 ? BACKING_HOST_MTRR[backing] : MTRR_TYPES[draw(5)];
    return (model) => model.setBacking(gfn, pages, backing, level, hostMtrr);
  },
  () => (model) => model.saveRestore(),
  () => (model) => model.setIoResources(true),
  () => (model) => model.resumeAccess(0),
];

function stepsFrom(seed: number): Step[] {
  const draw = drawsFrom(seed);
  return Array.from({ length: 60 }, () => MAKERS[draw(MAKERS.length)](draw));
}

function machineFrom(seed: number): Machine {
  const draw = drawsFrom(seed ^ 0x5eed);
  return machine({
    maxPhysAddr: 36 + draw(17),
    noncoherentDevices: draw(4),
    quirkCdNwCleared: draw(2) === 1,
    quirkIgnoreGuestPat: draw(2) === 1,
    regions: [
      region(0, 0x400, 'ram', 2),
      region(0x400, 0x100, 'device'),
      region(0x500, 0x100, 'ram-wc', 3, 'WT'),
      region(0x600, 0x200),
    ],
  });
}

const SEEDS = Array.from({ length: 120 }, (_, seed) => seed);
const trace = (model: Model, steps: readonly Step[]): Observation[] => steps.map((step) => step(model));
const end = (model: Model): unknown => [model.state(), model.counters()];

describe.each(profiles)('$name', (profile) => {
  test('answers a scenario after a reset as a new model does, whatever ran before', () => {
    const reused = profile.create();
    for (const seed of SEEDS) {
      const fresh = profile.create();
      reused.reset(machineFrom(seed + 1));
      trace(reused, stepsFrom(seed + 1));
      fresh.reset(machineFrom(seed));
      reused.reset(machineFrom(seed));
      expect(trace(reused, stepsFrom(seed))).toEqual(trace(fresh, stepsFrom(seed)));
      expect(end(reused)).toEqual(end(fresh));
    }
  });

  test('is one of several that do not touch each other', () => {
    for (const seed of SEEDS.slice(0, 50)) {
      const [alone, left, right] = [profile.create(), profile.create(), profile.create()];
      for (const model of [alone, left]) model.reset(machineFrom(seed));
      right.reset(machineFrom(seed + 1));
      const other = stepsFrom(seed + 1);
      const interleaved = stepsFrom(seed).map((step, index) => {
        other[index](right);
        return step(left);
      });
      expect(interleaved).toEqual(trace(alone, stepsFrom(seed)));
    }
  });

  test.each([
    ['a save and restore', (model: Model) => model.saveRestore()],
    ['a zap of everything', (model: Model) => model.zap(0, 2 ** 34)],
    ['an invlpg', (model: Model) => model.invlpg(0, 0x200)],
  ])('gives the same answers after %s at any point', (_, disturb) => {
    for (const seed of SEEDS) {
      const [plain, disturbed] = [profile.create(), profile.create()];
      for (const model of [plain, disturbed]) model.reset(machineFrom(seed));
      const at = seed % 60;
      const expected = trace(plain, stepsFrom(seed));
      const steps = stepsFrom(seed);
      const got = trace(disturbed, steps.slice(0, at));
      disturb(disturbed);
      expect([...got, ...trace(disturbed, steps.slice(at))]).toEqual(expected);
    }
  });

  test('gives an access the same answer twice', () => {
    for (const seed of SEEDS) {
      const model = profile.create();
      model.reset(machineFrom(seed));
      trace(model, stepsFrom(seed));
      const step = access(drawsFrom(seed));
      expect(step(model)).toBe(step(model));
    }
  });

  test('takes every decision by a rule', () => {
    for (const seed of SEEDS) {
      const model = profile.create();
      model.reset(machineFrom(seed));
      for (const observation of trace(model, stepsFrom(seed))) {
        expect(outcomeOf(observation)).toBeLessThan(15);
        expect(rules[ruleOf(observation)]).toBeTruthy();
      }
    }
  });
});

test.each(BOTH)(
  'a save and restore on %s keeps registers, devices and backing and loses every leaf, which counts as nothing',
  (name) => {
    const model = start(name, { quirkCdNwCleared: false });
    model.writeMsr(1, 0x277, 0x00070406, 0x00070401);
    model.writeMsr(0, 0x201, 0xf, 0xc0000800);
    model.writeCr0(1, true, true, false);
    model.attachDevice(true);
    model.setBacking(0x20, 1, 3, 1, 0);
    touch(model, 0x10);
    expect(outcome(model.saveRestore())).toBe('ok');
    expect(model.counters()).toMatchObject({ faults: 1, zappedLeaves: 0, tlbFlushes: 0 });
    expect([readMsr(model, 1, 0x277), readMsr(model, 0, 0x201)]).toEqual([0x0007040600070401n, 0xfc0000800n]);
    expect(model.state()).toMatchObject({ 'vcpu1 CR0': { pg: true, cd: true, nw: false }, devices: { coherent: 1 } });
    expect([memtype(touch(model, 0x10)), memtype(touch(model, 0x20))]).toEqual(['WB', 'UC']);
    expect(model.counters().faults).toBe(3);
  },
);

describe('the rules', () => {
  test('are all needed: random scenarios on both profiles come to each of them', () => {
    const seen = new Set<number>();
    for (const profile of profiles) {
      const model = profile.create();
      for (let seed = 0; seed < 800; seed += 1) {
        model.reset(machineFrom(seed));
        for (const observation of trace(model, stepsFrom(seed))) seen.add(ruleOf(observation));
      }
    }
    // Those with a kind are told beside an observation.
    const carried = rules.filter(
      (rule) => rule !== null && rule.kind === undefined && rule.id !== 'shadow-paging.operation-absent',
    );
    const ids = new Set([...seen].map((number) => rules[number]?.id));
    expect(carried.map((rule) => rule!.id).filter((id) => !ids.has(id))).toEqual([]);
  });
});

test('the state lists the vCPUs of the machine in order, then devices, then leaves by frame', () => {
  const model = start(BOTH[0], { vcpus: 2 });
  for (const gfn of [0x20, 0x3, 0x100]) touch(model, gfn);
  const keys = Object.keys(model.state());
  expect(keys.slice(0, 3)).toEqual(['vcpu0 PAT', 'vcpu0 MTRRdefType', 'vcpu0 MTRRfix64K_00000']);
  expect(keys).toHaveLength(2 * 30 + 1 + 3);
  expect(keys.slice(-4)).toEqual(['devices', 'gfn 0x3', 'gfn 0x20', 'gfn 0x100']);
  expect(model.state()['vcpu1 PAT']).toBe('0x7040600070406');
});
