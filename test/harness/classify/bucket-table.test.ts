import { bucketId } from '../../../harness/classify/bucket.js';
import { BucketTable } from '../../../harness/classify/bucket-table.js';
import { SEVERITIES } from '../../../harness/classify/severity.js';
import { sideName } from '../../../harness/classify/side.js';
import { LENSES, type AnswerLens } from '../../../harness/compare/lens.js';
import { externalSeat, panelOf, type Seat } from '../../../harness/compare/panel.js';
import type { Trace } from '../../../harness/run/trace.js';
import type { Level } from '../../../models/contract/address.js';
import { CD, UC, WB, WC, WC_PLUS } from '../../../models/contract/memory-type.js';
import {
  EBUSY,
  GP,
  leafWord,
  levelOf,
  MMIO,
  NO_LEAF,
  type Observation,
  OK,
  plain,
  refused,
  typed,
  memtypeOf,
} from '../../../models/contract/observation.js';
import { access, encoded, rule, seat, traceOf } from '../panel-of-two.js';

const METAL = seat('bare-metal/intel', {
  rules: [null, rule('bare-metal.wb-uc'), rule('bare-metal.wb-wc', 'bare-metal.pat-decides')],
});
const EPT_RULES = [null, rule('intel-ept.no-dma'), rule('intel-ept.mmio')];
const OLD = seat('intel-ept/6.6', { rules: EPT_RULES });
const NEW = seat('intel-ept/6.16', { rules: EPT_RULES });
const EXTERNAL = externalSeat('my-patch', undefined, []);

const at = (type: 0 | 1 | 6, ruleNumber: number) => typed(type, 0, NO_LEAF, ruleNumber);

describe('The side of a divergence', () => {
  const name = (who: Seat, observation: Observation, lens: AnswerLens) => sideName(who, observation, LENSES[lens]);

  test('is the rule that decided, whatever the answer', () => {
    expect(name(NEW, at(WB, 1), 'memtype')).toBe('intel-ept.no-dma');
    expect(name(NEW, plain(GP, 2), 'msr')).toBe('intel-ept.mmio');
  });

  test('is the cause of a rule that shares one', () => {
    expect(name(METAL, at(UC, 1), 'memtype')).toBe('bare-metal.wb-uc');
    expect(name(METAL, at(WC, 2), 'memtype')).toBe('bare-metal.pat-decides');
  });

  test.each<[string, AnswerLens, Observation]>([
    ['ok-UC', 'memtype', typed(UC, 2, leafWord(WB, true), 0)],
    ['ok-UC', 'memtype', typed(CD, 2, NO_LEAF, 0)],
    ['ok-WC', 'memtype', typed(WC_PLUS, 0, NO_LEAF, 0)],
    ['ok-WB', 'memtype', typed(WB, 1, NO_LEAF, 0)],
    ['mmio', 'memtype', plain(MMIO, 0)],
    ['gp', 'msr', plain(GP, 0)],
    ['ok', 'msr', plain(OK, 0)],
    ['2M', 'level', typed(WB, 2, NO_LEAF, 0)],
    ['ok-CD-4K', 'exact', typed(CD, 1, leafWord(WB, false), 0)],
    ['error-EBUSY', 'exact', refused(EBUSY, 0)],
  ])('is, of a model without rules, its answer in the lens: %s in %s', (expected, lens, observation) => {
    expect(name(EXTERNAL, observation, lens)).toBe(expected);
  });
});

test('The id of a bucket reads as lens, operation and the two sides, and is safe as the name of a file', () => {
  expect(bucketId('memtype', 'access', 'bare-metal.wb-uc', 'intel-ept.no-dma')).toBe(
    'memtype-access~bare-metal.wb-uc~intel-ept.no-dma',
  );
  expect(bucketId('exact', 'set-backing', 'a/b c', '../x')).toBe('exact-set-backing~a_b_c~.._x');
});

/** A table over bare metal, two versions of one model, and an external model. */
class Cases {
  private readonly panel = panelOf([METAL, OLD, NEW, EXTERNAL]);
  readonly table = new BucketTable(this.panel, [LENSES.memtype, LENSES.msr]);

