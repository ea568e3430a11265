/** Effective types through a leaf that is WB, typed again from the manual: by guest PAT type, columns MTRR UC WC WT WP WB. */
import { MEMORY_TYPE_NAMES } from '../../../models/contract/memory-type.js';
import { typeThroughWriteBackLeaf } from '../../../models/nested-svm/access-type.js';

const COLUMNS = ['UC', 'WC', 'WT', 'WP', 'WB'];
const ROWS = {
  UC: 'UC CD CD CD CD',
  'UC-': 'UC CD CD CD CD',
  WC: 'WC WC WC+ WC+ WC+',
  WT: 'UC CD WT CD WT',
  WP: 'UC CD CD WP WP',
  WB: 'UC WC WT WP WB',
};
const code = (name: string) => MEMORY_TYPE_NAMES.indexOf(name);

test.each(Object.entries(ROWS))('PAT type %s gives, by the MTRR of the page, %s', (pat, row) => {
  const got = COLUMNS.map((mtrr) => MEMORY_TYPE_NAMES[typeThroughWriteBackLeaf(code(pat), code(mtrr))]);
  expect(got.join(' ')).toBe(row);
});
