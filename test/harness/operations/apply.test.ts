import { OPERATION_NAMES } from '../../../harness/operations/registry.js';
import { runnerOf } from '../../../harness/run/step-runner.js';
import { Trace } from '../../../harness/run/trace.js';
import { encodeScenario } from '../../../harness/scenario/encoded.js';
import { BACKING_HOST_MTRR, type Backing } from '../../../models/contract/machine.js';
import type { Model } from '../../../models/contract/model.js';
import { DEFAULT_HOST_MTRR, type OperationName, type Operations, PIN_NONE } from '../../../models/contract/operation.js';
import { recordingModel } from '../../recording-model.js';

type Method<M> = { [K in keyof M]: M[K] extends (...args: never[]) => number ? K : never }[keyof M];
/** Fields of a step and the call that they become. A new operation does not compile before it stands here. */
type Expected<N extends OperationName> = readonly (readonly [Operations[N], Method<Required<Model>>, ...unknown[]])[];

const FAR = 0xfedcba9876;
const access = { vcpu: 0, gfn: 0, kind: 0, pat: 0, pageSize: 1, private: false, ack: true, pauseAfter: 0 } as const;
const backing = { gfn: 1, pages: 1, backing: 0, level: 1, hostMtrr: DEFAULT_HOST_MTRR } as const;

const PAT_VALUE = { hi: 0x80070406, lo: 0xffffffff };
const KEPT = {
  vcpu: 5,
  ept: null,
  loadGuestPat: null,
  saveGuestPat: null,
  loadHostPat: null,
  guestPat: null,
  hostPat: null,
} as const;

