/** Every rule of this folder, and the number that an observation carries for it. */
import { defineRules, variantNumbers, withClauses } from '../contract/define-rules.js';
import { AMD_CELLS } from './amd-effective-type.js';
import { AMD_NESTED_CELLS, AMD_NESTED_UNPAGED } from './amd-nested-type.js';
import { AMD_RULES } from './amd-rules.js';
import { answerRules, cellRules } from './cell-rules.js';
import { FORMAT_RULES } from './format-rules.js';
import { INTEL_CELLS } from './intel-effective-type.js';
import { INTEL_NESTED_CELLS, INTEL_NESTED_UNPAGED } from './intel-nested-type.js';
import { INTEL_RULES } from './intel-rules.js';
import { AMD_L2_RULES, INTEL_L2_RULES, NESTED_FORMAT_RULES } from './nested-rules.js';

/** Clauses go by their keys, which both vendors have: those of a vendor stand before its answers, and after those of the other. */
const [
  list,
  FORMAT,
  INTEL,
  INTEL_READ,
  ,
  INTEL_ANSWERS,
  INTEL_L2,
  INTEL_L2_TYPES,
  INTEL_L2_UNPAGED,
  AMD,
  AMD_READ,
  ,
  AMD_ANSWERS,
  AMD_L2,
  AMD_L2_TYPES,
  AMD_L2_UNPAGED,
] = defineRules(
  'bare-metal',
  { ...FORMAT_RULES, ...NESTED_FORMAT_RULES },
  INTEL_RULES,
  readRules(INTEL_RULES),
  cellRules(INTEL_CELLS),
  answerRules('intel', INTEL_CELLS),
  INTEL_L2_RULES,
  INTEL_NESTED_CELLS,
  INTEL_NESTED_UNPAGED,
  AMD_RULES,
  readRules(AMD_RULES),
  cellRules(AMD_CELLS),
  answerRules('amd', AMD_CELLS),
  AMD_L2_RULES,
  AMD_NESTED_CELLS,
  AMD_NESTED_UNPAGED,
);
export const rules = list;
export const FORMAT_RULE = FORMAT;
export const INTEL_RULE = INTEL;
export const AMD_RULE = AMD;
/** By answerKey(). */
export const INTEL_ANSWER_RULE = INTEL_ANSWERS;
export const AMD_ANSWER_RULE = AMD_ANSWERS;
export const INTEL_L2_RULE = INTEL_L2;
export const AMD_L2_RULE = AMD_L2;
/** By the keys of intel-nested-type.ts and amd-nested-type.ts. */
export const INTEL_L2_TYPE_RULE = INTEL_L2_TYPES;
export const INTEL_L2_UNPAGED_RULE = INTEL_L2_UNPAGED;
export const AMD_L2_TYPE_RULE = AMD_L2_TYPES;
export const AMD_L2_UNPAGED_RULE = AMD_L2_UNPAGED;
/** From the rule by which a register has its value to the same with the clause that a read adds. */
export const INTEL_READ_RULE = variantNumbers({ ...FORMAT, ...INTEL }, INTEL_READ);
export const AMD_READ_RULE = variantNumbers({ ...FORMAT, ...AMD }, AMD_READ);

/** By which write a register has its value. */
function readRules({ mtrrWritten, patWritten }: typeof INTEL_RULES | typeof AMD_RULES) {
  return withClauses({ registerAtStart: FORMAT_RULES.registerAtStart, mtrrWritten, patWritten }, 'registerRead');
}
