/** What a line of a trace records, in the few kinds that a profile has an answer to. */
import { LEVEL_NAMES } from '../../models/contract/address.js';
import { MEMORY_TYPE_NAMES } from '../../models/contract/memory-type.js';
import type { RecordedLeaf } from './leaf-entry.js';

export type FactKind = 'refusal' | 'value' | 'zap' | 'leaf' | 'level';

/** How a profile's answer stands to what is recorded. */
export type Verdict = 'agrees' | 'differs' | 'open';

export interface FactAnswer {
  readonly kind: FactKind;
  readonly verdict: Verdict;
  /** In words: `#GP`, `WB+ipat`, `2M`, `a zap`. */
  readonly recorded: string;
  readonly expected: string;
  /** Number of the deciding rule in the profile's list. */
  readonly rule: number;
}

export function leafInWords({ type, ipat }: Pick<RecordedLeaf, 'type' | 'ipat'>): string {
  return `${MEMORY_TYPE_NAMES[type] ?? `reserved ${type}`}${ipat ? '+ipat' : ''}`;
}

export function levelInWords(level: number): string {
  return LEVEL_NAMES[level] ?? `level ${level}`;
}
