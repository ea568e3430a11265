import { Comparator } from '../../../harness/compare/comparator.js';
import { type AnswerLens, DEFAULT_LENSES, LENSES, lensesOn, type LensName } from '../../../harness/compare/lens.js';
import { panelOf, type Seat } from '../../../harness/compare/panel.js';
import { CD, UC, WB, type WT } from '../../../models/contract/memory-type.js';
import {
  CANDIDATE_UC,
  CANDIDATE_WB,
  CANDIDATE_WT,
  entryFailed,
  EAGAIN,
  GP,
  GUEST_STATE,
  HOST_STATE,
  leafWord,
  NOT_APPLICABLE,
  NOT_ASKED,
  type Observation,
  OK,
  openBetween,
  plain,
  refused,
  served,
  typed,
} from '../../../models/contract/observation.js';
import { access, encoded, seat, traceOf } from '../panel-of-two.js';

const METAL = seat('bare-metal/intel');
const OLD = seat('intel-ept/6.6');
const NEW = seat('intel-ept/6.16');
const XEN = seat('xen-hvm/ept-4.21');
const TDX = seat('tdx/6.16');
const STRANGER = seat('made-up/1');
const MINE = seat('mine', { lineage: 'intel-ept', claims: 'intel-ept/6.6' });
const UNNAMED = seat('other', { lineage: 'other', claims: null });
const SILENT = plain(NOT_APPLICABLE, 3);
const type = (memtype: typeof UC | typeof WB | typeof WT | typeof CD) => typed(memtype, 1, 0, 0);

/** The lenses in which two answers to the step diverge. */
function seen(
  [a, b]: readonly [Seat, Seat],
  [left, right]: readonly [Observation, Observation],
  step: object = access(),
  machine: object = {},
  lenses: readonly AnswerLens[] = ['memtype', 'msr', 'level', 'private', 'exact'],
  values: readonly [[number, number], [number, number]] = [
    [0, 0],
    [0, 0],
  ],
): string {
  const panel = panelOf([a, b]);
  const comparator = new Comparator(
    panel,
    lenses.map((name) => LENSES[name]),
  );
  const found: string[] = [];
  const traces = [traceOf([left], { 0: values[0] }), traceOf([right], { 0: values[1] })];
  comparator.compare(encoded({ vcpus: 2, ...machine }, [step]), traces, (lens) => found.push(lenses[lens]));
  return found.join(' ');
}

const EVERY = 'memtype level private exact';
const msrStep = { op: 'write-msr', vcpu: 0, msr: '0x2ff', value: '0x2' };
const zap = { op: 'zap', gfn: '0x0', pages: '0x1' };
const pin = { op: 'pin-cacheattr', gfn: '0x0', pages: '0x1', type: 'WB' };
const attributes = { op: 'set-attributes', gfn: '0x0', pages: '0x1', to: 'private' };

describe('n/a to an operation that the subject has is a divergence', () => {
  test.each<[string, readonly [Seat, Seat], object, object, string]>([
    ['an access', [METAL, OLD], access(), {}, 'memtype private exact'],
    ['an access, of the expected side', [OLD, XEN], access(), {}, EVERY],
    ['a write of an MSR', [METAL, XEN], msrStep, {}, 'msr exact'],
    ['a zap of KVM', [XEN, OLD], zap, {}, 'exact'],
    ['a pin of Xen', [OLD, XEN], pin, {}, 'exact'],
    ['a conversion of TDX', [OLD, TDX], attributes, { privateMemory: true }, 'exact'],
    ['what every subject has, of a family that the table does not name', [OLD, STRANGER], msrStep, {}, 'msr exact'],
  ])('%s', (_, seats, step, machine, lenses) => {
    expect(seen(seats, [plain(OK, 1), SILENT], step, machine)).toBe(lenses);
  });

  test('of a request, where the guest has an OS', () => {
    const request = { op: 'request', vcpu: 0, gfn: '0x1', type: 'WB' };
    const answers = [type(WB), SILENT] as const;
    expect(seen([NEW, STRANGER], answers, request, { guestOs: 'linux-6.6' })).toBe('memtype exact');
    expect(seen([NEW, STRANGER], answers, request)).toBe('');
  });

  test.each<[string, readonly [Seat, Seat], object, object]>([
    ['a zap of Xen', [OLD, XEN], zap, {}],
    ['a pin of KVM', [XEN, OLD], pin, {}],
    ['a conversion of a family without private memory', [TDX, OLD], attributes, { privateMemory: true }],
    ['a conversion of a machine without private memory', [OLD, TDX], attributes, {}],
    ['a private access of a family without private memory', [TDX, OLD], { ...access(), private: true }, { privateMemory: true }],
    ['a fetch of a shared page in a TD', [OLD, TDX], { ...access(), kind: 'execute' }, { privateMemory: true }],
    ['a zap of a family that the table does not name', [OLD, STRANGER], zap, {}],
  ])('and %s is none', (_, seats, step, machine) => {
    expect(seen(seats, [plain(OK, 1), SILENT], step, machine)).toBe('');
  });

  test('but not where nobody was asked, or both sides say so', () => {
    expect(seen([METAL, OLD], [type(WB), NOT_ASKED])).toBe('');
    expect(seen([METAL, OLD], [SILENT, plain(NOT_APPLICABLE, 9)])).toBe('');
  });
});

