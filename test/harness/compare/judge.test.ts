import { Judge } from '../../../harness/compare/judge.js';
import { judgedPartition } from '../../../harness/compare/judged-partition.js';
import { panelOf } from '../../../harness/compare/panel.js';
import { BenchOfModels } from '../../../harness/run/bench-of-models.js';
import { Trace } from '../../../harness/run/trace.js';
import type { Invariant } from '../../../models/contract/invariant.js';
import type { Model, Profile } from '../../../models/contract/model.js';
import { HOST_FATAL, OK, plain } from '../../../models/contract/observation.js';
import { profileNamed } from '../../planted-faults/faulty.js';
import { encoded, seat } from '../panel-of-two.js';

const lasting = (id: string): Invariant => ({ id, sentence: `${id} holds.` });
const event = (id: string): Invariant => ({ ...lasting(id), event: true });
const STATED = [lasting('I1'), null, event('I5')];
const [I1, I5] = [1, 4];

function judged(...broken: number[][]): { traces: Trace[]; panel: ReturnType<typeof panelOf> } {
  const traces = broken.map((bits) => {
    const trace = new Trace(bits.length, I1);
    trace.broken?.set(bits);
    return trace;
  });
  const seats = broken.map((_, index) => seat(`sev-snp/${index}`, { invariants: STATED }));
  return { traces, panel: panelOf(seats) };
}

describe('A panel judges', () => {
  test('each seat that states invariants, after the pairs that it compares', () => {
    const panel = panelOf([seat('bare-metal/intel'), seat('tdx/6.16', { invariants: STATED }), seat('intel-ept/6.16')]);
    expect(panel.edges).toEqual([
      { reference: 0, seat: 1 },
      { reference: 0, seat: 2 },
      { reference: 1, seat: 1 },
    ]);
    expect(panelOf([seat('tdx/6.16', { invariants: STATED })]).edges).toEqual([{ reference: 0, seat: 0 }]);
  });

  test('every invariant of every step, seat by seat', () => {
    const { traces, panel } = judged([0, I1 | I5, 0], [I5, 0, 0]);
    const found: number[][] = [];
    new Judge(panel).judge(3, traces, (edge, invariant, step) => found.push([panel.edges[edge].seat, invariant, step]));
    expect(found).toEqual([
      [0, 0, 1],
      [0, 2, 1],
      [1, 2, 0],
    ]);
  });

  test('who keeps an invariant and who breaks it, up to a step', () => {
    const { traces, panel } = judged([0, I1], [I5, 0], [0, 0]);
    const other = { ...panel, seats: [...panel.seats, seat('intel-ept/6.16')] };
    const all = [...traces, new Trace(2)];
    expect(judgedPartition(other, all, 'I1', 1)).toEqual({ groups: [[0], [1, 2]], abstaining: [3] });
    expect(judgedPartition(other, all, 'I1', 0)).toEqual({ groups: [[0, 1, 2]], abstaining: [3] });
    expect(judgedPartition(other, all, 'I5', 1)).toEqual({ groups: [[0, 2], [1]], abstaining: [3] });
  });
});

describe('A model that states invariants', () => {
  const ACCESS = { op: 'invlpg', vcpu: 0, gfn: '0x0' };
  const scenario = (steps: number) =>
    encoded(
      {},
      Array.from({ length: steps }, () => ACCESS),
    );

  /** Broken bits by step, and the step at which the host breaks. */
  function run(bits: readonly number[], fatalAt = -1): number[] {
    let step = -1;
    const original = profileNamed('intel-ept/6.16');
    const create = (): Model => {
      const model = original.create();
      return Object.assign(Object.create(model) as Model, {
        invlpg: () => plain(++step === fatalAt ? HOST_FATAL : OK, 1),
        brokenInvariants: () => bits[step],
      });
    };
    const profile: Profile = { ...original, invariants: STATED, create };
    const bench = new BenchOfModels([profile]);
    bench.run(scenario(bits.length), (_, error) => {
      throw error;
    });
    return [...(bench.traces[0].broken ?? [])].slice(0, bits.length);
  }

  test('breaks what lasts once, at the step at which it broke, and again after it held', () => {
    expect(run([0, I1, I1, I1, 0, I1])).toEqual([0, I1, 0, 0, 0, I1]);
  });

  test('breaks what a step does each time', () => {
    expect(run([I5, I5, 0, I5])).toEqual([I5, I5, 0, I5]);
    expect(run([I1 | I5, I1 | I5])).toEqual([I1 | I5, I5]);
  });

  test('is judged of the step that broke the host, and of none after it', () => {
    expect(run([0, I1 | I5, I5, I1], 1)).toEqual([0, I1 | I5, 0, 0]);
  });

  test('is not judged where nobody states any', () => {
    expect(new BenchOfModels([profileNamed('intel-ept/6.16')]).traces[0].broken).toBeNull();
  });

  test('is judged of a scenario as long as any', () => {
    expect(run(Array.from({ length: 300 }, (_, index) => (index === 299 ? I5 : 0))).at(-1)).toBe(I5);
  });
});
