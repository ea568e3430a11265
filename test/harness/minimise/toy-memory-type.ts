/** What a guest's registers make of an access, in a few lines: enough of the architecture for a realistic predicate, no model. */
import type { Predicate } from '../../../harness/minimise/minimise.js';
import type { Scenario } from '../../../harness/scenario/scenario.js';
import type { Value64 } from '../../../models/contract/operation.js';

const PAT_AT_RESET: Value64 = { hi: 0x70406, lo: 0x70406 };

/**
 * By step: of an access the MTRR type that its leaf was built with, the one of now, and the PAT type, such as `6 0 1`; of another step
 * null. A leaf is built at the first touch by whichever vCPU and lasts until the host invalidates it. Of overlapping ranges the lowest
 * type wins.
 */
export function typesOf({ machine, steps }: Scenario): (string | null)[] {
  const registers = Array.from({ length: machine.vcpus }, () => new Map<number, Value64>([[0x277, PAT_AT_RESET]]));
  const leaves = new Map<number, number>();
  return steps.map((step) => {
    if (step.op === 'write-msr') registers[step.vcpu].set(step.msr, step.value);
    if (step.op === 'zap' || step.op === 'set-backing')
      for (const gfn of leaves.keys()) if (gfn >= step.gfn && gfn < step.gfn + step.pages) leaves.delete(gfn);
    if (step.op !== 'access') return null;
    const own = registers[step.vcpu];
    const now = mtrrType(own, step.gfn, machine.maxPhysAddr);
    const leaf = leaves.get(step.gfn) ?? now;
    leaves.set(step.gfn, leaf);
    return `${leaf} ${now} ${byteOf(own.get(0x277), step.pat)}`;
  });
}

/** Shows where an access has these types, on a machine that has non-coherent devices if `devices`. */
export function shows(types: string, devices: boolean): Predicate {
  return (candidate) => (!devices || candidate.machine.noncoherentDevices > 0 ? typesOf(candidate).indexOf(types) : -1);
}

function mtrrType(registers: ReadonlyMap<number, Value64>, gfn: number, maxPhysAddr: number): number {
  const defType = registers.get(0x2ff)?.lo ?? 0;
  if ((defType & 0x800) === 0) return 0;
  if ((defType & 0x400) !== 0 && gfn < 0x80) return byteOf(registers.get(0x250), gfn >> 4);
  let type = -1;
  for (let pair = 0x200; pair < 0x210; pair += 2) {
    const mask = registers.get(pair + 1);
    if (mask === undefined || (mask.lo & 0x800) === 0) continue;
    const base = registers.get(pair) ?? { hi: 0, lo: 0 };
    const inRange = (address(base) ^ (BigInt(gfn) << 12n)) & address(mask) & ((1n << BigInt(maxPhysAddr)) - 1n);
    if (inRange === 0n) type = type < 0 ? base.lo & 0xff : Math.min(type, base.lo & 0xff);
  }
  return type < 0 ? defType & 0xff : type;
}

function address({ hi, lo }: Value64): bigint {
  return (BigInt(hi) << 32n) | BigInt((lo & 0xfffff000) >>> 0);
}

function byteOf(value: Value64 | undefined, index: number): number {
  const half = index < 4 ? value?.lo : value?.hi;
  return ((half ?? 0) >>> (8 * (index % 4))) & 0xff;
}
