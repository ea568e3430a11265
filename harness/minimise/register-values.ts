/** Pass: register values without the fields that do not matter: whole fields first, as the registers are laid out. */
import { DEF_TYPE, PAT } from '../../models/contract/msr.js';
import type { Operation, Value64 } from '../../models/contract/operation.js';
import type { Scenario } from '../scenario/scenario.js';
import { adoptMostEdits } from './adoption.js';
import { byteAbout } from './fixed-ranges.js';
import type { Search, Trial } from './search.js';
import { withStep } from './steps.js';
import { byteMask, keepBits } from './value-bits.js';

const ALL = 0xffffffff;
const WITHOUT_FE: Value64 = { hi: ALL, lo: ALL & ~0x400 };

export function* simplifyValues(search: Search): Trial<void> {
  const { steps } = search.scenario;
  const target = steps[steps.length - 1];
  yield* adoptMostEdits(
    search,
    steps.flatMap((step, index) => {
      const bits = step.op === 'write-msr' ? enough(step.msr, target) : null;
      return bits === null ? [] : [(scenario: Scenario) => keepAt(scenario, index, bits)];
    }),
  );
}

/** The bits that are likely to be enough: of PAT and of a fixed-range register the one byte that is used; null: no guess. */
function enough(msr: number, target: Operation): Value64 | null {
  if (msr === DEF_TYPE) return WITHOUT_FE;
  if (msr === PAT) return 'pat' in target ? byteMask(target.pat) : null;
  const byte = 'gfn' in target ? byteAbout(msr, target.gfn) : null;
  return byte === null ? null : byteMask(byte);
}

function keepAt(scenario: Scenario, index: number, bits: Value64): Scenario {
  const step = scenario.steps[index];
  return step?.op === 'write-msr' ? withStep(scenario, index, { ...step, value: keepBits(step.value, bits) }) : scenario;
}