describe('undefined against a sure answer', () => {
  const open = openBetween(CANDIDATE_WT | CANDIDATE_WB, 5);

  test('abstains between families and between vendors', () => {
    expect(seen([METAL, OLD], [open, type(UC)])).toBe('');
    expect(seen([seat('xen-hvm/npt-4.21'), XEN], [open, type(UC)])).toBe('');
  });

  test('diverges within a family, as other candidates do', () => {
    expect(seen([OLD, NEW], [open, type(WB)])).toBe(EVERY);
    expect(seen([OLD, NEW], [type(WB), open])).toBe(EVERY);
    expect(seen([OLD, NEW], [open, openBetween(CANDIDATE_UC | CANDIDATE_WB, 5)])).toBe(EVERY);
    expect(seen([OLD, NEW], [open, openBetween(CANDIDATE_WT | CANDIDATE_WB, 7)])).toBe('');
  });

  test('diverges of an external outside the candidates of what it claims to be', () => {
    expect(seen([OLD, MINE], [open, type(WB)])).toBe('');
    expect(seen([OLD, MINE], [open, type(UC)])).toBe(EVERY);
    expect(seen([OLD, MINE], [openBetween(CANDIDATE_UC, 5), type(CD)])).toBe('');
    expect(seen([OLD, MINE], [open, plain(GP, 0)])).toBe(EVERY);
    expect(seen([OLD, MINE], [openBetween(0, 5), plain(OK, 0)], { op: 'read-msr', vcpu: 0, msr: '0x277' })).toBe('');
  });

  test('diverges of an external that is unsure where what it claims to be is sure', () => {
    expect(seen([OLD, MINE], [type(WB), open])).toBe(EVERY);
    expect(seen([OLD, UNNAMED], [type(WB), open])).toBe('');
  });
});

describe('An external model may leave out', () => {
  test('the memory type beside a leaf, the level, the leaf', () => {
    const leaf = leafWord(WB, true);
    expect(seen([OLD, MINE], [typed(UC, 1, leaf, 0), served(0, leaf, 0, 0)])).toBe('');
    expect(seen([OLD, MINE], [typed(UC, 1, leaf, 0), served(0, leafWord(WB, false), 0, 0)])).toBe('exact');
    expect(seen([OLD, MINE], [typed(UC, 2, leaf, 0), typed(UC, 0, 0, 0)])).toBe('');
    expect(seen([OLD, NEW], [typed(UC, 1, leaf, 0), served(0, leaf, 0, 0)])).toBe('memtype level exact');
  });

  test('the offset of an EAGAIN, which is compared where both tell it', () => {
    const again = refused(EAGAIN, 0);
    const offsets = (a: number, b: number): [[number, number], [number, number]] => [
      [0, a],
      [b === -1 ? -1 : 0, b],
    ];
    const diverging = (a: number, b: number) =>
      seen([OLD, MINE], [again, again], attributes, { privateMemory: true }, ['private', 'exact'], offsets(a, b));
    expect(diverging(3, 3)).toBe('');
    expect(diverging(3, -1)).toBe('');
    expect(diverging(3, 4)).toBe('private exact');
  });
});

describe('In the lens', () => {
  test('private a conversion counts for its offset alone', () => {
    expect(seen([OLD, XEN], [plain(OK, 0), refused(EAGAIN, 0)], attributes, {}, ['private'])).toBe('');
  });

  test('msr an entry that failed counts by its reason, a refusal not by its errno', () => {
    const enter = { op: 'enter-l2', vcpu: 0 };
    expect(seen([OLD, XEN], [entryFailed(GUEST_STATE, 0), entryFailed(HOST_STATE, 0)], enter, {}, ['msr'])).toBe('msr');
    expect(seen([OLD, XEN], [entryFailed(GUEST_STATE, 1), entryFailed(GUEST_STATE, 2)], enter, {}, ['msr'])).toBe('');
    expect(seen([OLD, XEN], [refused(1, 0), refused(2, 0)], enter, {}, ['msr'])).toBe('');
  });

  test('memtype a request counts by its type, in exact by its index too', () => {
    const request = { op: 'request', vcpu: 0, gfn: '0x0', type: 'WC' };
    const indices: [[number, number], [number, number]] = [
      [0, 1],
      [0, 2],
    ];
    expect(seen([OLD, XEN], [type(UC), type(WB)], request, {}, ['memtype'])).toBe('memtype');
    expect(seen([OLD, XEN], [type(UC), type(UC)], request, {}, ['memtype', 'exact'], indices)).toBe('exact');
  });
});

describe('The lenses of a choice', () => {
  const names = (seats: readonly Seat[], choice: readonly LensName[]) =>
    lensesOn(panelOf(seats), choice).map(({ name, familyOnly }) => (familyOnly ? `${name} in a family` : name));

  test('are by default memory types, registers and levels, and all within a family', () => {
    expect(names([OLD, NEW], DEFAULT_LENSES)).toEqual(['memtype', 'msr', 'level', 'exact in a family', 'cost in a family']);
    expect(names([OLD, XEN], DEFAULT_LENSES)).toEqual(['memtype', 'msr', 'level']);
    expect(names([OLD, MINE], DEFAULT_LENSES)).toEqual(['memtype', 'msr', 'level', 'exact in a family', 'cost in a family']);
    expect(names([OLD, UNNAMED], DEFAULT_LENSES)).toEqual(['memtype', 'msr', 'level']);
  });

  test('are none that no edge of the panel has fields for', () => {
    expect(names([METAL, OLD, XEN], DEFAULT_LENSES)).toEqual(['memtype', 'msr']);
  });

  test('look at every edge where they are chosen themselves', () => {
    expect(names([OLD, XEN], ['family', 'exact'])).toEqual(['exact']);
    const panel = panelOf([OLD, NEW, XEN]);
    const scenario = encoded({}, [access()]);
    const traces = [type(UC), type(WB), type(WB)].map((observation) => traceOf([observation]));
    const edges: number[] = [];
    new Comparator(panel, lensesOn(panel, ['family'])).compare(scenario, traces, (_, edge) => edges.push(edge));
    expect(edges).toEqual([0]);
  });
});
