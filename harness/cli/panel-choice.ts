/** Who sits on the panel: `--models`, `--external`, the default panel. */
import { externalOptions } from './external-choice.js';
import { knownProfiles } from './known-profile.js';
import { UsageError } from '../operations/usage-error.js';
import type { Profile } from '../../models/contract/model.js';
import { PROFILES } from '../../models/registry.js';
import type { Settings } from './options/settings.js';
import type { ExternalModel } from '../external/external-model.js';

export const DEFAULT_PANEL: readonly string[] = [
  'bare-metal/intel',
  'bare-metal/amd',
  'intel-ept/6.16',
  'intel-ept/6.6',
  'amd-npt/gpat',
  'shadow-paging/kvm-vmx',
  'shadow-paging/kvm-svm',
  'xen-hvm/ept-4.21',
  'xen-hvm/npt',
];

/** Panels with a name of their own, each with the bare metal that its guests expect. */
const PANELS: Readonly<Record<string, readonly string[]>> = {
  nested: [
    'bare-metal/intel',
    'bare-metal/amd',
    'nested-svm/5.12',
    'nested-svm/7.2',
    'nested-vmx/6.16',
    'nested/xen-svm',
    'nested/xen-vmx',
    'nested/acrn',
  ],
  // The newest profile of each hypervisor and vendor.
  'all-hypervisors': [
    'bare-metal/intel',
    'bare-metal/amd',
    'intel-ept/6.16',
    'amd-npt/gpat',
    'xen-hvm/ept-4.21',
    'xen-hvm/npt',
    'bhyve/13',
    'bhyve/amd',
    'acrn/3.x',
    'jailhouse/0.12',
    'jailhouse/amd',
    'virtualbox/7',
    'virtualbox/amd',
  ],
};

const FAMILIES = new Set(PROFILES.map(({ lineage }) => lineage));

/** Profiles named by a list: names, families, releases of one, with switches set otherwise. @throws {UsageError} naming what is close. */
export function profilesOf(names: readonly string[], source = '--models'): Profile[] {
  const members = names.flatMap((name) => (Object.hasOwn(PANELS, name) ? PANELS[name] : [name]));
  const chosen = members.flatMap((name) => {
    const found = PROFILES.filter((profile) => name === 'all' || profile.name === name || profile.lineage === name);
    return found.length > 0 ? found : knownProfiles(name, PROFILES, source);
  });
  return [...new Map(chosen.map((profile) => [profile.name, profile])).values()];
}

/** The profiles of `--models`, or else of the fallback. An empty list is an error. */
export function chosenProfiles(list: string | undefined, fallback: readonly string[], source = '--models'): Profile[] {
  const names = list === undefined ? fallback : namesOf(list);
  if (names.length === 0)
    throw new UsageError(`${source}: found an empty list, expected profiles such as intel-ept/6.16 (see emtdiff models)`);
  return profilesOf(names, source);
}

/** A comma separates profiles, but behind a plus switches of one: the next with a slash, and `all`, a panel or a family, is a profile again. */
function namesOf(list: string): string[] {
  const names: string[] = [];
  for (const word of list.split(',').map((each) => each.trim())) {
    const isProfile =
      word.includes('/') || word === 'all' || FAMILIES.has(word) || Object.hasOwn(PANELS, word) || !names.at(-1)?.includes('+');
    if (word === '') continue;
    if (isProfile) names.push(word);
    else names.push(`${names.pop()},${word}`);
  }
  return names;
}

/** Starts the models of `--external`; all or none. @throws {UsageError} */
export async function startExternals(
  definitions: readonly string[],
  profiles: readonly Profile[],
  settings: Settings,
): Promise<ExternalModel[]> {
  const source = settings.source('external');
  if (definitions.length === 0) return [];
  const { ExternalModel } = await import('../external/external-model.js');
  const named = definitions.map((definition) => {
    const at = definition.indexOf('=');
    if (at <= 0 || at === definition.length - 1)
      throw new UsageError(`${source}: found ${JSON.stringify(definition)}, expected NAME=COMMAND`);
    return { name: definition.slice(0, at), command: definition.slice(at + 1) };
  });
  const taken = [...profiles.map(({ name }) => name), ...named.map(({ name }) => name)];
  const twice = taken.find((name, index) => taken.indexOf(name) !== index);
  if (twice !== undefined)
    throw new UsageError(
      `${source}: found the name ${JSON.stringify(twice)} a second time, expected names that no other model of the panel has`,
    );
  const started: ExternalModel[] = [];
  try {
    for (const { name, command } of named) started.push(await ExternalModel.start(name, command, externalOptions(settings, name)));
  } catch (error) {
    await Promise.all(started.map((external) => external.close()));
    throw error;
  }
  return started;
}
