/** Bare metal of the two vendors: the guest's expectation, by which the severity of a divergence is judged. */
import { by, defineVersions } from '../contract/define-versions.js';
import { choice } from '../contract/switch.js';
import { AMD } from './amd.js';
import { INTEL } from './intel.js';
import { BareMetal } from './model.js';
import { rules } from './rules.js';

const SWITCHES = { processor: choice('Whose processor: intel.ts, amd.ts.', 'intel', 'amd') } as const;

export const profiles = defineVersions(
  {
    lineage: 'bare-metal',
    hasLeaf: false,
    rules,
    switches: SWITCHES,
    origin: { processor: 'intel' },
    create: ({ processor }) => new BareMetal(processor === 'intel' ? INTEL : AMD),
  },
  [
    {
      name: 'intel',
      vendor: 'intel',
      releases: { product: 'Intel processors with MTRRs and PAT', ranges: [], remark: 'Pentium III and later' },
      changes: [],
      summary: "The guest's own MTRRs, PAT and CR0 on an Intel processor, as the SDM combines them.",
    },
    {
      name: 'amd',
      vendor: 'amd',
      base: null,
      releases: { product: 'AMD processors with MTRRs and PAT', ranges: [], remark: 'faults as on family 17h' },
      changes: [by(null, { processor: 'amd' })],
      summary: "The guest's own MTRRs, PAT and CR0 on an AMD processor with the machine's SYSCFG, as the APM combines them.",
    },
  ],
);
