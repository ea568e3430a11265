import { resetMachine } from '../../../harness/minimise/machine.js';
import { fewerVcpus } from '../../../harness/minimise/vcpus.js';
import { access, after, at, has, scenario, wrmsr } from './short-scenario.js';

const ANY = at((step) => step.op === 'access');
const rich = {
  vcpus: 8,
  maxPhysAddr: 40,
  guestMtrr: false,
  noncoherentDevices: 2,
  iommu: true,
  quirks: [],
  cr0: { pg: true, cd: true, nw: false },
  regions: [{ gfn: '0x0', pages: '0x10', backing: 'device' }],
};

describe('Resetting the machine', () => {
  test('takes one evaluation where no key matters, and puts every step on vCPU 0', () => {
    expect(after(resetMachine, scenario([access('0x5', 0, 7)], rich), ANY)).toEqual({ steps: [access('0x5')], evaluations: 1 });
  });

  test('keeps the key that matters', () => {
    const needsIommu = at((step, _, machine) => step.op === 'access' && machine.iommu === true);
    expect(after(resetMachine, scenario([access('0x5', 0, 7)], rich), needsIommu)).toEqual({
      machine: { iommu: true },
      steps: [access('0x5')],
      evaluations: 5,
    });
  });

  test('rewrites the masks that reached the old address width', () => {
    const start = scenario([wrmsr('0x200', '0x80000006'), wrmsr('0x201', '0xff80000800'), access('0x5')], { maxPhysAddr: 40 });
    const fullMask = at(
      (step, before, machine) =>
        step.op === 'access' && has(before, { value: machine.maxPhysAddr === 40 ? '0xff80000800' : '0x3fff80000800' }),
    );
    expect(after(resetMachine, start, fullMask)).toEqual({
      steps: [wrmsr('0x200', '0x80000006'), wrmsr('0x201', '0x3fff80000800'), access('0x5')],
      evaluations: 1,
    });
  });

  test('cuts masks at a smaller width, and moves reserved bits with the width', () => {
    const start = scenario(
      [wrmsr('0x201', '0xfffff80000800'), wrmsr('0x202', '0x10000000000000'), wrmsr('0x277', '0xfffff80000800'), access('0x5')],
      { maxPhysAddr: 52 },
    );
    expect(after(resetMachine, start, ANY)).toEqual({
      steps: [wrmsr('0x201', '0x3fff80000800'), wrmsr('0x202', '0x400000000000'), wrmsr('0x277', '0xfffff80000800'), access('0x5')],
      evaluations: 1,
    });
  });

  test('does not evaluate a machine that the frames do not fit', () => {
    const start = scenario([access('0xfffffffff')], { maxPhysAddr: 48, regions: [{ gfn: '0x0', pages: '0x1', backing: 'ram' }] });
    expect(after(resetMachine, start, ANY)).toEqual({
      machine: { maxPhysAddr: 48 },
      steps: [access('0xfffffffff')],
      evaluations: 1,
    });
  });
});

describe('Fewer vCPUs', () => {
  test('renumbers those in use from 0', () => {
    const start = scenario([access('0x1', 0, 3), access('0x2', 0, 6)], { vcpus: 8 });
    const needsTwo = at((step, before) => step.gfn === '0x2' && before[0]?.vcpu !== step.vcpu && before[0]?.gfn === '0x1');
    expect(after(fewerVcpus, start, needsTwo)).toEqual({
      machine: { vcpus: 2 },
      steps: [access('0x1', 0, 1), access('0x2')],
      evaluations: 2,
    });
  });

  test('puts on vCPU 0 what can be there', () => {
    const start = scenario([access('0x1', 0, 1), access('0x2', 0, 2), access('0x3', 0, 3)], { vcpus: 4 });
    const needsThird = at((step, before) => step.gfn === '0x3' && before[1]?.vcpu === 2);
    expect(after(fewerVcpus, start, needsThird)).toMatchObject({
      steps: [access('0x1', 0, 1), access('0x2', 0, 2), access('0x3')],
    });
  });
});
