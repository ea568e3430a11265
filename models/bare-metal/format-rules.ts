/** What bare metal answers because the scenario format says so: the same for both vendors. */
import type { Rule } from '../contract/rule.js';

function format(id: string, sentence: string, place: string): Rule {
  return { id, sentence, citation: { document: 'emtdiff scenario format, version 1', place } };
}

const STEPS = '"steps"';
const OBSERVATIONS = '"Observations: one per step and model"';

export const FORMAT_RULES = {
  noBacking: format(
    'bare-metal.no-backing',
    'A frame that no region covers has nothing behind it: it is emulated MMIO.',
    OBSERVATIONS,
  ),
  noHypervisor: format(
    'bare-metal.no-hypervisor',
    'Bare metal has no hypervisor that could zap mappings, hold I/O capabilities or pin cache attributes.',
    STEPS,
  ),
  noPrivateMemory: format('bare-metal.no-private-memory', 'Bare metal has no private guest memory.', STEPS),
  deviceCounted: format(
    'bare-metal.device-counted',
    'Devices come and go without effect on memory types: MTRRs, PAT and CR0 alone decide them.',
    STEPS,
  ),
  deviceAbsent: format('bare-metal.device-absent', 'A kind of device of which none is attached cannot be detached.', STEPS),
  deviceLimit: format('bare-metal.device-limit', 'At most three devices of one kind can be attached.', STEPS),
  backingReplaced: format('bare-metal.backing-replaced', 'The range is backed; what backs it changes no memory type.', STEPS),
  translationInvalidated: format(
    'bare-metal.translation-invalidated',
    'INVLPG changes no memory type: each access is taken as the first through its translation.',
    STEPS,
  ),
  registersKept: format('bare-metal.registers-kept', 'A save and restore on bare metal leaves everything as it was.', STEPS),
} as const satisfies Readonly<Record<string, Rule>>;