  /** Adds a divergence of an edge at the last step of a case; the other seats answer as the reference does. */
  add(
    index: number,
    lens: 0 | 1,
    seatNumber: number,
    expected: Observation,
    got: Observation,
    machine: object = {},
    steps = [access()],
  ): void {
    const traces: Trace[] = this.panel.seats.map((_, number) => traceOf(steps.map(() => (number === seatNumber ? got : expected))));
    this.table.add(index, lens, seatNumber - 1, steps.length - 1, encoded(machine, steps), traces);
  }

  get ids() {
    return this.table.buckets().map(({ id, count, firstCase }) => `${id} ${count} from ${firstCase}`);
  }
}

describe('Buckets', () => {
  test('are one for each pair of rules, whichever version of the model and whatever the answers', () => {
    const cases = new Cases();
    cases.add(0, 0, 1, at(UC, 1), at(WB, 1));
    cases.add(1, 0, 2, at(UC, 1), at(WB, 1));
    cases.add(2, 0, 2, at(WC, 1), at(WB, 1));
    cases.add(3, 0, 2, at(WC, 1), at(WB, 2));
    expect(cases.ids).toEqual([
      'memtype-access~bare-metal.wb-uc~intel-ept.mmio 1 from 3',
      'memtype-access~bare-metal.wb-uc~intel-ept.no-dma 3 from 0',
    ]);
  });

  test('differ by lens and operation', () => {
    const cases = new Cases();
    const [init, wrcr0] = [
      { op: 'init', vcpu: 0 },
      { op: 'write-cr0', vcpu: 0, pg: true, cd: true, nw: false },
    ];
    for (const step of [init, wrcr0]) cases.add(0, 1, 1, plain(OK, 1), plain(GP, 1), {}, [step] as never);
    cases.add(0, 0, 1, at(UC, 1), at(WB, 1));
    expect(cases.ids).toEqual([
      'memtype-access~bare-metal.wb-uc~intel-ept.no-dma 1 from 0',
      'msr-init~bare-metal.wb-uc~intel-ept.no-dma 1 from 0',
      'msr-write-cr0~bare-metal.wb-uc~intel-ept.no-dma 1 from 0',
    ]);
  });

  test('count cases, not steps or profiles', () => {
    const cases = new Cases();
    for (const index of [4, 4, 4, 7]) {
      cases.add(index, 0, 1, at(UC, 1), at(WB, 1));
      cases.add(index, 0, 2, at(UC, 1), at(WB, 1));
    }
    expect(cases.ids).toEqual(['memtype-access~bare-metal.wb-uc~intel-ept.no-dma 2 from 4']);
  });

  test('keep the pairs of answers seen, in steps, without what the lens does not compare', () => {
    const cases = new Cases();
    cases.add(0, 0, 1, at(UC, 1), at(WB, 1));
    cases.add(0, 0, 2, at(UC, 1), typed(WB, 2, leafWord(WB, true), 1));
    cases.add(1, 0, 2, at(UC, 1), at(WC, 1));
    const [bucket] = cases.table.buckets();
    const pairs = [...bucket.pairs.values()].map(({ expected, got, steps }) => [memtypeOf(expected), memtypeOf(got), steps]);
    expect(pairs).toEqual([
      [UC, WB, 2],
      [UC, WC, 1],
    ]);
  });

  test('keep pairs apart by every field that the lens compares', () => {
    const panel = panelOf([METAL, NEW]);
    const table = new BucketTable(panel, [LENSES.level]);
    const levels: readonly (readonly [Level, Level])[] = [
      [1, 2],
      [1, 3],
      [2, 3],
      [1, 2],
    ];
    levels.forEach((pair, index) => {
      const traces = pair.map((level) => traceOf([typed(WB, level, NO_LEAF, 1)]));
      table.add(index, 0, 0, 0, encoded({}, [access()]), traces);
    });
    const [bucket] = table.buckets();
    const pairs = [...bucket.pairs.values()].map(({ expected, got, steps }) => [levelOf(expected), levelOf(got), steps]);
    expect(pairs).toEqual([
      [1, 2, 2],
      [1, 3, 1],
      [2, 3, 1],
    ]);
  });

  test('keep who sided with whom, in cases, most frequent first', () => {
    const cases = new Cases();
    cases.add(0, 0, 1, at(UC, 1), at(WB, 1));
    cases.add(1, 0, 2, at(UC, 1), at(WB, 1));
    cases.add(2, 0, 2, at(UC, 1), at(WB, 1));
    expect(cases.table.sidesOf(cases.table.buckets()[0])).toEqual([
      { partition: [['bare-metal/intel', 'intel-ept/6.6', 'my-patch'], ['intel-ept/6.16']], cases: 2 },
      { partition: [['bare-metal/intel', 'intel-ept/6.16', 'my-patch'], ['intel-ept/6.6']], cases: 1 },
    ]);
  });

  test('of an external model are named by its answer', () => {
    const cases = new Cases();
    cases.add(0, 0, 3, at(UC, 1), at(WB, 0));
    cases.add(1, 0, 3, at(UC, 1), at(WC, 0));
    expect(cases.ids).toEqual(['memtype-access~bare-metal.wb-uc~ok-WB 1 from 0', 'memtype-access~bare-metal.wb-uc~ok-WC 1 from 1']);
  });

  test('of two external models with one answer are one, whatever other lenses they were seen in before', () => {
    const panel = panelOf([METAL, externalSeat('a', undefined, []), externalSeat('b', undefined, [])]);
    const table = new BucketTable(panel, [LENSES.memtype, LENSES.msr]);
    const ok = table.bucketOf(1, 0, 0, plain(GP, 1), plain(OK, 0));
    const first = table.bucketOf(0, 0, 4, at(WB, 1), at(UC, 0));
    expect(table.bucketOf(0, 1, 4, at(WB, 1), at(UC, 0))).toBe(first);
    expect([ok.gotSide, first.gotSide]).toEqual(['ok', 'ok-UC']);
  });

  test('that were only looked up are not listed', () => {
    const cases = new Cases();
    const looked = cases.table.bucketOf(0, 0, 4, at(UC, 1), at(WB, 1));
    expect(cases.ids).toEqual([]);
    cases.add(0, 0, 2, at(UC, 1), at(WB, 1));
    expect(cases.table.buckets()).toEqual([looked]);
    expect(cases.table.knownById(looked.id)).toBe(looked);
  });
});

