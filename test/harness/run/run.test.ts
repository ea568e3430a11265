import { BenchOfModels } from '../../../harness/run/bench-of-models.js';
import { answerOf, stateAfter } from '../../../harness/run/readable.js';
import { runModel } from '../../../harness/run/run.js';
import { Trace } from '../../../harness/run/trace.js';
import { decodeScenario } from '../../../harness/scenario/encoded.js';
import type { Model, Profile } from '../../../models/contract/model.js';
import { WB } from '../../../models/contract/memory-type.js';
import {
  GP,
  HOST_FATAL,
  leafWord,
  NOT_ASKED,
  type Observation,
  OK,
  plain,
  SLEEP_IN_ATOMIC,
  typed,
  VM_DEAD,
} from '../../../models/contract/observation.js';
import { recordingModel } from '../../recording-model.js';
import { access, encoded, rule, seat, traceOf } from '../panel-of-two.js';

const SILENT = NOT_ASKED;
const read = (msr: string) => ({ op: 'read-msr', vcpu: 0, msr });
const init = { op: 'init', vcpu: 0 };

describe('Running a model', () => {
  test('resets it with the machine, then asks step after step', () => {
    const { model, calls } = recordingModel((index) => plain(OK, index));
    const scenario = encoded({ vcpus: 2 }, [init, { op: 'zap', gfn: '0x1', pages: '0x2' }]);
    const trace = new Trace(2);
    runModel(model, scenario, trace);
    expect(calls).toEqual([
      ['reset', scenario.machine],
      ['init', 0],
      ['zap', 1, 2],
    ]);
    expect([...trace.observations]).toEqual([plain(OK, 0), plain(OK, 1)]);
  });

  test('keeps the value of a successful read and of nothing else, as signed halves', () => {
    const outcomes = [plain(OK, 0), plain(GP, 0), plain(OK, 0)];
    const { model } = recordingModel((index) => outcomes[index], { hi: 0xfff00000, lo: 0xc06 });
    const trace = traceOf([1, 2, 3], { 0: [9, 9], 1: [9, 9], 2: [9, 9] });
    runModel(model, encoded({}, [read('0x2ff'), read('0x2ff'), init]), trace);
    expect([...trace.values]).toEqual([0xfff00000 | 0, 0xc06, 0, 0, 0, 0]);
  });

  test.each([
    ['the host', HOST_FATAL],
    ['the VM', VM_DEAD],
  ] as const)('asks nothing any more once %s broke: the rest is n/a', (_, outcome) => {
    const { model, calls } = recordingModel((index) => (index === 1 ? plain(outcome, 5) : plain(OK, 5)), { hi: 1, lo: 1 });
    const trace = traceOf([0, 0, 0, 0], { 2: [9, 9], 3: [9, 9] });
    runModel(model, encoded({}, [read('0xfe'), init, read('0xfe'), init]), trace);
    expect([...trace.observations]).toEqual([plain(OK, 5), plain(outcome, 5), SILENT, SILENT]);
    expect([...trace.values]).toEqual([1, 1, 0, 0, 0, 0, 0, 0]);
    expect(calls).toHaveLength(3);
  });

  test('goes on after a sleep in atomic context, which is no end', () => {
    const { model, calls } = recordingModel(() => plain(SLEEP_IN_ATOMIC, 0));
    runModel(model, encoded({}, [init, init]), new Trace(2));
    expect(calls).toHaveLength(3);
  });

  test('makes a short trace longer', () => {
    const trace = new Trace(1);
    runModel(recordingModel((index) => plain(OK, index)).model, encoded({}, [init, init, init]), trace);
    expect([...trace.observations.subarray(0, 3)]).toEqual([0, 1, 2].map((index) => plain(OK, index)));
    expect(trace.values.length).toBeGreaterThanOrEqual(6);
  });
});

const profile = (name: string, model: Model): Profile => ({
  ...seat(name, { rules: [null, rule('x.a'), rule('x.b')] }),
  span: '',
  commits: [],
  summary: '',
  create: () => model,
});

describe('The bench', () => {
  const scenario = encoded({}, [init, init]);
  const throwing = () => {
    throw new Error('a defect');
  };

  test('runs the whole case through one model before the next', () => {
    const order: string[] = [];
    const noting = (name: string) =>
      recordingModel((index) => {
        order.push(`${name}${index}`);
        return plain(OK, 1);
      }).model;
    new BenchOfModels([profile('x/1', noting('a')), profile('x/2', noting('b'))]).run(scenario, throwing);
    expect(order).toEqual(['a0', 'a1', 'b0', 'b1']);
  });

  test('makes a model that throws answer n/a for the case, hands the error on and runs the others', () => {
    const faulty = recordingModel((index) => (index === 1 ? throwing() : plain(OK, 1)));
    const sound = recordingModel(() => plain(OK, 2));
    const bench = new BenchOfModels([profile('x/1', faulty.model), profile('x/2', sound.model)]);
    const defects: unknown[] = [];
    bench.run(scenario, (who, error) => defects.push([who, (error as Error).message]));
    expect(defects).toEqual([[0, 'a defect']]);
    expect([...bench.traces[0].observations.subarray(0, 2)]).toEqual([SILENT, SILENT]);
    expect([...bench.traces[1].observations.subarray(0, 2)]).toEqual([plain(OK, 2), plain(OK, 2)]);
  });

  test('leaves seats alone where an external model sits', () => {
    const bench = new BenchOfModels([null, profile('x/2', recordingModel(() => plain(OK, 2)).model)]);
    bench.traces[0].observations.set([plain(GP, 0), plain(GP, 0)]);
    bench.run(scenario, throwing);
    expect([...bench.traces[0].observations.subarray(0, 2)]).toEqual([plain(GP, 0), plain(GP, 0)]);
    bench.silence(0, 2);
    expect([...bench.traces[0].observations.subarray(0, 2)]).toEqual([SILENT, SILENT]);
  });

  test('has room for a case longer than any before', () => {
    const long = encoded(
      {},
      Array.from({ length: 300 }, () => init),
    );
    const bench = new BenchOfModels([profile('x/1', recordingModel((index) => plain(OK, index)).model), null]);
    bench.run(long, throwing);
    bench.silence(1, long.steps);
    expect(bench.traces[0].observations[299]).toBe(plain(OK, 299));
    expect(bench.traces[1].observations[299]).toBe(SILENT);
  });
});

describe('The readable lane', () => {
  const answers: Observation[] = [plain(OK, 1), typed(WB, 2, leafWord(WB, true), 2), plain(OK, 1)];
  const scenario = decodeScenario(encoded({}, [read('0x277'), access(), init]));
  const who = () => profile('x/1', recordingModel((index) => answers[index], { hi: 0x70406, lo: 0x70406 }).model);

  test('says what the model observed, by which rules, and what it counted', () => {
    expect(answerOf(who(), scenario)).toEqual({
      observations: [
        { outcome: 'ok', value: '0x7040600070406', rule: 'x.a' },
        { outcome: 'ok', memtype: 'WB', level: '2M', leaf: 'WB+ipat', rule: 'x.b' },
        { outcome: 'ok', rule: 'x.a' },
      ],
      counters: { asked: 3 },
    });
  });

  test('leaves the rules out if told so', () => {
    expect(answerOf(who(), scenario, false).observations.map(({ rule: id }) => id)).toEqual([undefined, undefined, undefined]);
  });

  test('shows the state after some of the steps', () => {
    expect(stateAfter(who(), scenario, 2)).toEqual({ asked: 2 });
  });
});
