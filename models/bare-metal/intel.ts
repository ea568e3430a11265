/** An Intel processor with PAT and MTRRs, P6 family or later. */
import { INTEL_CELLS } from './intel-effective-type.js';
import { INTEL_RULES } from './intel-rules.js';
import { ruleNumbers } from './rules.js';
import { pagedAnswers, unpagedAnswers, type Vendor } from './vendor.js';

const rules = ruleNumbers(INTEL_RULES);

export const INTEL: Vendor = {
  rules,
  paged: pagedAnswers(INTEL_CELLS),
  unpaged: unpagedAnswers(INTEL_CELLS, rules.pagingOff),
  // No-fill mode is not a memory type; with empty caches it cannot be told from UC.
  cacheDisabled: null,
  fixedDramBits: null,
  splitsFirstMegabyte: true,
};
