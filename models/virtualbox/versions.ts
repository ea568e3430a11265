/** VirtualBox on Intel and on AMD, from two snapshots of the tree between 5.2 and 7.x that carry no exact date. */
import { by, defineVersions } from '../contract/define-versions.js';
import { releases } from '../contract/release.js';
import { VirtualBox } from './model.js';
import { rules } from './rules.js';
import { SWITCHES } from './switches.js';

const RELEASES = releases('VirtualBox', 'about 5.2 to about 7.0');

export const profiles = defineVersions(
  {
    lineage: 'virtualbox',
    hasLeaf: true,
    rules,
    switches: SWITCHES,
    origin: { paging: 'ept', storesVariablePairs: false, absentPair: 'gp' },
    create: (version) => new VirtualBox(version),
  },
  [
    {
      name: '7',
      vendor: 'intel',
      releases: RELEASES,
      changes: [],
      summary: 'Every leaf of RAM is WB and ignores the guest PAT; variable MTRRs read 0.',
    },
    {
      name: 'amd',
      vendor: 'amd',
      releases: { ...RELEASES, remark: 'on AMD' },
      changes: [by(null, { paging: 'npt' })],
      summary: 'The guest runs on a PAT of VirtualBox, WB but for index 7, which is UC; its own is stored only.',
    },
  ],
);
