/** Keys of the machine that only some panels know: nested guests, in-place conversion, a guest OS. */
import { NESTED_SVM, NESTED_VMX, NO_NESTED, type Nested } from '../../models/contract/machine.js';
import type { Random } from '../operations/random.js';
import type { FeatureSet } from './feature-set.js';
import type { DrawnMachine } from './machine-draw.js';

/** A machine has one of them: nested guests and private memory are not drawn together, nor with a guest OS. */
export function drawFeatureKeys(
  random: Random,
  machine: DrawnMachine,
  { nestedSvm, nestedVmx, inPlace, guestOses }: FeatureSet,
): void {
  const [isNested, isVmx, sharesPat, startsShared, hasOs, os] = [
    random.chance(96),
    random.chance(128),
    random.chance(112),
    random.chance(128),
    random.chance(112),
    random.below(Math.max(1, guestOses.length)),
  ];
  machine.initShared = inPlace && machine.privateMemory && startsShared;
  const always = nestedSvm === 'all' || nestedVmx === 'all';
  if (!machine.privateMemory && (always || isNested)) machine.nested = kindOf(nestedSvm !== 'none', nestedVmx !== 'none', isVmx);
  machine.nestedSharedPat = machine.nested === NO_NESTED || sharesPat;
  // L2 runs with L1's CR0.CD, which the format keeps 0.
  if (machine.nested !== NO_NESTED) machine.cr0 = { pg: machine.cr0.pg, cd: false, nw: false };
  if (machine.nested === NO_NESTED && !machine.privateMemory && guestOses.length > 0 && hasOs) machine.guestOs = guestOses[os];
}

function kindOf(svm: boolean, vmx: boolean, prefersVmx: boolean): Nested {
  if (vmx && (prefersVmx || !svm)) return NESTED_VMX;
  return svm ? NESTED_SVM : NO_NESTED;
}
