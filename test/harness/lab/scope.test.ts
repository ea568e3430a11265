import { DEVICE, DEVICE_RO, RAM, RAM_WC, RESERVED } from '../../../models/contract/machine.js';
import { campaignKey } from '../../../harness/generate/campaign-key.js';
import { Generator } from '../../../harness/generate/generator.js';
import { type Reach, withinReach } from '../../../harness/lab/scope.js';
import { OPERATION_NAMES } from '../../../harness/operations/registry.js';
import { decodeScenario } from '../../../harness/scenario/encoded.js';
import { scenarioFrom } from '../../../harness/scenario/parse.js';
import { scenarioJson } from '../../../harness/scenario/print.js';
import { Place } from '../../../harness/operations/usage-error.js';

const OPERATIONS = ['write-msr', 'read-msr', 'write-cr0', 'init', 'access', 'invlpg', 'attach-device', 'detach-device', 'zap'];
const REACH: Reach = {
  operations: new Set([...OPERATIONS, 'set-backing', 'save-restore']),
  addressBits: 40,
  selfSnoop: true,
  backings: new Set([RAM, RESERVED, DEVICE, DEVICE_RO]),
  executesDevices: true,
};

const drawn = Array.from({ length: 200 }, (_, index) => decodeScenario(new Generator().generate(campaignKey('scope'), index)));

test('What is brought within reach has no frame, level or backing that is not, and stays a scenario', () => {
  for (const scenario of drawn) {
    const { machine, steps } = withinReach(scenario, REACH);
    expect(() => scenarioFrom(JSON.parse(JSON.stringify(scenarioJson({ machine, steps }))), new Place('x', '$'))).not.toThrow();
    for (const region of machine.regions) {
      expect(region.gfn + region.pages).toBeLessThanOrEqual(2 ** 28);
      expect(region.level).toBeLessThanOrEqual(2);
      expect(REACH.backings.has(region.backing)).toBe(true);
    }
    for (const step of steps) {
      expect(REACH.operations.has(step.op)).toBe(true);
      if ('gfn' in step) expect(step.gfn).toBeLessThan(2 ** 28);
    }
  }
});

test('A scenario within reach stays as it is', () => {
  const reached = drawn.map((scenario) => withinReach(scenario, REACH));
  expect(reached.map((scenario) => withinReach(scenario, REACH))).toEqual(reached);
  const all: Reach = { ...REACH, operations: new Set(OPERATION_NAMES), addressBits: 52, selfSnoop: null };
  const plain = drawn.filter(({ machine }) =>
    machine.regions.every(({ level, backing }) => level < 3 && all.backings.has(backing)),
  );
  expect(plain.length).toBeGreaterThan(0);
  for (const scenario of plain) expect(withinReach(scenario, all).machine.regions).toEqual(scenario.machine.regions);
});

test('Without paging, 32-bit code touches no frame above 4 GiB; with it, it does', () => {
  const { machine } = drawn[0];
  const steps = [true, false, true].flatMap((pg) => [
    { op: 'write-cr0' as const, vcpu: 0, pg, cd: false, nw: false },
    {
      op: 'access' as const,
      vcpu: 0,
      gfn: 0x100000,
      kind: 0 as const,
      pat: 0,
      pageSize: 1 as const,
      private: false,
      ack: true,
      pauseAfter: 0 as const,
    },
  ]);
  const scenario = { machine: { ...machine, vcpus: 1, cr0: { pg: true, cd: false, nw: false } }, steps };
  expect(withinReach(scenario, REACH).steps.map(({ op }) => op)).toEqual([
    'write-cr0',
    'access',
    'write-cr0',
    'write-cr0',
    'access',
  ]);
});

test('Where code cannot be fetched from a device, it is read', () => {
  const scenario = drawn.find(({ steps }) => steps.some((step) => step.op === 'access' && step.kind === 2))!;
  const { steps } = withinReach(scenario, { ...REACH, executesDevices: false });
  expect(steps.some((step) => step.op === 'access' && step.kind === 2)).toBe(false);
});

test('RAM that a driver maps WC becomes RAM where the lab has none', () => {
  const scenario = drawn.find(({ machine }) => machine.regions.some(({ backing }) => backing === RAM_WC))!;
  const { regions } = withinReach(scenario, REACH).machine;
  expect(regions.some(({ backing }) => backing === RAM_WC)).toBe(false);
});
