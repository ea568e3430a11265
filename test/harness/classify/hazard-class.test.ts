import {
  CLASS_SEVERITY,
  divergenceClass,
  HAZARD_CLASSES,
  type HazardClass,
  invariantClass,
} from '../../../harness/classify/hazard-class.js';
import { divergenceRank, hazardOf, rankOf, SEVERITIES } from '../../../harness/classify/severity.js';
import { circumstancesAt, isConvertingAt } from '../../../harness/classify/conversion-history.js';
import { CONVERTING, PRIVATE_MEMORY } from '../../../harness/classify/circumstances.js';
import { UC, WB } from '../../../models/contract/memory-type.js';
import {
  CIPHERTEXT,
  HOST_FATAL,
  memoryFault,
  MMIO,
  NOT_VALIDATED,
  type Observation,
  OK,
  type Outcome,
  PAUSED,
  plain,
  PRIVATE,
  RETRY,
  RMP_LOOP,
  SHARED,
  SLEEP_IN_ATOMIC,
  typedPage,
  VM_DEAD,
} from '../../../models/contract/observation.js';
import { encoded } from '../panel-of-two.js';

const served = (page: 1 | 2, type: 0 | 6 = WB) => typedPage(type, 1, 0, page, 0);
const outcome = (of: Outcome) => plain(of, 0);
const [onPrivate, onShared] = [served(PRIVATE), served(SHARED)];
const [wantsPrivate, wantsShared] = [memoryFault(PRIVATE, 0), memoryFault(SHARED, 0)];

/** By two answers: the class at rest, and while a conversion is paused. */
const TABLE: readonly (readonly [string, Observation, Observation, HazardClass | null, HazardClass | null])[] = [
  ['one served by the old page', onPrivate, onShared, 'unsafe-guest', 'timing'],
  ['the same page with another memory type', onShared, served(SHARED, UC), null, null],
  ['a page without a kind', onShared, typedPage(WB, 1, 0, 0, 0), null, null],
  ['a retry and an old mapping that still serves', outcome(RETRY), onShared, 'timing', 'timing'],
  ['a pause that one does not reach', outcome(PAUSED), outcome(RETRY), 'timing', 'timing'],
  ['#VC and none after a round trip', outcome(NOT_VALIDATED), onPrivate, 'timing', 'timing'],
  ['an RMP loop', outcome(RMP_LOOP), outcome(NOT_VALIDATED), 'livelock', 'transient-livelock'],
  ['an RMP loop against an exit', wantsShared, outcome(RMP_LOOP), 'livelock', 'transient-livelock'],
  ['ciphertext and an exit, the don’t-care pair', outcome(CIPHERTEXT), wantsShared, 'safe', 'safe'],
  ['ciphertext and the page of a subject without modes', outcome(CIPHERTEXT), onPrivate, 'safe', 'safe'],
  ['ciphertext and the shared page', onShared, outcome(CIPHERTEXT), 'unsafe-guest', 'timing'],
  ['an exit and the page of a subject without modes', wantsShared, onPrivate, 'safe', 'safe'],
  ['the same of a shared frame', onShared, wantsPrivate, 'safe', 'safe'],
  ['an exit and the page that it turned away from', wantsShared, onShared, 'unsafe-guest', 'timing'],
  ['exits that name access and attribute', wantsShared, wantsPrivate, 'safe', 'safe'],
  ['an exit and MMIO of a frame without a slot', wantsPrivate, outcome(MMIO), 'safe', 'safe'],
  ['a host that dies', outcome(HOST_FATAL), onShared, 'unsafe-host', 'unsafe-host'],
  ['a host that sleeps with preemption off', outcome(OK), outcome(SLEEP_IN_ATOMIC), 'unsafe-host', 'unsafe-host'],
  ['a guest that touched what it had not accepted', outcome(VM_DEAD), outcome(NOT_VALIDATED), null, null],
  ['MMIO and a page', outcome(MMIO), onShared, null, null],
];

