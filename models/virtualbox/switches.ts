/** In what the profiles of VirtualBox differ, and what no source that was read decides, as named switches. */
import { choice, type SwitchesOf, toggle } from '../contract/switch.js';

export const SWITCHES = {
  paging: choice('Which second-level tables the processor walks.', 'ept', 'npt'),
  storesVariablePairs: toggle(
    'A variable pair reads back what was written, which newer releases are said to do; the trees that were read drop it.',
  ),
  absentPair: choice('A pair behind the eighth: #GP, or reads 0 and drops a write. It was not read.', 'gp', 'ignored'),
} as const;

export type Version = SwitchesOf<typeof SWITCHES>;
