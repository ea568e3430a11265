/** ACRN as read at one commit; other releases were not read. */
import { defineVersions } from '../contract/define-versions.js';
import { releases } from '../contract/release.js';
import { Acrn } from './model.js';
import { rules } from './rules.js';

export const profiles = defineVersions(
  {
    lineage: 'acrn',
    vendor: 'intel',
    hasLeaf: true,
    rules,
    switches: {},
    origin: {},
    create: () => new Acrn(),
  },
  [
    {
      name: '3.x',
      releases: { ...releases('ACRN', 'about 3.0 and later'), remark: '(read at d61d98cf8 of August 2025)' },
      changes: [],
      summary:
        'RAM is WB and a BAR UC, the guest PAT decides with it; CR0.CD makes every PAT entry UC; MTRRdefType types the first megabyte.',
    },
  ],
);
