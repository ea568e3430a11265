/** Any legal step of a machine with 8 vCPUs and 2 ** 40 frames, drawn over the whole range of every field, not as campaigns draw. */
import fc from 'fast-check';
import { msrName } from '../models/contract/msr.js';
import { DEFAULT_HOST_MTRR, type Operation, type OperationName, type Operations, PIN_NONE } from '../models/contract/operation.js';

const FRAMES = 2 ** 40;
const MSRS = Array.from({ length: 0x300 }, (_, number) => number).filter((number) => msrName(number) !== null);

const vcpu = fc.nat(7);
const gfn = fc.oneof(
  fc.nat(0x200),
  fc.maxSafeNat().map((number) => number % FRAMES),
  fc.constant(FRAMES - 1),
);
const half = fc.nat(0xffffffff);
const msr = fc.constantFrom(...MSRS);
const range = gfn.chain((first) =>
  fc.record({
    gfn: fc.constant(first),
    pages: fc.oneof(
      fc.constant(1),
      fc.constant(FRAMES - first),
      fc.maxSafeNat().map((number) => 1 + (number % (FRAMES - first))),
    ),
  }),
);
const page = fc.constantFrom<0 | 1>(0, 1);
const maybeFlag = fc.option(fc.boolean());
const maybeValue = fc.option(fc.record({ hi: half, lo: half }));
const empty = fc.constant({});

/** A new operation does not compile before its fields stand here. */
const FIELDS: { readonly [N in OperationName]: fc.Arbitrary<Operations[N]> } = {
  'write-msr': fc.record({ vcpu, msr, value: fc.record({ hi: half, lo: half }) }),
  'read-msr': fc.record({ vcpu, msr }),
  'write-cr0': fc.record({ vcpu, pg: fc.boolean(), cd: fc.boolean(), nw: fc.boolean() }),
  init: fc.record({ vcpu }),
  access: fc.record({
    vcpu,
    gfn,
    kind: fc.constantFrom(0, 1, 2),
    pat: fc.nat(7),
    pageSize: fc.constantFrom(1, 2, 3),
    private: fc.boolean(),
    ack: fc.boolean(),
    pauseAfter: fc.constantFrom(0, 1, 2, 3),
  }),
  invlpg: fc.record({ vcpu, gfn }),
  'attach-device': fc.record({ coherent: fc.boolean() }),
  'detach-device': fc.record({ coherent: fc.boolean() }),
  'set-io-resources': fc.record({ held: fc.boolean() }),
  zap: range,
  'set-backing': fc
    .tuple(
      range,
      fc.record({
        backing: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8),
        level: fc.constantFrom(1, 2, 3),
        hostMtrr: fc.constantFrom(DEFAULT_HOST_MTRR, 0, 1, 4, 5, 6),
      }),
    )
    .map(([where, what]) => ({ ...where, ...what })),
  'pin-cacheattr': fc.tuple(range, fc.constantFrom(PIN_NONE, 0, 1, 4, 5, 6, 7)).map(([where, type]) => ({ ...where, type })),
  'save-restore': fc.record({ legacyState: fc.boolean(), msrs: fc.constantFrom(0, 1) }),
  'resume-access': fc.record({ vcpu }),
  'set-attributes': fc
    .tuple(range, fc.record({ to: fc.constantFrom(1, 2), pauseAfter: fc.constantFrom(0, 1, 2, 3, 4, 5) }))
    .map(([where, what]) => ({ ...where, ...what })),
  'resume-attributes': empty,
  'punch-hole': range,
  'write-vmcb12': fc.record({ vcpu, page, np: maybeFlag, gpat: maybeValue, npClean: maybeFlag }),
  'write-vmcs12': fc.record({
    vcpu,
    ept: maybeFlag,
    loadGuestPat: maybeFlag,
    saveGuestPat: maybeFlag,
    loadHostPat: maybeFlag,
    guestPat: maybeValue,
    hostPat: maybeValue,
  }),
  'read-l2-pat': fc.record({ vcpu, page }),
  'map-l2': fc
    .tuple(
      range,
      fc.record({
        index: fc.nat(7),
        type: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7),
        ipat: fc.boolean(),
        level: fc.constantFrom(1, 2, 3),
        invalid: fc.boolean(),
      }),
    )
    .map(([where, what]) => ({ ...where, target: where.gfn, ...what })),
  'enter-l2': fc.record({ vcpu, page }),
  'exit-l2': fc.record({ vcpu }),
  'host-msr': fc.record({ vcpu, msr, value: maybeValue }),
  'host-access': fc.record({ gfn, kind: fc.constantFrom(0, 1, 2) }),
  'host-pin': range,
  'host-unpin': range,
  request: fc.record({ vcpu, gfn, type: fc.constantFrom(0, 1, 4, 6, 7) }),
};

/** Steps of one operation. */
export function stepOf<N extends OperationName>(op: N): fc.Arbitrary<Operation> {
  return FIELDS[op].map((fields) => ({ op, ...fields }) as unknown as Operation);
}

export const anyStep: fc.Arbitrary<Operation> = fc.constantFrom(...(Object.keys(FIELDS) as OperationName[])).chain(stepOf);
