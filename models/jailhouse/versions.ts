/** Jailhouse on Intel and on AMD, as read at one commit. */
import { by, defineVersions } from '../contract/define-versions.js';
import { releases } from '../contract/release.js';
import { Jailhouse } from './model.js';
import { rules } from './rules.js';
import { SWITCHES } from './switches.js';

const RELEASES = releases('Jailhouse', 'about 0.12 and later');

export const profiles = defineVersions(
  {
    lineage: 'jailhouse',
    hasLeaf: true,
    rules,
    switches: SWITCHES,
    origin: { module: 'vmx', otherMtrrWrite: 'gp' },
    create: (version) => new Jailhouse(version),
  },
  [
    {
      name: '0.12',
      vendor: 'intel',
      releases: { ...RELEASES, remark: '(read at e57d1eff of 2023)' },
      changes: [],
      summary: 'Every leaf is WB, device memory too, and the guest PAT decides; while MTRRdefType.E=0 it is all UC.',
    },
    {
      name: 'amd',
      vendor: 'amd',
      releases: { ...RELEASES, remark: '(read at e57d1eff of 2023), on AMD' },
      changes: [by(null, { module: 'svm' })],
      summary:
        'Every nested entry selects WB in the host PAT, the guest PAT and CR0.CD are live; while MTRRdefType.E=0 PAT is all UC.',
    },
  ],
);
