import { Health } from '../../../harness/run/health.js';
import { codeOf } from '../../../harness/operations/registry.js';
import { UC, WB } from '../../../models/contract/memory-type.js';
import { GP, MMIO, NO_LEAF, OK, plain, typed } from '../../../models/contract/observation.js';
import { access, encoded, traceOf } from '../panel-of-two.js';

const write = { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0xc06' };
const read = { op: 'read-msr', vcpu: 0, msr: '0x2ff' };

describe('Health', () => {
  const health = new Health([4, 0]);
  const scenario = encoded({}, [write, write, write, write, read, access(), access(), access()]);
  const first = [
    plain(GP, 1),
    plain(OK, 2),
    plain(OK, 2),
    plain(OK, 2),
    plain(GP, 3),
    plain(MMIO, 1),
    typed(WB, 1, NO_LEAF, 2),
    typed(UC, 1, NO_LEAF, 2),
  ];
  // A longer trace, as a bench has it: what stands behind the case is of earlier ones.
  const second = [...first.map(() => plain(GP, 0)), plain(GP, 0), plain(GP, 0)];
  health.add(scenario, [traceOf([...first, plain(GP, 3)]), traceOf(second)]);
  health.add(encoded({}, [write, access()]), [traceOf([plain(OK, 2), typed(WB, 1, NO_LEAF, 2)]), traceOf([0, 0])]);

  test('counts steps by operation', () => {
    expect(health.steps).toBe(10);
    expect(['write-msr', 'read-msr', 'access', 'zap'].map((name) => health.operations[codeOf(name as 'zap')])).toEqual([
      5, 1, 4, 0,
    ]);
  });

  test('is about the MSR writes that fault and the accesses that hit memory, as the first seat sees them', () => {
    expect(health.faulting).toBeCloseTo(1 / 5);
    expect(health.mapped).toBeCloseTo(3 / 4);
  });

  test('counts by seat how often each rule decided', () => {
    expect([...health.rules[0]]).toEqual([0, 2, 7, 1]);
    expect([...health.rules[1]]).toEqual([10]);
  });

  test('of nothing is no division by zero', () => {
    const nothing = new Health([1]);
    expect([nothing.faulting, nothing.mapped]).toEqual([0, 1]);
  });
});
