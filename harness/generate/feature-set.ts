/** What the cases of a panel may hold: groups of operations and keys of the machine that not every subject knows. */
import type { GuestOsName } from '../../models/contract/guest-os.js';
import type { Model, Profile } from '../../models/contract/model.js';
import type { OperationName } from '../../models/contract/operation.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import { Subject } from '../../models/contract/subject.js';

/** What generator 2 draws whoever sits on the panel. An operation that comes later is drawn where a subject has it. */
export const IN_EVERY_PANEL: ReadonlySet<string> = new Set([
  'write-msr',
  'read-msr',
  'write-cr0',
  'init',
  'access',
  'invlpg',
  'attach-device',
  'detach-device',
  'set-io-resources',
  'zap',
  'set-backing',
  'pin-cacheattr',
  'save-restore',
]);

/** In none of the cases, in some, in all. */
export type Share = 'none' | 'some' | 'all';

export interface FeatureSet {
  readonly privateMemory: Share;
  /** Conversions in place: host accesses, pins, INIT_SHARED, the pause points of their own. */
  readonly inPlace: boolean;
  readonly nestedSvm: Share;
  readonly nestedVmx: Share;
  readonly hostMsr: boolean;
  /** Operations beside those in every panel that a subject has. Those that need more say so in their own file. */
  readonly operations: readonly OperationName[];
  /** Who may resolve requests. */
  readonly guestOses: readonly GuestOsName[];
}

/** Without a panel: what each subject has, and private memory, in some cases. */
export const ANY_SUBJECT: FeatureSet = {
  privateMemory: 'some',
  inPlace: false,
  nestedSvm: 'none',
  nestedVmx: 'none',
  hostMsr: false,
  operations: [],
  guestOses: [],
};

/**
 * The features of a panel: private memory and nested guests in some cases where a subject has them, in all where all have.
 * @param guestOses that some cases have in their guest: every profile knows them all, so a campaign has to ask for them
 */
export function featureSetOf(profiles: readonly Profile[], guestOses: readonly GuestOsName[] = []): FeatureSet {
  // Bare metal is the expectation of each panel and not its subject.
  const subjects = profiles.filter(({ lineage }) => lineage !== 'bare-metal').map((profile) => new Having(profile));
  const share = (has: (subject: Having) => boolean): Share => (!subjects.some(has) ? 'none' : subjects.every(has) ? 'all' : 'some');
  const isKnown = (wanted: GuestOsName) => profiles.some((profile) => profile.guestOses?.some(({ name }) => name === wanted));
  return {
    privateMemory: share((subject) => subject.has('set-attributes')),
    inPlace: subjects.some((subject) => subject.has('host-access')),
    nestedSvm: share((subject) => subject.has('write-vmcb12')),
    nestedVmx: share((subject) => subject.has('write-vmcs12')),
    hostMsr: subjects.some((subject) => subject.has('host-msr')),
    operations: OPERATION_NAMES.filter((name) => !IN_EVERY_PANEL.has(name) && subjects.some((subject) => subject.has(name))),
    guestOses: guestOses.filter(isKnown),
  };
}

/** Families that answer `n/a` by methods of their own. */
const LACK_PRIVATE_MEMORY = ['amd-npt', 'shadow-paging', 'xen-hvm'];

/** Which operations a subject has: those of which its model does not inherit the answer `n/a`. */
class Having {
  private readonly model: Model;

  constructor(private readonly profile: Profile) {
    this.model = profile.create();
  }

  has(name: OperationName): boolean {
    const method = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const own = (this.model as unknown as Record<string, unknown>)[method];
    if (typeof own !== 'function') return false;
    if (this.model instanceof Subject) return own !== (Subject.prototype as unknown as Record<string, unknown>)[method];
    return !LACK_PRIVATE_MEMORY.includes(this.profile.lineage);
  }
}
