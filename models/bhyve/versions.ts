/** bhyve by release of FreeBSD, and on AMD. */
import { by, defineVersions } from '../contract/define-versions.js';
import { releases } from '../contract/release.js';
import { Bhyve } from './model.js';
import { rules } from './rules.js';
import { SWITCHES } from './switches.js';

export const profiles = defineVersions(
  {
    lineage: 'bhyve',
    hasLeaf: true,
    rules,
    switches: SWITCHES,
    origin: { paging: 'ept', storesMtrrs: false, absentPair: 'gp', barLevel: '4K' },
    create: (version) => new Bhyve(version),
  },
  [
    {
      name: '12',
      vendor: 'intel',
      releases: releases('FreeBSD', 'about 10.0 to 12.4'),
      changes: [],
      summary: 'RAM is WB and a BAR UC, both without the guest PAT; MTRRs read 0.',
    },
    {
      name: '13',
      vendor: 'intel',
      releases: releases('FreeBSD', '13.0 and later'),
      changes: [by(null, { storesMtrrs: true })],
      summary: 'RAM is WB and a BAR UC, both without the guest PAT; ten variable MTRR pairs are stored and decide nothing.',
    },
    {
      name: 'amd',
      vendor: 'amd',
      releases: { ...releases('FreeBSD', '13.0 and later'), remark: 'on AMD' },
      changes: [by(null, { paging: 'npt' })],
      summary: 'RAM is WB and a BAR UC by the host PAT, over which the guest PAT is live; MTRRs are stored and decide nothing.',
    },
  ],
);
