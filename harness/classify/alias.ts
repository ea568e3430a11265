/**
 * The alias hazard: the guest's effective type of a frame against the host kernel's own mapping of it.
 * Sources: SDM vol. 3, "Programming the PAT" (aliases of one physical address) and the Self Snoop flag of CPUID.01H:EDX;
 * APM vol. 2, "Memory Types, Changing Memory Type" (aliases within one class); APM vol. 2, "Combining Memory Types, MTRRs" (WC+ probes).
 */
import { type Backing, DEVICE, DEVICE_RO, DEVICE_WC, RAM_WC, RESERVED, SPECIAL } from '../../models/contract/machine.js';
import {
  CD,
  type EffectiveType,
  MEMORY_TYPE_NAMES,
  type RegisterType,
  UC,
  WB,
  WC,
  WC_PLUS,
} from '../../models/contract/memory-type.js';

export interface AliasHazard {
  readonly guest: string;
  /** Type of the host kernel's own mapping. */
  readonly host: string;
  readonly withSelfSnoop: string;
  readonly withoutSelfSnoop: string;
}

const SAME = 'safe';
const DEVICE_ALIAS =
  'a cacheable alias of device memory: line fills and speculative reads reach the device, machine check possible';

/** How the host kernel itself maps the backing (docs/scenario-format.md, "backing"): WB for RAM, WC for a GPU driver's pool, UC- for BARs. */
export function hostMapping(backing: Backing): RegisterType {
  if (backing === RAM_WC || backing === DEVICE_WC) return WC;
  return backing === DEVICE || backing === DEVICE_RO ? UC : WB;
}

export function aliasHazard(type: EffectiveType, backing: Backing, vendor: 'intel' | 'amd'): AliasHazard {
  const host = hostMapping(backing);
  const [withSelfSnoop, withoutSelfSnoop] =
    vendor === 'amd' ? both(amdAlias(type, host, backing)) : intelAlias(type, host, backing);
  return { guest: MEMORY_TYPE_NAMES[type], host: MEMORY_TYPE_NAMES[host], withSelfSnoop, withoutSelfSnoop };
}

/** Whether the caches may disagree with memory, or a device is reached by mistake: on some host at least. */
export function isHazard({ withSelfSnoop, withoutSelfSnoop }: AliasHazard): boolean {
  return [withSelfSnoop, withoutSelfSnoop].some((text) => text === DEVICE_ALIAS || /\bincoherent\b|\bstale\b/.test(text));
}

const both = (text: string): [string, string] => [text, text];
const cacheable = (type: number) => type >= 4 && type <= 6;

function intelAlias(type: EffectiveType, host: RegisterType, backing: Backing): [string, string] {
  if (type === host) return both(SAME);
  if (isDevice(backing) && (cacheable(type) || cacheable(host))) return both(DEVICE_ALIAS);
  if (cacheable(type) && cacheable(host)) return both('coherent by ordinary snooping, unsupported by the SDM');
  const kinds = [type, host];
  if (kinds.includes(WC) && (cacheable(type) || cacheable(host)))
    return ['coherent with self-snoop', 'incoherent: WC does not check the caches'];
  if (kinds.includes(UC) && (cacheable(type) || cacheable(host))) {
    return ['coherent with self-snoop', 'coherent if the page tables say UC; stale data possible if an MTRR does'];
  }
  return both('no cache involved: only the delay of write-combining buffers');
}

function amdAlias(type: EffectiveType, host: RegisterType, backing: Backing): string {
  if (type === host) return SAME;
  if (isDevice(backing) && (cacheable(type) || cacheable(host))) return DEVICE_ALIAS;
  if (cacheable(type) && cacheable(host)) return 'allowed: one class of types';
  if (type === CD || type === WC_PLUS) return 'coherent: every access probes the caches';
  if (!cacheable(type) && !cacheable(host)) return 'allowed: one class of types';
  return type === WC || host === WC ? 'incoherent: WC does not probe' : 'stale data possible';
}

function isDevice(backing: Backing): boolean {
  return backing >= RESERVED && backing < SPECIAL;
}
