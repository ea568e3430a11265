/** Everything that a scenario can be exported to. */
import type { ExportTarget } from './export-input.js';
import { hostScript } from './host-script.js';
import { kvmUnitTests } from './kvm-unit-tests.js';
import { selftest } from './selftest.js';
import { xtf } from './xtf.js';

export const TARGETS: readonly ExportTarget[] = [selftest, kvmUnitTests, xtf, hostScript];
