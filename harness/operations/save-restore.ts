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
  draw() {},
  inWords(step) {
    const extras = [
      step.legacyState ? ', nested state without g_pat' : '',
      step.msrs === SAVE_INDEX_LIST ? ', MSRs of the index list only' : '',
    ];
    return `save and restore (migration to an equal host)${extras.join('')}`;
  },
};