const CALLS: { readonly [N in OperationName]: Expected<N> } = {
  'write-msr': [
    [{ vcpu: 3, msr: 0x2ff, value: { hi: 0xffffffff, lo: 0x80000c06 } }, 'writeMsr', 3, 0x2ff, 0xffffffff, 0x80000c06],
    [{ vcpu: 0, msr: 0x200, value: { hi: 1, lo: 2 } }, 'writeMsr', 0, 0x200, 1, 2],
  ],
  'read-msr': [[{ vcpu: 7, msr: 0x26f }, 'readMsr', 7, 0x26f]],
  'write-cr0': [
    [{ vcpu: 2, pg: true, cd: false, nw: false }, 'writeCr0', 2, true, false, false],
    [{ vcpu: 2, pg: false, cd: true, nw: false }, 'writeCr0', 2, false, true, false],
    [{ vcpu: 2, pg: false, cd: false, nw: true }, 'writeCr0', 2, false, false, true],
  ],
  init: [[{ vcpu: 5 }, 'init', 5]],
  access: [
    [access, 'access', 0, 0, 0, 0, 1, false, true, 0],
    [{ ...access, vcpu: 5, gfn: FAR, kind: 2, pat: 6, pageSize: 3 }, 'access', 5, FAR, 2, 6, 3, false, true, 0],
    [{ ...access, private: true }, 'access', 0, 0, 0, 0, 1, true, true, 0],
    [{ ...access, ack: false }, 'access', 0, 0, 0, 0, 1, false, false, 0],
    [{ ...access, pauseAfter: 3 }, 'access', 0, 0, 0, 0, 1, false, true, 3],
  ],
  invlpg: [[{ vcpu: 1, gfn: FAR }, 'invlpg', 1, FAR]],
  'attach-device': [
    [{ coherent: true }, 'attachDevice', true],
    [{ coherent: false }, 'attachDevice', false],
  ],
  'detach-device': [
    [{ coherent: true }, 'detachDevice', true],
    [{ coherent: false }, 'detachDevice', false],
  ],
  'set-io-resources': [
    [{ held: true }, 'setIoResources', true],
    [{ held: false }, 'setIoResources', false],
  ],
  zap: [[{ gfn: FAR, pages: 2 ** 40 }, 'zap', FAR, 2 ** 40]],
  'set-backing': [
    [{ gfn: FAR, pages: 0x12345678, backing: 4, level: 2, hostMtrr: 5 }, 'setBacking', FAR, 0x12345678, 4, 2, 5],
    [{ ...backing, hostMtrr: 0 }, 'setBacking', 1, 1, 0, 1, 0],
    ...BACKING_HOST_MTRR.map(
      (type, kind) => [{ ...backing, backing: kind as Backing }, 'setBacking', 1, 1, kind, 1, type] as const,
    ),
  ],
  'pin-cacheattr': [
    [{ gfn: FAR, pages: 9, type: 7 }, 'pinCacheattr', FAR, 9, 7],
    [{ gfn: 0, pages: 1, type: PIN_NONE }, 'pinCacheattr', 0, 1, -1],
  ],
  'save-restore': [
    [{ legacyState: false, msrs: 0 }, 'saveRestore', false, 0],
    [{ legacyState: true, msrs: 0 }, 'saveRestore', true, 0],
    [{ legacyState: false, msrs: 1 }, 'saveRestore', false, 1],
  ],
  'resume-access': [[{ vcpu: 4 }, 'resumeAccess', 4]],
  'set-attributes': [
    [{ gfn: FAR, pages: 0x100000, to: 1, pauseAfter: 0 }, 'setAttributes', FAR, 0x100000, true, 0],
    [{ gfn: 0, pages: 1, to: 2, pauseAfter: 3 }, 'setAttributes', 0, 1, false, 3],
  ],
  'resume-attributes': [[{}, 'resumeAttributes']],
  'punch-hole': [[{ gfn: FAR, pages: 2 }, 'punchHole', FAR, 2]],
  'write-vmcb12': [
    [{ vcpu: 3, page: 1, np: null, gpat: null, npClean: null }, 'writeVmcb12', 3, 1, -1, false, 0, 0, -1],
    [{ vcpu: 0, page: 0, np: true, gpat: PAT_VALUE, npClean: false }, 'writeVmcb12', 0, 0, 1, true, 0x80070406, 0xffffffff, 0],
    [{ vcpu: 0, page: 0, np: false, gpat: null, npClean: true }, 'writeVmcb12', 0, 0, 0, false, 0, 0, 1],
  ],
  'write-vmcs12': [
    [KEPT, 'writeVmcs12', 5, -1, -1, -1, -1, false, 0, 0, false, 0, 0],
    [{ ...KEPT, ept: true }, 'writeVmcs12', 5, 1, -1, -1, -1, false, 0, 0, false, 0, 0],
    [{ ...KEPT, loadGuestPat: false }, 'writeVmcs12', 5, -1, 0, -1, -1, false, 0, 0, false, 0, 0],
    [{ ...KEPT, saveGuestPat: true }, 'writeVmcs12', 5, -1, -1, 1, -1, false, 0, 0, false, 0, 0],
    [{ ...KEPT, loadHostPat: true }, 'writeVmcs12', 5, -1, -1, -1, 1, false, 0, 0, false, 0, 0],
    [{ ...KEPT, guestPat: PAT_VALUE }, 'writeVmcs12', 5, -1, -1, -1, -1, true, 0x80070406, 0xffffffff, false, 0, 0],
    [{ ...KEPT, hostPat: { hi: 1, lo: 2 } }, 'writeVmcs12', 5, -1, -1, -1, -1, false, 0, 0, true, 1, 2],
  ],
  'read-l2-pat': [[{ vcpu: 2, page: 1 }, 'readL2Pat', 2, 1]],
  'map-l2': [
    [
      { gfn: FAR, pages: 3, target: FAR - 7, index: 0, type: 6, ipat: false, level: 1, invalid: false },
      'mapL2',
      ...[FAR, 3, FAR - 7, 0, 6, false, 1, false],
    ],
    [
      { gfn: 1, pages: 2 ** 30, target: 4, index: 7, type: 3, ipat: true, level: 3, invalid: true },
      'mapL2',
      ...[1, 2 ** 30, 4, 7, 3, true, 3, true],
    ],
  ],
  'enter-l2': [[{ vcpu: 1, page: 1 }, 'enterL2', 1, 1]],
  'exit-l2': [[{ vcpu: 6 }, 'exitL2', 6]],
  'host-msr': [
    [{ vcpu: 1, msr: 0x277, value: null }, 'hostMsr', 1, 0x277, false, 0, 0],
    [{ vcpu: 1, msr: 0x2ff, value: PAT_VALUE }, 'hostMsr', 1, 0x2ff, true, 0x80070406, 0xffffffff],
  ],
  'host-access': [[{ gfn: FAR, kind: 1 }, 'hostAccess', FAR, 1]],
  'host-pin': [[{ gfn: FAR, pages: 8 }, 'hostPin', FAR, 8]],
  'host-unpin': [[{ gfn: FAR, pages: 9 }, 'hostUnpin', FAR, 9]],
  // It has no method: the guest OS makes an access of it (test/harness/run/guest-session.test.ts).
  request: [],
};

describe('An encoded step becomes one call of its own method, with its fields decoded', () => {
  test.each(OPERATION_NAMES)('%s', (op) => {
    for (const [fields, ...call] of CALLS[op]) {
      const { words } = encodeScenario({ machine: {} as never, steps: [{ op, ...fields } as never] });
      const { model, calls } = recordingModel(() => 4711);
      const trace = new Trace(1);
      runnerOf(model)(model, null, words, 1, trace);
      expect(trace.observations[0]).toBe(4711);
      expect(calls).toEqual([call]);
    }
  });
});
