/** An Intel processor with PAT and MTRRs, P6 family or later. */
import { NESTED_VMX } from '../contract/machine.js';
import { INTEL_CELLS } from './intel-effective-type.js';
import { INTEL_ANSWER_RULE, INTEL_READ_RULE, INTEL_RULE } from './rules.js';
import { pagedAnswers, unpagedAnswers, type Vendor } from './vendor.js';

export const INTEL: Vendor = {
  rules: INTEL_RULE,
  readRules: INTEL_READ_RULE,
  paged: pagedAnswers(INTEL_CELLS, INTEL_ANSWER_RULE),
  unpaged: unpagedAnswers(INTEL_CELLS, INTEL_ANSWER_RULE),
  // No-fill mode is not a memory type; with empty caches it cannot be told from UC.
  cacheDisabled: null,
  hasTopMemory2: false,
  fixedDramBits: null,
  splitsFirstMegabyte: true,
  nested: NESTED_VMX,
};
