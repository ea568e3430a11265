/** Whether PAT is on, whether the OS writes it, and the index by which each type is had. Linux arch/x86/mm/pat/memtype.c. */
import type { GuestPlatform, RequestType } from '../contract/guest-os.js';
import { UC, UC_MINUS, WB, WC, WP, WT } from '../contract/memory-type.js';
import { PAT_RESET_HI, PAT_RESET_LO } from '../contract/msr.js';
import type { Behaviour } from './behaviour.js';
import type { Halves } from './register.js';
import { RULE } from './rules.js';

/** WB WC UC- UC WB WP UC- WT. */
export const LINUX_PAT: Halves = { hi: 0x04070506, lo: 0x00070106 };
const RESET: Halves = { hi: PAT_RESET_HI, lo: PAT_RESET_LO };

export interface PatSetUp {
  readonly isWritten: boolean;
  readonly isOn: boolean;
  readonly rule: number;
}

/** pat_bp_init(). @param isUsed MTRRs are in use: CPUID has them and MTRRdefType.E is set */
export function patSetUp(found: Halves, isUsed: boolean, platform: GuestPlatform, behaviour: Behaviour): PatSetUp {
  if (isZero(found)) return { isWritten: false, isOn: false, rule: RULE.patOfZero };
  if (behaviour.tdKeepsPat && platform.isolation === 'tdx') return { isWritten: false, isOn: true, rule: RULE.tdKeepsPat };
  if (isUsed) return { isWritten: true, isOn: true, rule: RULE.mtrrsOnWritesPat };
  if (behaviour.patWithoutMtrrs === 'written') return { isWritten: true, isOn: true, rule: RULE.mtrrsOffWritesPat };
  const isKept = behaviour.patWithoutMtrrs === 'kept-in-vm' && platform.hypervisor;
  return { isWritten: false, isOn: isKept, rule: isKept ? RULE.mtrrsOffKeepsPat : RULE.mtrrsOffDisablesPat };
}

/** The PAT of which the table is made. */
export function patInForce(found: Halves, { isWritten }: PatSetUp): Halves {
  if (isWritten) return LINUX_PAT;
  return isZero(found) ? RESET : found;
}

/** The table at the start: __cachemode2pte_tbl. */
const AT_START: Readonly<Record<RequestType | typeof WP, number>> = {
  [WB]: 0,
  [WC]: 2,
  [UC_MINUS]: 2,
  [UC]: 3,
  [WT]: 2,
  [WP]: 2,
};

export interface IndexTable {
  /** By type. */
  readonly index: Readonly<Record<number, number>>;
  /** Types that the PAT has. */
  readonly held: ReadonlySet<number>;
}

/** __init_cache_modes(): the lowest index of a type wins. Null: its first entry is not WB, a BUG. */
export function indexTable(pat: Halves): IndexTable | null {
  const index: Record<number, number> = { ...AT_START };
  const held = new Set<number>();
  for (let entry = 7; entry >= 0; entry--) {
    const type = typeOf(pat, entry);
    if (entry === 0 && type !== WB) return null;
    index[type] = entry;
    held.add(type);
  }
  return { index, held };
}

/** pat_get_cache_mode(): what is no type counts as WB. */
function typeOf({ hi, lo }: Halves, entry: number): number {
  const type = ((entry < 4 ? lo : hi) >>> (8 * (entry & 3))) & 7;
  return type === 2 || type === 3 ? WB : type;
}

function isZero({ hi, lo }: Halves): boolean {
  return hi === 0 && lo === 0;
}
