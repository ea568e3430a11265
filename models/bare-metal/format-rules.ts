/** What bare metal answers because the scenario format says so: the same for both vendors. */
import { formatRule, type RuleTexts } from '../contract/define-rules.js';

const OBSERVATIONS = '"Observations: one per step and model"';

export const FORMAT_RULES = {
  registerAtStart: formatRule(
    'A scenario starts with every MTRR 0 and PAT at its reset value.',
    '"machine: what exists before the first step"',
  ),
  noBacking: formatRule('A frame that no region covers has nothing behind it: it is emulated MMIO.', OBSERVATIONS),
  noHypervisor: formatRule('Bare metal has no hypervisor that could zap mappings, hold I/O capabilities or pin cache attributes.'),
  noPrivateMemory: formatRule('Bare metal has no private guest memory.'),
  deviceCounted: formatRule('Devices come and go without effect on memory types: MTRRs, PAT and CR0 alone decide them.'),
  deviceAbsent: formatRule('A kind of device of which none is attached cannot be detached.'),
  deviceLimit: formatRule('At most three devices of one kind can be attached.'),
  backingReplaced: formatRule('The range is backed; what backs it changes no memory type.'),
  translationInvalidated: formatRule('INVLPG changes no memory type: each access is taken as the first through its translation.'),
  registersKept: formatRule('A save and restore on bare metal leaves everything as it was.'),
} satisfies RuleTexts;