describe('The class of two answers', () => {
  test.each(TABLE)('that are %s', (_, a, b, atRest, converting) => {
    for (const [left, right] of [
      [a, b],
      [b, a],
    ]) {
      expect(divergenceClass(left, right, false)).toBe(atRest);
      expect(divergenceClass(left, right, true)).toBe(converting);
    }
  });

  test('decides their severity on machines with private memory, and only there', () => {
    const loop = [outcome(RMP_LOOP), outcome(NOT_VALIDATED)] as const;
    expect(SEVERITIES[divergenceRank('private', ...loop, 0)]).toBe('architectural');
    expect(SEVERITIES[divergenceRank('private', ...loop, PRIVATE_MEMORY)]).toBe('architectural');
    expect(SEVERITIES[divergenceRank('private', ...loop, PRIVATE_MEMORY | CONVERTING)]).toBe('performance');
    expect(SEVERITIES[divergenceRank('memtype', outcome(RETRY), onShared, PRIVATE_MEMORY)]).toBe('none');
    expect(hazardOf('private', ...loop, 0)).toBeNull();
    expect(hazardOf('cost', outcome(OK), outcome(OK), PRIVATE_MEMORY)).toBe('perf');
  });

  test.each(['exact', 'private'] as const)('makes a difference in the page alone unsafe in the lens %s', (lens) => {
    expect(SEVERITIES[divergenceRank(lens, onPrivate, onShared, PRIVATE_MEMORY)]).toBe('coherence');
    expect(SEVERITIES[divergenceRank(lens, onPrivate, onShared, PRIVATE_MEMORY | CONVERTING)]).toBe('none');
    // An external model may say so of a machine that has none.
    expect(SEVERITIES[divergenceRank(lens, onPrivate, onShared, 0)]).toBe('architectural');
  });
});

describe('Classes', () => {
  test('stand in the order of their severities', () => {
    const ranks = HAZARD_CLASSES.map((hazard) => rankOf(CLASS_SEVERITY[hazard]));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  });

  test('of broken invariants: the host, liveness, cost, and else the guest', () => {
    const byClass = (hazard: HazardClass) =>
      ['I1', 'I1h', 'I2', 'I3', 'I4a', 'I4b', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10', 'I11', 'I12', 'I13', 'I14'].filter(
        (id) => invariantClass(id) === hazard,
      );
    expect(byClass('unsafe-host')).toEqual(['I4a', 'I4b', 'I7', 'I13']);
    expect(byClass('livelock')).toEqual(['I3', 'I5', 'I6', 'I8']);
    expect(byClass('perf')).toEqual(['I14']);
    expect(byClass('unsafe-guest')).toEqual(['I1', 'I1h', 'I2', 'I9', 'I10', 'I11', 'I12']);
  });
});

describe('A conversion is under way', () => {
  const range = { gfn: '0x0', pages: '0x1' };
  const paused = { op: 'set-attributes', ...range, to: 'private', pauseAfter: 'store' };
  const at = (...between: object[]) => {
    const steps = [paused, ...between, { op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0 }];
    return isConvertingAt(encoded({ privateMemory: true }, steps), steps.length - 1);
  };

  test('from its pause until it is resumed or another host operation completes it', () => {
    expect(at()).toBe(true);
    expect(at({ op: 'resume-attributes' })).toBe(false);
    expect(at({ op: 'attach-device', coherent: true })).toBe(false);
    expect(at({ op: 'save-restore' })).toBe(false);
    expect(at({ op: 'set-attributes', ...range, to: 'shared' })).toBe(false);
    expect(at({ op: 'resume-attributes' }, paused)).toBe(true);
  });

  test('while accesses, punches and zaps run, and what KVM does not have', () => {
    const between = [
      { op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0 },
      { op: 'punch-hole', ...range },
      { op: 'zap', ...range },
      { op: 'set-io-resources', held: true },
    ];
    expect(at(...between)).toBe(true);
  });

  test('only where there is private memory', () => {
    const step = { op: 'access', vcpu: 0, gfn: '0x0', kind: 'read', pat: 0 };
    expect(circumstancesAt(encoded({}, [paused, step]), 1)).toBe(0);
    expect(circumstancesAt(encoded({ privateMemory: true }, [paused, step]), 1)).toBe(PRIVATE_MEMORY | CONVERTING);
  });
});
