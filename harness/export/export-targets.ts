/** Everything that a scenario can be exported to. */
import type { ExportTarget } from './export-input.js';
import { hostScript } from './host-script.js';
import { KVM_C } from './kvm-c.js';
import { kvmUnitTests } from './kvm-unit-tests.js';
import { selftest } from './selftest.js';
import { xtf } from './xtf.js';

export const TARGETS: readonly ExportTarget[] = [selftest, kvmUnitTests, xtf, hostScript];

/** One more than the list: the program on the agent's runtime needs its sources, too. */
export const TARGET_NAMES: readonly string[] = [KVM_C.name, ...TARGETS.map(({ name }) => name)];
