import { NO_NESTED } from '../../models/contract/machine.js';
import { SAVE_INDEX_LIST, SAVED_MSRS_NAMES, type SavedMsrs } from '../../models/contract/operation.js';
import { optional } from './field.js';
import { flag, named } from './fields.js';
import type { OperationSpec } from './operation-spec.js';

export const saveRestore: OperationSpec<'save-restore'> = {
  op: 'save-restore',
  fields: {
    legacyState: optional(flag, false),
    msrs: optional(named<SavedMsrs>(SAVED_MSRS_NAMES, [0, 1]), 0),
  },
  weight: 1,
  draw(draw, words, at) {
    if (draw.machine.nested === NO_NESTED) return;
    words[at + 1] = draw.random.chance(96) ? 1 : 0;
    words[at + 2] = draw.random.chance(32) ? 1 : 0;
  },
  inWords(step) {
    const extras = [
      step.legacyState ? ', nested state without g_pat' : '',
      step.msrs === SAVE_INDEX_LIST ? ', MSRs of the index list only' : '',
    ];
    return `save and restore (migration to an equal host)${extras.join('')}`;
  },
};
