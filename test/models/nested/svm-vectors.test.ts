/**
 * Whose PAT is live and what L2 gets, case by case: hardware, KVM with the PAT shared, KVM with the quirk disabled, Xen. PAT values are those of
 * l2-script.ts; a dash is what the subject has no answer for.
 */
import { run } from './l2-script.js';

const START = 'map index=0; ';

/** number, script, hardware, KVM shared, KVM separate, Xen */
type Row = readonly [number, string, string, string, string, string];
const n = '-';

const ROWS: readonly Row[] = [
  [1, 'vmcb np gpat=G; enter?; read?', 'ok G', 'ok D', 'ok G', 'ok G'],
  [2, 'vmcb np gpat=G; enter; msr 277=W ?; read?', 'ok W', 'ok W', 'ok W', 'ok W'],
  [3, 'vmcb np gpat=G; enter; msr 277=W; exit?; l2pat?', 'ok W', 'ok G', 'ok W', 'ok W'],
  [4, 'vmcb np gpat=G; enter; msr 277=W; exit; read?', 'D', 'W', 'D', 'D'],
  [5, 'vmcb no-np gpat=G; enter; read?', 'D', 'D', 'D', 'G'],
  [6, 'vmcb no-np gpat=G; enter; msr 277=W; exit; read?; l2pat?', 'W G', 'W G', 'W G', 'D W'],
  [7, 'vmcb np gpat=BAD; enter?', 'invalid', 'ok', 'invalid', 'invalid'],
  [8, 'vmcb np gpat=BAD; enter; l2pat?; read?', 'BAD D', 'EBUSY D', 'BAD D', 'BAD D'],
  [9, 'vmcb no-np gpat=BAD; enter?', 'ok', 'ok', 'ok', 'invalid'],
  [10, 'vmcb gpat=G; enter; msr 277=BAD ?', 'gp', 'gp', 'gp', 'gp'],
  [11, 'vmcb gpat=G; enter; exit; vmcb gpat=A clean; enter; read?', 'undefined', 'D', 'G', 'G'],
  [12, 'vmcb gpat=G; enter; exit; vmcb gpat=A no-clean; enter; read?', 'A', 'D', 'A', 'A'],
  [13, 'vmcb gpat=G; enter; exit; vmcb page1 gpat=A clean; enter page1; read?', 'undefined', 'D', 'A', 'A'],
  [14, 'vmcb gpat=G; enter; msr 277=W; exit; vmcb gpat=A clean; enter; read?', 'undefined', 'W', 'W', 'W'],
  [15, 'vmcb gpat=G; enter; exit; vmcb gpat=BAD clean; enter?', 'undefined', 'ok', 'invalid', 'ok'],
  [16, 'msr 277=A; vmcb gpat=G; enter; read?; exit; read?', 'G A', 'A A', 'G A', 'G A'],
  [17, 'vmcb gpat=G; enter; host?', 'n/a', 'D', 'D', 'n/a'],
  [18, 'vmcb gpat=G; enter; host set=A; read?; exit; read?', 'G D', 'A A', 'G A', n],
  [19, 'vmcb gpat=G; enter; msr 277=W; save; read?; exit; l2pat?; read?', 'W W D', 'W G W', 'W W D', n],
  [20, `${START}vmcb gpat=G; enter; save legacy; access pat=0 ?`, 'WB', 'WB', 'CD', n],
  [21, 'vmcb no-np gpat=G; enter; exit; vmcb np clean; enter; read?', 'undefined', 'D', 'D', 'G'],
  [22, 'vmcb no-np gpat=G; enter; exit; vmcb np no-clean; enter; read?', 'G', 'D', 'G', 'G'],
  [23, `${START}enter; access pat=0 ?`, 'WB', 'WB', 'WB', 'WB'],
  [24, 'map index=3; enter; access pat=0 ?', 'CD', 'WB', 'WB', 'WB'],
  [25, 'map index=2; enter; access pat=0 ?', 'CD', 'WB', 'WB', 'WB'],
  [26, 'map index=1; enter; access pat=0 ?', 'WT', 'WB', 'WB', 'WB'],
  [27, 'msr 277=LX; vmcb gpat=LX; map index=1; enter; access pat=0 ?', 'WC', 'WB', 'WB', 'WB'],
  [28, 'msr 277=LX; vmcb gpat=LX; map index=3; enter; access pat=1 ?', 'WC', 'WC+', 'WC+', 'WC+'],
  [29, `msr 277=LX; vmcb gpat=LX; ${START}enter; access pat=1 ?`, 'WC+', 'WC+', 'WC+', 'WC+'],
  [30, `msr 277=LX; vmcb gpat=D; ${START}enter; access pat=1 ?`, 'WT', 'WC+', 'WT', 'WT'],
  [31, 'msr 277=LX; vmcb gpat=LX; map index=7; enter; access pat=5 ?', 'CD', 'WP', 'WP', 'WP'],
  [32, 'vmcb gpat=D; map index=2; enter; access pat=2 ?', 'CD', 'CD', 'CD', 'CD'],
  [33, 'msr 200=8000000; msr 201=3fffffe00800; map to=8000 index=0; enter; access pat=0 ?', 'UC', 'UC', 'UC', 'UC'],
  [34, 'msr 277=LX; vmcb no-np gpat=LX; enter; access gfn=100 pat=1 ?', 'WC', 'WC+', 'WC+', 'WC+'],
  [34, 'msr 277=LX; vmcb no-np gpat=D; enter; access gfn=100 pat=1 ?', 'WC', 'WC+', 'WC+', 'WT'],
  [35, 'vmcb gpat=G; enter; access gfn=11 ?; read?', 'npf D', 'npf D', 'npf D', 'npf D'],
];

const COLUMNS: readonly (readonly [string, 2 | 3 | 4 | 5, object])[] = [
  ['bare-metal/amd', 2, {}],
  ['nested-svm/5.12', 3, {}],
  ['nested-svm/5.12', 3, { nestedSharedPat: false }],
  ['nested-svm/7.2', 3, {}],
  ['nested-svm/7.2', 4, { nestedSharedPat: false }],
  ['nested/xen-svm', 5, {}],
];

describe.each(COLUMNS)('%s', (profile, column, keys) => {
  const rows = ROWS.filter((row) => row[column] !== n);
  test.each(rows.map((row) => [`${row[0]}: ${row[1]}`, row] as const))('answers case %s', (_, row) => {
    expect(run(profile, row[1], keys)).toBe(row[column]);
  });
});