describe('The witness of a bucket', () => {
  const device = { regions: [{ gfn: '0x0', pages: '0x1', backing: 'device' }] };
  const witness = (cases: Cases) => {
    const [bucket] = cases.table.buckets();
    return { ...bucket.witness, severity: SEVERITIES[bucket.rank] };
  };

  test('is its worst case, and of equals the first', () => {
    const cases = new Cases();
    cases.add(3, 0, 1, at(UC, 1), at(WB, 1));
    expect(witness(cases)).toEqual({ case: 3, edge: 0, step: 0, severity: 'write-semantics' });
    cases.add(5, 0, 2, at(UC, 1), at(WB, 1), device, [access(), access()]);
    cases.add(6, 0, 1, at(UC, 1), at(WB, 1), device);
    expect(witness(cases)).toEqual({ case: 5, edge: 1, step: 1, severity: 'machine-check' });
    cases.add(8, 0, 1, at(WB, 1), at(UC, 1), device);
    expect(witness(cases)).toEqual({ case: 5, edge: 1, step: 1, severity: 'machine-check' });
  });

  test('is judged in each case by that case, though the step has the same number', () => {
    const cases = new Cases();
    cases.add(0, 0, 1, at(UC, 1), at(WB, 1));
    cases.add(1, 0, 1, at(UC, 1), at(WB, 1), device);
    expect(witness(cases)).toEqual({ case: 1, edge: 0, step: 0, severity: 'machine-check' });
  });

  test('is judged by what backs the frame at its step', () => {
    const cases = new Cases();
    const back = { op: 'set-backing', gfn: '0x0', pages: '0x1', backing: 'ram' };
    cases.add(0, 0, 1, at(UC, 1), at(WB, 1), device, [back, access()] as never);
    expect(witness(cases).severity).toBe('write-semantics');
  });
});
