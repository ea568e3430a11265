/** In what the versions of bhyve differ, and what no source that was read decides, as named switches. */
import { choice, type SwitchesOf, toggle } from '../contract/switch.js';

export const SWITCHES = {
  paging: choice('Which second-level tables the processor walks.', 'ept', 'npt'),
  storesMtrrs: toggle('Guest MTRRs are stored and read back; before, they read 0 and writes are dropped.'),
  absentPair: choice(
    'A pair behind the last one: #GP, or user space answers 0 and drops the write. The error path was not read.',
    'gp',
    'ignored',
  ),
  barLevel: choice('The largest page of a BAR. Whether an aligned one gets 2M was not read.', '4K', '2M'),
} as const;

export type Version = SwitchesOf<typeof SWITCHES>;
