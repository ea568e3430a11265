/** Which register gives a frame its MTRR type. Both manuals rank them alike; each vendor's list of rules says so by its own. */
import type { RuleText } from '../contract/define-rules.js';
import { MTRR_NAMES, type MtrrName } from './effective-type.js';

export const NO_MTRRS = 0;
export const DISABLED = 1;
export const FIXED_RANGE = 2;
export const VARIABLE_RANGE = 3;
export const UC_RANGE_WINS = 4;
export const WT_RANGE_WINS = 5;
export const DEFAULT_TYPE = 6;
/** Of AMD alone. */
export const TOP_MEMORY_2 = 7;
export type Decider = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;
export const DECIDERS: readonly Decider[] = [
  NO_MTRRS,
  DISABLED,
  FIXED_RANGE,
  VARIABLE_RANGE,
  UC_RANGE_WINS,
  WT_RANGE_WINS,
  DEFAULT_TYPE,
  TOP_MEMORY_2,
];

/** Keys of their rules, by decider. */
export const DECIDER_KEYS = [
  'countsAsWriteBack',
  'mtrrsDisabled',
  'fixedRange',
  'variableRange',
  'ucRangeWins',
  'wtRangeWins',
  'defaultType',
  'topMemory2',
] as const;
/** What both vendors have. */
type DeciderKey = Exclude<(typeof DECIDER_KEYS)[number], 'topMemory2'>;

/** Types that each can give, by decider. */
export const DECIDED_TYPES: readonly (readonly MtrrName[])[] = [
  ['WB'],
  ['UC'],
  MTRR_NAMES,
  MTRR_NAMES,
  ['UC'],
  ['WT'],
  MTRR_NAMES,
  ['WB'],
];

/** @param cite a rule with its source, of a name without the vendor */
export function decidingRegisters(cite: (name: string, sentence: string) => RuleText): Readonly<Record<DeciderKey, RuleText>> {
  const clause = (name: string, sentence: string): RuleText => ({ ...cite(name, sentence), kind: 'clause' });
  return {
    countsAsWriteBack: clause('counts-as-write-back', 'Without MTRRs the MTRR type counts as WB.'),
    mtrrsDisabled: clause('mtrrs-disabled', 'While MTRRdefType.E=0 the MTRR type of all memory is UC, whatever the default type.'),
    fixedRange: clause(
      'fixed-range',
      'Below 1 MiB, with MTRRdefType.E=1 and FE=1, the fixed range gives the MTRR type, whatever the variable ranges.',
    ),
    variableRange: clause('variable-range', 'The variable ranges that cover the frame agree on its MTRR type.'),
    ucRangeWins: clause('uc-range-wins', 'Of overlapping variable ranges one of type UC wins.'),
    wtRangeWins: clause('wt-range-wins', 'Of overlapping variable ranges of types WT and WB the one of type WT wins.'),
    defaultType: clause('default-type', 'No range covers the frame, so that the default type is its MTRR type.'),
  };
}
