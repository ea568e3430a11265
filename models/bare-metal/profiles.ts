/** Bare metal of the two vendors: the guest's expectation, by which the severity of a divergence is judged. */
import type { Profile } from '../contract/model.js';
import { AMD } from './amd.js';
import { BareMetal } from './bare-metal.js';
import { INTEL } from './intel.js';
import { rules } from './rules.js';

export const profiles: readonly Profile[] = [
  {
    name: 'bare-metal/intel',
    lineage: 'bare-metal',
    vendor: 'intel',
    span: 'Intel processors with MTRRs and PAT, Pentium III and later',
    commits: [],
    summary: "The guest's own MTRRs, PAT and CR0 on an Intel processor, as the SDM combines them.",
    hasLeaf: false,
    rules,
    create: () => new BareMetal(INTEL),
  },
  {
    name: 'bare-metal/amd',
    lineage: 'bare-metal',
    vendor: 'amd',
    span: 'AMD processors with MTRRs and PAT; faults as on family 17h',
    commits: [],
    summary: "The guest's own MTRRs, PAT and CR0 on an AMD processor with SYSCFG=0, as the APM combines them.",
    hasLeaf: false,
    rules,
    create: () => new BareMetal(AMD),
  },
];
