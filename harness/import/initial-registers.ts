/** Registers of a guest that ran before the trace began: known where it reads them before it writes them. */
import { printHex, printValue64 } from '../operations/number.js';
import { msrName } from '../../models/contract/msr.js';
import type { VmFacts } from './vm-facts.js';

export interface InitialRegisters {
  readonly writes: readonly { readonly vcpu: number; readonly msr: number; readonly hi: number; readonly lo: number }[];
  /** The writes as JSON of the scenario format. */
  readonly steps: readonly Record<string, unknown>[];
  readonly notes: readonly string[];
}

const DEF_TYPE = 0x2ff;

/** Empty for a VM whose reset the trace shows. */
export function initialWrites(vm: VmFacts): InitialRegisters {
  if (vm.reset !== null) return { writes: [], steps: [], notes: [] };
  const found = [...vm.found.values()].filter(({ msr }) => msr !== 0xfe);
  // The default type last: it enables what the others describe.
  const rank = (msr: number) => (msr === DEF_TYPE ? 1 : 0);
  found.sort((a, b) => a.vcpu - b.vcpu || rank(a.msr) - rank(b.msr) || a.msr - b.msr);
  const notes =
    found.length === 0
      ? ['assumed: registers as after reset before the first line: the trace does not show the reset']
      : [
          `the first ${found.length} writes restore what the guest read first: ${found
            .slice(0, 6)
            .map(({ msr, line }) => `${msrName(msr)} (line ${line})`)
            .join(', ')}${found.length > 6 ? ', ...' : ''}; other registers as after reset`,
        ];
  const steps = found.map(({ vcpu, msr, hi, lo }) => ({ op: 'write-msr', vcpu, msr: printHex(msr), value: printValue64(hi, lo) }));
  return { writes: found, steps, notes };
}
