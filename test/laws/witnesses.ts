/** Scenarios that show what laws do not hold for, made by hand: a machine, steps before, and steps whose answers change. */
import { Place } from '../../harness/operations/usage-error.js';
import { scenarioFrom } from '../../harness/scenario/parse.js';
import type { Scenario } from '../../harness/scenario/scenario.js';
import type { Operation } from '../../models/contract/operation.js';

export interface Witness {
  readonly machine: Scenario['machine'];
  readonly before: readonly Operation[];
  readonly rest: readonly Operation[];
}

function witness(machine: object, before: readonly object[], rest: readonly object[]): Witness {
  const read = scenarioFrom({ format: 'emtdiff-scenario/1', machine, steps: [...before, ...rest] }, new Place('witness', '$'));
  return { machine: read.machine, before: read.steps.slice(0, before.length), rest: read.steps.slice(before.length) };
}

const write = (msr: string, value: string, vcpu = 0) => ({ op: 'write-msr', vcpu, msr, value });
const read = (vcpu = 0, pat = 0, gfn = '0x200') => ({ op: 'access', vcpu, gfn, kind: 'read', pat });
const low = { op: 'access', vcpu: 0, gfn: '0x100', kind: 'read', pat: 0 };
const cr0 = (vcpu: number, cd: boolean) => ({ op: 'write-cr0', vcpu, pg: true, cd, nw: false });
const MACHINE = { vcpus: 2, maxPhysAddr: 36, noncoherentDevices: 1 };

/** A mapping that was typed when it was made: by another vCPU, before a range changed, before MTRRs were enabled, under CR0.CD. */
export const TYPED_EARLY: readonly Witness[] = [
  witness(MACHINE, [write('0x2ff', '0x806'), read(1)], [read(0)]),
  witness(
    MACHINE,
    [write('0x2ff', '0x806'), write('0x200', '0x4'), write('0x201', '0xff0000800'), read(), write('0x200', '0x0')],
    [read()],
  ),
  witness(MACHINE, [read(), write('0x2ff', '0x806')], [read()]),
  witness(MACHINE, [write('0x2ff', '0x804'), cr0(1, true), read(1)], [read(0)]),
  // All fixed ranges are alike, over which older checks of a large mapping crash: one that is already there is not checked.
  witness({ ...MACHINE, noncoherentDevices: 0 }, [low, write('0x2ff', '0xc06')], [low]),
];

/** What a migration loses: the guest's PAT or half of it, a pin, all variable pairs but the first, that a fixed range is not in force yet. */
export const LOST: readonly Witness[] = [
  witness(MACHINE, [write('0x277', '0x7040600070400')], [read()]),
  witness(MACHINE, [write('0x277', '0x7040600070400'), { op: 'init', vcpu: 0 }, cr0(0, false)], [read()]),
  witness(MACHINE, [write('0x2ff', '0x806')], [read(0, 4)]),
  witness(
    { ...MACHINE, iommu: true },
    [write('0x2ff', '0x806'), { op: 'pin-cacheattr', gfn: '0x200', pages: '0x1', type: 'UC' }],
    [read()],
  ),
  witness(MACHINE, [write('0x202', '0x6'), write('0x203', '0xff0000800')], [{ op: 'read-msr', vcpu: 0, msr: '0x202' }]),
  witness(MACHINE, [write('0x2ff', '0xc06'), write('0x250', '0x0')], [read(0, 0, '0x10')]),
];
