import { Place, UsageError } from '../../../harness/operations/usage-error.js';
import { besideOf } from '../../../harness/operations/beside.js';
import { decodeScenario, encodeScenario } from '../../../harness/scenario/encoded.js';
import { fits } from '../../../harness/scenario/fits.js';
import { observationJson, parseObservation } from '../../../harness/scenario/observation-json.js';
import { machineFrom, scenarioFrom } from '../../../harness/scenario/parse.js';
import { machineJson, scenarioJson } from '../../../harness/scenario/print.js';
import { EAGAIN, OK, plain, refused } from '../../../models/contract/observation.js';
import type { OperationOf } from '../../../models/contract/operation.js';

const place = new Place('bad.json', '$');
const scenario = (machine: object, steps: object[]) => scenarioFrom({ format: 'emtdiff-scenario/1', machine, steps }, place);
const message = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('A machine', () => {
  test('has the keys that came later behind the regions, each with the default that changes nothing', () => {
    const keys = {
      guestOs: 'linux-6.6',
      longMode: true,
      initShared: true,
      nestedSharedPat: false,
      nested: 'vmx',
      topMem2: '0x480000000',
      syscfg: '0x740000',
      vcnt: 10,
      regions: [{ gfn: '0x0', pages: '0x1', backing: 'reserved', hostPat: 'UC-' }],
    };
    const machine = machineFrom(keys, place);
    expect(Object.entries(machineJson(machine))).toEqual(Object.entries(keys).reverse());
    expect(machine).toMatchObject({ nested: 2, syscfg: { hi: 0, lo: 0x740000 }, topMem2: { hi: 4, lo: 0x80000000 } });
    expect(machineFrom({}, place)).toMatchObject({
      vcnt: 8,
      syscfg: { hi: 0, lo: 0 },
      topMem2: { hi: 0, lo: 0 },
      nested: 0,
      nestedSharedPat: true,
      initShared: false,
      longMode: false,
      guestOs: null,
    });
    expect(machineJson(machineFrom({}, place))).toEqual({});
  });

  test('has the host map a page as its backing has it, unless a reserved region says otherwise', () => {
    const backings = ['ram', 'ram-wc', 'reserved', 'device', 'device-wc', 'device-ro', 'special', 'grant', 'foreign'];
    const regions = backings.map((backing, index) => ({ gfn: `0x${index}`, pages: '0x1', backing }));
    const pats = machineFrom({ regions }, place).regions.map(({ hostPat }) => hostPat);
    expect(pats).toEqual([6, 1, 6, 7, 1, 7, 6, 6, 6]);
  });

  test.each([
    [{ vcnt: 11 }, '$.vcnt: found 11, expected a whole number from 0 to 10'],
    [{ syscfg: '0x10000000000000000' }, '$.syscfg: found "0x10000000000000000", expected a 64-bit value'],
    [{ nested: 'npt' }, '$.nested: found "npt", expected one of "none" "svm" "vmx"'],
    [{ guestOs: 'linux-5.0' }, '$.guestOs: found "linux-5.0", expected one of "linux-4.19"'],
    [{ guestOs: null }, '$.guestOs: found null'],
    [{ longMode: true, cr0: { pg: false } }, '$.longMode: found true, expected false where machine.cr0.pg is false'],
    [
      { regions: [{ gfn: '0x0', pages: '0x1', backing: 'reserved', hostPat: 'WT' }] },
      '$.regions[0].hostPat: found "WT", expected one of "WB" "UC-" "WC"',
    ],
    [{ regions: [{ gfn: '0x0', pages: '0x1', backing: 'ram', hostPat: 'WC' }] }, '$.regions[0].hostPat: found "WC", expected "WB"'],
  ])('is refused as %j', (machine, expected) => {
    expect(message(() => machineFrom(machine, place))).toContain(expected);
  });
});

const STEPS = [
  { op: 'write-vmcb12', vcpu: 1, page: 1, np: false, gpat: '0x7040600070404', npClean: true },
  { op: 'write-vmcb12', vcpu: 0 },
  {
    op: 'write-vmcs12',
    vcpu: 0,
    ept: true,
    loadGuestPat: true,
    saveGuestPat: false,
    loadHostPat: true,
    guestPat: '0x808080808080808',
    hostPat: '0x0',
  },
  { op: 'read-l2-pat', vcpu: 0, page: 1 },
  { op: 'map-l2', gfn: '0x10', pages: '0x2', target: '0x200', index: 7, type: 'WT', ipat: true, level: '2M', invalid: true },
  { op: 'map-l2', gfn: '0x0', pages: '0x1', target: '0x0', type: 2 },
  { op: 'map-l2', gfn: '0x0', pages: '0x1', target: '0x0', type: 7 },
  { op: 'enter-l2', vcpu: 0, page: 1 },
  { op: 'exit-l2', vcpu: 0 },
  { op: 'host-msr', vcpu: 0, msr: '0x277' },
  { op: 'host-msr', vcpu: 0, msr: '0x2ff', value: '0x0' },
  { op: 'host-access', gfn: '0x10', kind: 'write' },
  { op: 'host-pin', gfn: '0x10', pages: '0x2' },
  { op: 'host-unpin', gfn: '0x10', pages: '0x2' },
  { op: 'request', vcpu: 0, gfn: '0xe0000', type: 'UC-' },
  { op: 'save-restore', legacyState: true, msrs: 'index-list' },
  { op: 'set-attributes', gfn: '0x0', pages: '0x1', to: 'private', pauseAfter: 'host-unmap' },
  { op: 'set-attributes', gfn: '0x0', pages: '0x1', to: 'shared', pauseAfter: 'make-shared' },
];

