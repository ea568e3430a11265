import { answerOf } from '../../harness/run/readable.js';
import type { Operation } from '../../models/contract/operation.js';
import { PROFILES } from '../../models/registry.js';
import { bootFile } from './boot-files.js';

/**
 * Zaps of one boot as the cover letters of Yan Zhao's series count them: of released kernels (a), with MTRR writes ignored while
 * CR0.CD=1 (v3 and v4, patch 6; b), with per-VM MTRRs (v2, patch 6; c). The letters give (c) for OVMF with 8 vCPUs alone: 14 is
 * what the boot processor does, which no number of APs changes, and which is 8 under SeaBIOS by the same count.
 */
const COUNTS: readonly [firmware: string, vcpus: number, a: number, b: number, c: number][] = [
  ['ovmf', 8, 84, 74, 14],
  ['ovmf', 16, 164, 146, 14],
  ['seabios', 8, 50, 42, 8],
  ['seabios', 16, 98, 82, 8],
];

const BOOTS = COUNTS.flatMap(([firmware, vcpus, ...counts]) =>
  ['2g', '16g'].map((size) => [`zaps-${firmware}-${vcpus}vcpu-${size}`, ...counts] as const),
);

const zapsOf = (profile: string, name: string) =>
  answerOf(PROFILES.find((found) => found.name === profile)!, bootFile(name).scenario).counters.zaps;

describe('A boot with a non-coherent device zaps as often as the cover letters say', () => {
  test.each(BOOTS)('%s: %d, or %d with writes under CR0.CD ignored, or %d with per-VM MTRRs', (name, a, b, c) => {
    expect(['4.4', '6.6', 'cd-skip', 'per-vm-mtrr'].map((version) => zapsOf(`intel-ept/${version}`, name))).toEqual([a, a, b, c]);
  });

  test.each(BOOTS)('%s zaps nothing once KVM does not look at guest MTRRs', (name) => {
    expect(['6.12', '6.16'].map((version) => zapsOf(`intel-ept/${version}`, name))).toEqual([0, 0]);
  });
});

/**
 * The same without a model, by the zap rule of Linux 4.2 to 6.6, update_mtrr(): while MTRRs are off only a write of the default type zaps.
 * `whileUncached`: writes made with CR0.CD=1, which the cd-skip proposal ignores. `toggles`: changes of CR0.CD, which it zaps for.
 */
function byHand(steps: readonly Operation[]) {
  const uncached = new Map<number, boolean>();
  const enabled = new Map<number, boolean>();
  const counts = { defaultTypes: 0, whileUncached: 0, toggles: 0, rangesWhileEnabled: 0 };
  for (const step of steps) {
    if (step.op === 'write-cr0') {
      if (step.cd !== (uncached.get(step.vcpu) ?? true)) counts.toggles++;
      uncached.set(step.vcpu, step.cd);
    } else if (step.op === 'write-msr' && step.msr === 0x2ff) {
      counts.defaultTypes++;
      if (uncached.get(step.vcpu) ?? true) counts.whileUncached++;
      enabled.set(step.vcpu, (step.value.lo & 0x800) !== 0);
    } else if (step.op === 'write-msr' && step.msr !== 0x277 && enabled.get(step.vcpu)) counts.rangesWhileEnabled++;
  }
  return counts;
}

describe('The order of the boot alone gives the counts', () => {
  test.each(BOOTS)('%s', (name, a, b) => {
    const { scenario } = bootFile(name);
    const { defaultTypes, whileUncached, toggles, rangesWhileEnabled } = byHand(scenario.steps);
    expect(scenario.machine).toMatchObject({ noncoherentDevices: 1, cr0: { pg: false, cd: true, nw: true } });
    expect({ defaultTypes, cdSkip: defaultTypes - whileUncached + toggles, rangesWhileEnabled }).toEqual({
      defaultTypes: a,
      cdSkip: b,
      rangesWhileEnabled: 0,
    });
    expect(scenario.origin).toMatch(/inference/);
  });

  test('the boots of 16 vCPUs say that they run on 8', () => {
    for (const [name] of BOOTS.filter(([found]) => found.includes('16vcpu'))) {
      expect(bootFile(name).scenario.machine.vcpus).toBe(8);
      expect(bootFile(name).scenario.origin).toContain('The format has at most 8 vCPUs');
    }
  });
});
