import { sliceSteps } from '../../../harness/minimise/slices.js';
import { access, after, at, has, matches, rdmsr, scenario, wrmsr, zap } from './short-scenario.js';

const DEVICE = { op: 'attach-device', coherent: false };
const start = scenario(
  [
    wrmsr('0x2ff', '0x806'),
    wrmsr('0x277', '0x1', 1),
    access('0x10'),
    wrmsr('0x2ff', '0xc06'),
    rdmsr('0x277'),
    DEVICE,
    zap('0x20', '0x4'),
    zap('0x0', '0x11'),
    access('0x30', 0, 1),
    access('0x10', 1),
  ],
  { vcpus: 2 },
);
const last = (step: object) => matches(step as never, { op: 'access', pat: 1 });

describe('Slicing', () => {
  test('keeps the last step alone where nothing before it matters', () => {
    expect(after(sliceSteps, start, at(last))).toEqual({ machine: { vcpus: 2 }, steps: [access('0x10', 1)], evaluations: 1 });
  });

  test('keeps the register writes of the vCPU that no later write overwrites', () => {
    const needsDefaultType = at((step, before) => last(step) && has(before, { msr: '0x2ff', value: '0xc06' }));
    expect(after(sliceSteps, start, needsDefaultType)).toEqual({
      machine: { vcpus: 2 },
      steps: [wrmsr('0x2ff', '0xc06'), access('0x10', 1)],
      evaluations: 2,
    });
  });

  test('keeps what touches the frame, and what names no frame, where registers alone are not enough', () => {
    const needsZap = at((step, before) => last(step) && has(before, { op: 'zap' }));
    expect(after(sliceSteps, start, needsZap)).toEqual({
      machine: { vcpus: 2 },
      steps: [access('0x10'), wrmsr('0x2ff', '0xc06'), DEVICE, zap('0x0', '0x11'), access('0x10', 1)],
      evaluations: 3,
    });
  });

  test('keeps the writes of other vCPUs and overwritten ones where those matter', () => {
    const needsBoth = at((step, before) => last(step) && has(before, { value: '0x806' }) && has(before, { value: '0x1' }));
    expect(after(sliceSteps, start, needsBoth)).toEqual({
      machine: { vcpus: 2 },
      steps: [
        wrmsr('0x2ff', '0x806'),
        wrmsr('0x277', '0x1', 1),
        access('0x10'),
        wrmsr('0x2ff', '0xc06'),
        DEVICE,
        zap('0x0', '0x11'),
        access('0x10', 1),
      ],
      evaluations: 4,
    });
  });

  test('leaves the scenario as it is where no guess is right', () => {
    const needsRead = at((step, before) => last(step) && has(before, { op: 'read-msr' }));
    expect(after(sliceSteps, start, needsRead)).toMatchObject({ steps: { length: 10 }, evaluations: 4 });
  });
});
