/**
 * Which operations a subject has, by the scenario format's table of operations: `n/a` to one of those is an answer that was owed. A family
 * that no row names owes what every subject has.
 */
import type { Machine } from '../../models/contract/machine.js';
import { EXECUTE, type OperationName } from '../../models/contract/operation.js';
import { STEP_WORDS } from '../operations/operation-spec.js';
import { codeOf, OPERATION_NAMES } from '../operations/registry.js';
import type { EncodedScenario } from '../scenario/encoded.js';
import type { Seat } from './panel.js';

const OF_ALL: readonly OperationName[] = [
  'write-msr',
  'read-msr',
  'write-cr0',
  'init',
  'access',
  'invlpg',
  'attach-device',
  'detach-device',
  'set-backing',
  'save-restore',
];
const OF_KVM: readonly OperationName[] = [...OF_ALL, 'zap'];
const OF_XEN: readonly OperationName[] = [...OF_ALL, 'set-io-resources', 'pin-cacheattr'];
const OF_PRIVATE_MEMORY: readonly OperationName[] = ['set-attributes', 'resume-attributes', 'resume-access', 'punch-hole'];

/** By family. */
const ROWS: Readonly<Record<string, readonly OperationName[]>> = {
  'intel-ept': OF_KVM,
  'amd-npt': OF_KVM,
  'shadow-paging': OF_KVM,
  'sev-snp': [...OF_KVM, ...OF_PRIVATE_MEMORY],
  tdx: [...OF_KVM, ...OF_PRIVATE_MEMORY],
  'sw-protected': [...OF_KVM, ...OF_PRIVATE_MEMORY],
  'nested-svm': [...OF_KVM, 'host-msr'],
  'nested-vmx': [...OF_KVM, 'host-msr'],
  'xen-hvm': OF_XEN,
  bhyve: [...OF_ALL, 'zap', 'set-io-resources'],
  acrn: [...OF_ALL, 'zap', 'set-io-resources'],
  virtualbox: [...OF_ALL, 'zap', 'set-io-resources'],
  // A cell has neither devices that come and go nor a host that takes memory back.
  jailhouse: OF_ALL.filter((name) => !['attach-device', 'detach-device', 'set-backing'].includes(name)),
};

const ACCESS = codeOf('access');
const REQUEST = codeOf('request');
const NEEDS_PRIVATE_MEMORY = OPERATION_NAMES.map((name) => OF_PRIVATE_MEMORY.includes(name));

export class OwedAnswers {
  /** By operation code. */
  private readonly has: readonly boolean[];
  private readonly hasPrivateMemory: boolean;
  private readonly hasPrivateFetchOnly: boolean;

  constructor({ lineage }: Seat) {
    const row = ROWS[lineage] ?? OF_ALL;
    this.has = OPERATION_NAMES.map((name) => row.includes(name));
    this.hasPrivateMemory = row.includes('set-attributes');
    this.hasPrivateFetchOnly = lineage === 'tdx';
  }

  /** Whether the subject owes step `step` an answer other than `n/a`. */
  owes({ machine, words }: EncodedScenario, step: number): boolean {
    const at = step * STEP_WORDS;
    const code = words[at];
    // The guest OS makes an access of it, which every subject has.
    if (code === REQUEST) return machine.guestOs !== null;
    if (!this.has[code]) return false;
    if (NEEDS_PRIVATE_MEMORY[code]) return machine.privateMemory;
    return code !== ACCESS || this.owesAccess(machine, words[at + 4], words[at + 7] !== 0);
  }

  private owesAccess(machine: Machine, kind: number, isPrivate: boolean): boolean {
    if (isPrivate) return this.hasPrivateMemory && machine.privateMemory;
    return !(this.hasPrivateFetchOnly && kind === EXECUTE);
  }
}