describe('The steps that came later', () => {
  test('print as they were written, in the order of their fields, and survive the fast lane', () => {
    const read = scenario({ vcpus: 2, nested: 'svm' }, STEPS);
    expect(JSON.stringify(scenarioJson(read).steps)).toBe(JSON.stringify(STEPS));
    expect(decodeScenario(encodeScenario(read)).steps).toEqual(read.steps);
  });

  test('omit what is as at the start of every L2', () => {
    const written = { op: 'map-l2', gfn: '0x0', pages: '0x1', target: '0x0', index: 0, type: 'WB', ipat: false, level: '4K' };
    expect(scenarioJson(scenario({}, [written])).steps).toEqual([{ op: 'map-l2', gfn: '0x0', pages: '0x1', target: '0x0' }]);
  });

  test.each([
    [{ op: 'map-l2', gfn: '0x0', pages: '0x2', target: '0xffffff' }, 'steps[0].target: found "0xffffff", expected target + pages'],
    [{ op: 'map-l2', gfn: '0x0', pages: '0x1', target: '0x0', type: 'UC-' }, 'steps[0].type: found "UC-", expected one of "WB"'],
    [{ op: 'map-l2', gfn: '0x0', pages: '0x1', target: '0x0', type: 6 }, 'steps[0].type: found 6'],
    [{ op: 'request', vcpu: 0, gfn: '0x0', type: 'WP' }, 'steps[0].type: found "WP"'],
    [{ op: 'read-l2-pat', vcpu: 0, page: 2 }, 'steps[0].page: found 2, expected a whole number from 0 to 1'],
    [{ op: 'write-vmcb12', vcpu: 0, np: null }, 'steps[0].np: found null, expected true or false'],
    [{ op: 'save-restore', msrs: 'none' }, 'steps[0].msrs: found "none", expected one of "all" "index-list"'],
  ])('are refused as %j', (step, expected) => {
    expect(message(() => scenario({ maxPhysAddr: 36 }, [step]))).toContain(expected);
  });
});

const IN_L2 = [{ op: 'enter-l2', vcpu: 1 }];
const MACHINE = { vcpus: 2, nested: 'vmx' };

describe('Of a vCPU in L2 the format refuses', () => {
  test.each([
    ['a write of an MTRR', { op: 'write-msr', vcpu: 1, msr: '0x2ff', value: '0x0' }, 'msr'],
    ['a read of an MTRR', { op: 'read-msr', vcpu: 1, msr: '0x200' }, 'msr'],
    ['an MTRR set by the host', { op: 'host-msr', vcpu: 1, msr: '0xfe' }, 'msr'],
    ['INIT', { op: 'init', vcpu: 1 }, 'op'],
    ['INVLPG', { op: 'invlpg', vcpu: 1, gfn: '0x0' }, 'op'],
    ['CR0.CD', { op: 'write-cr0', vcpu: 1, pg: true, cd: true, nw: false }, 'cd'],
    ['CR0.NW', { op: 'write-cr0', vcpu: 1, pg: true, cd: false, nw: true }, 'nw'],
  ])('%s, until it left', (_, step, key) => {
    expect(message(() => scenario(MACHINE, [...IN_L2, step]))).toContain(`bad.json: $.steps[1].${key}: found`);
    const left = [...IN_L2, { op: 'exit-l2', vcpu: 1 }, step];
    expect(message(() => scenario(MACHINE, left))).toBe('accepted');
    const parsed = scenario(MACHINE, left);
    expect([fits(parsed), fits({ ...parsed, steps: parsed.steps.toSpliced(1, 1) })]).toEqual([true, false]);
    expect(message(() => scenario(MACHINE, [...IN_L2, { ...step, vcpu: 0 }]))).toBe('accepted');
    expect(message(() => scenario({ vcpus: 2 }, [...IN_L2, step]))).toBe('accepted');
  });

  test('neither PAT nor CR0.PG', () => {
    const steps = [
      { op: 'write-msr', vcpu: 1, msr: '0x277', value: '0x0' },
      { op: 'write-cr0', vcpu: 1, pg: false, cd: false, nw: false },
    ];
    expect(message(() => scenario(MACHINE, [...IN_L2, ...steps]))).toBe('accepted');
  });
});

test('A simpler machine does not lose paging while its guest runs 64-bit code', () => {
  const { machine, steps } = scenario({ longMode: true }, []);
  expect(fits({ machine, steps })).toBe(true);
  expect(fits({ machine: { ...machine, cr0: { pg: false, cd: false, nw: false } }, steps })).toBe(false);
});

describe('What stands beside an answer', () => {
  const hostMsr = (value: OperationOf<'host-msr'>['value']) => ({ op: 'host-msr', vcpu: 0, msr: 0x277, value }) as const;
  const convert = { op: 'set-attributes', gfn: 0, pages: 1, to: 1, pauseAfter: 0 } as const;

  test('is the value that the host read, and nothing where it wrote one', () => {
    expect(besideOf(hostMsr(null), plain(OK, 0), 1, 2)).toEqual({ kind: 'value', hi: 1, lo: 2 });
    expect(besideOf(hostMsr({ hi: 1, lo: 2 }), plain(OK, 0), 1, 2)).toBeNull();
  });

  test('is the offset of the frame in the way of a conversion', () => {
    expect(besideOf(convert, refused(EAGAIN, 0), 0, 0x11)).toEqual({ kind: 'offset', hi: 0, lo: 0x11 });
    expect(besideOf(convert, plain(OK, 0), 0, 0x11)).toBeNull();
    const json = { outcome: 'error', errno: 'EAGAIN', offset: '0xff00000001' };
    const { observation, beside } = parseObservation(json, place, 'set-attributes');
    expect(observationJson(observation, beside)).toEqual(json);
  });
});
